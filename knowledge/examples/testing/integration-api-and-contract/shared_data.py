"""Data in an environment that many people and pipelines share: seeded by key, owned by a tenant, removed by age."""

import secrets
import sqlite3
from datetime import datetime, timedelta

SCHEMA = """
CREATE TABLE room_types (id TEXT PRIMARY KEY, name TEXT NOT NULL, cents INT NOT NULL);
CREATE TABLE tenants (id TEXT PRIMARY KEY, purpose TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE bookings (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL REFERENCES tenants ON DELETE CASCADE);
"""

# region shared-data
REFERENCE = [("single", "Single room", 9000), ("double", "Double room", 12000)]  # in version control


def seed(db: sqlite3.Connection) -> None:
    """Reference data by fixed key: runs on every deployment, repairs what somebody changed, touches nothing else."""
    db.executemany(
        "INSERT INTO room_types VALUES (?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET name = excluded.name, cents = excluded.cents",
        REFERENCE,
    )


def new_test_tenant(db: sqlite3.Connection, owner: str, now: datetime) -> str:
    """Each run and each tester gets one: no test can see or break the rows of another."""
    tenant = f"test-{owner}-{secrets.token_hex(4)}"
    db.execute("INSERT INTO tenants VALUES (?, 'test', ?)", [tenant, now.isoformat()])
    return tenant


def reap(db: sqlite3.Connection, now: datetime, max_age: timedelta = timedelta(days=2)) -> int:
    """Hourly job: test tenants go by age, so that those of killed runs go too. Their rows follow by cascade."""
    oldest = (now - max_age).isoformat()
    return db.execute("DELETE FROM tenants WHERE purpose = 'test' AND created_at < ?", [oldest]).rowcount
# endregion shared-data
