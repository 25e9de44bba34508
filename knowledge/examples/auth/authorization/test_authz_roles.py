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
        INSERT INTO role VALUES (1, NULL, 'admin'), (2, NULL, 'member'), (3, 't2', 'auditor');
        INSERT INTO role_permission VALUES (1, 'invoice:read'), (1, 'invoice:cancel'), (1, 'member:invite'),
                                           (2, 'invoice:read'), (3, 'invoice:read');
        INSERT INTO membership (user_id, tenant_id, role_id, granted_by) VALUES
            ('ann', 't1', 2, 'ada'), ('ann', 't2', 1, 'ada');
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


def test_another_tenants_custom_role_gives_nothing(db) -> None:
    db.execute("INSERT INTO app_user VALUES ('bob')")
    db.execute("INSERT INTO membership (user_id, tenant_id, role_id, granted_by) VALUES ('bob', 't1', 3, 'ada')")
    assert effective(db, "bob", "t1") == set()


def test_a_misspelt_permission_cannot_be_granted(db) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT INTO role_permission VALUES (2, 'invoice:cancle')")


def test_built_in_role_names_are_unique(db) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT INTO role VALUES (9, NULL, 'admin')")


def test_composite_key_refuses_a_reference_into_another_tenant(db) -> None:
    db.execute("INSERT INTO task VALUES ('t1', 'k1', 'p1')")
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT INTO task VALUES ('t1', 'k2', 'p9')")
