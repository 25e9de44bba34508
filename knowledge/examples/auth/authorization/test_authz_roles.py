from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

TEXT = (Path(__file__).parent / "authz_roles.sql").read_text()


def region(name: str) -> str:
    return re.search(rf"-- region {name}\n(.*?)-- endregion {name}", TEXT, re.S).group(1)


@pytest.fixture
def db():
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.executescript("CREATE TABLE tenant (id TEXT PRIMARY KEY); CREATE TABLE app_user (id TEXT PRIMARY KEY);")
    connection.executescript(region("tables") + region("composite"))
    connection.executescript(
        """
        INSERT INTO tenant VALUES ('t1'), ('t2');
        INSERT INTO app_user VALUES ('ann'), ('ada');
        INSERT INTO permission VALUES ('invoice:read'), ('invoice:cancel'), ('member:invite');
        INSERT INTO role VALUES ('t1', 1, 'admin', TRUE), ('t1', 2, 'member', TRUE), ('t2', 3, 'admin', TRUE),
                                ('t2', 4, 'auditor', FALSE);
        INSERT INTO role_permission VALUES
            ('t1', 1, 'invoice:read'), ('t1', 1, 'invoice:cancel'), ('t1', 2, 'invoice:read'),
            ('t2', 3, 'invoice:read'), ('t2', 3, 'member:invite'), ('t2', 4, 'invoice:read');
        INSERT INTO membership (user_id, tenant_id, role_id, granted_by) VALUES
            ('ann', 't1', 2, 'ada'), ('ann', 't2', 3, 'ada');
        INSERT INTO project VALUES ('t1', 'p1'), ('t2', 'p9');
        """
    )
    yield connection
    connection.close()


def effective(db, user: str, tenant: str) -> set[str]:
    return {row[0] for row in db.execute(region("effective"), {"user": user, "tenant": tenant})}


def test_a_role_counts_in_its_own_tenant_only(db) -> None:
    assert effective(db, "ann", "t1") == {"invoice:read"}
    assert "member:invite" in effective(db, "ann", "t2")


def test_another_tenants_custom_role_cannot_be_assigned(db) -> None:
    db.execute("INSERT INTO app_user VALUES ('bob')")
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT INTO membership (user_id, tenant_id, role_id, granted_by) VALUES ('bob', 't1', 4, 'ada')")
    assert effective(db, "bob", "t1") == set()


def test_a_role_in_use_is_neither_deleted_nor_moved(db) -> None:
    for change in ("DELETE FROM role WHERE id = 3", "UPDATE role SET tenant_id = 't1', name = 'x' WHERE id = 3"):
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(change)


def test_who_granted_a_role_can_be_deleted(db) -> None:
    db.execute("DELETE FROM app_user WHERE id = 'ada'")
    assert db.execute("SELECT count(*), count(granted_by) FROM membership").fetchone() == (2, 0)


def test_a_misspelt_permission_cannot_be_granted(db) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        db.execute("INSERT INTO role_permission VALUES ('t1', 2, 'invoice:cancle')")


def test_role_names_are_unique_in_a_tenant(db) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT INTO role VALUES ('t1', 9, 'admin', FALSE)")


def test_composite_key_refuses_a_reference_into_another_tenant(db) -> None:
    db.execute("INSERT INTO task VALUES ('t1', 'k1', 'p1')")
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT INTO task VALUES ('t1', 'k2', 'p9')")
