from __future__ import annotations

import pytest
from authz_object import Caller, Conflict, Forbidden, Invoices, NotFound, connect, invoice_by_id

ANN = Caller("ann", "t1", frozenset({"invoice:cancel"}))
CLERK = Caller("cleo", "t1", frozenset({"invoice:read_all"}))


@pytest.fixture
def db():
    connection = connect()
    yield connection
    connection.close()


def test_attack_works_on_the_plain_lookup(db) -> None:
    assert invoice_by_id(db, 3)["owner_id"] == "eve"  # ann only changed the number in the URL


def test_attack_fails_on_the_repository(db) -> None:
    assert Invoices(db, ANN).get(1)["total"] == 100
    for foreign in (2, 3, 999):  # colleague, other tenant, absent: one answer
        with pytest.raises(NotFound):
            Invoices(db, ANN).get(foreign)
        with pytest.raises(NotFound):
            Invoices(db, ANN).cancel(foreign)
    assert db.execute("SELECT count(*) FROM invoice WHERE status = 'cancelled'").fetchone()[0] == 0


def test_list_and_detail_use_one_rule(db) -> None:
    for caller in (ANN, CLERK):
        listed = {row["id"] for row in Invoices(db, caller).list()}
        readable = set()
        for invoice_id in (1, 2, 3):
            try:
                readable.add(Invoices(db, caller).get(invoice_id)["id"])
            except NotFound:
                pass
        assert listed == readable


def test_seen_but_not_allowed_is_another_error(db) -> None:
    with pytest.raises(Forbidden):
        Invoices(db, CLERK).cancel(1)
    Invoices(db, ANN).cancel(1)
    assert Invoices(db, ANN).get(1)["status"] == "cancelled"
    with pytest.raises(Conflict):  # allowed, and no longer possible
        Invoices(db, ANN).cancel(1)


def test_a_wide_permission_stops_at_the_tenant(db) -> None:
    with pytest.raises(NotFound):
        Invoices(db, CLERK).get(3)
