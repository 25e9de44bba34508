"""Two sessions on PostgreSQL: lost update, write skew, deadlock, and what ends each. Python 3.11, psycopg 3.

python anomalies.py postgresql://… > anomalies.out.txt
"""

import sys
import threading

import psycopg
from psycopg import errors

SETUP = """
DROP TABLE IF EXISTS stock, doctors;
CREATE TABLE stock (sku text PRIMARY KEY, left_over integer NOT NULL);
CREATE TABLE doctors (name text PRIMARY KEY, on_call boolean NOT NULL);
INSERT INTO stock VALUES ('tea', 10), ('jam', 10);
INSERT INTO doctors VALUES ('ada', true), ('bob', true);
"""


class Session:
    """One connection whose statements are written down."""

    def __init__(self, name: str, url: str, say) -> None:
        self.name, self.say = name, say
        self.db = psycopg.connect(url, autocommit=True)

    def run(self, sql: str):
        try:
            cursor = self.db.execute(sql)
        except errors.Error as error:
            self.say(f"{self.name}: {sql}\n   ERROR:  {error.sqlstate}: {error.diag.message_primary}")
            raise
        value = cursor.fetchone()[0] if cursor.description else None
        self.say(f"{self.name}: {sql}" + ("" if value is None else f"  -- {value}"))
        return value


def lost_update(a: Session, b: Session, level: str) -> int | str:
    for session in (a, b):
        session.run(f"BEGIN ISOLATION LEVEL {level}")
    read_a = a.run("SELECT left_over FROM stock WHERE sku = 'tea'")
    read_b = b.run("SELECT left_over FROM stock WHERE sku = 'tea'")
    a.run(f"UPDATE stock SET left_over = {read_a - 1} WHERE sku = 'tea'")
    a.run("COMMIT")
    try:
        b.run(f"UPDATE stock SET left_over = {read_b - 1} WHERE sku = 'tea'")
        b.run("COMMIT")
    except errors.SerializationFailure as error:
        b.run("ROLLBACK")
        return error.sqlstate
    return a.run("SELECT left_over FROM stock WHERE sku = 'tea'")


def write_skew(a: Session, b: Session, level: str) -> int | str:
    """Rule: at least one doctor stays on call. Both check it, both go."""
    for session in (a, b):
        session.run(f"BEGIN ISOLATION LEVEL {level}")
    for session in (a, b):
        session.run("SELECT count(*) FROM doctors WHERE on_call")
    try:
        a.run("UPDATE doctors SET on_call = false WHERE name = 'ada'")
        b.run("UPDATE doctors SET on_call = false WHERE name = 'bob'")
        a.run("COMMIT")
        b.run("COMMIT")
    except errors.SerializationFailure as error:
        b.run("ROLLBACK")
        return error.sqlstate
    return a.run("SELECT count(*) FROM doctors WHERE on_call")


def deadlock(a: Session, b: Session) -> str:
    a.run("BEGIN")
    a.run("UPDATE stock SET left_over = left_over - 1 WHERE sku = 'tea'")
    b.run("BEGIN")
    b.run("UPDATE stock SET left_over = left_over - 1 WHERE sku = 'jam'")
    failed: list[str] = []

    def cross(session: Session, sku: str) -> None:
        try:
            session.run(f"UPDATE stock SET left_over = left_over - 1 WHERE sku = '{sku}'")
            session.run("COMMIT")
        except errors.DeadlockDetected as error:
            failed.append(error.sqlstate)
            session.run("ROLLBACK")

    other = threading.Thread(target=cross, args=(a, "jam"))
    other.start()
    cross(b, "tea")
    other.join()
    return failed[0]


CASES = {
    "lost-update-rc": ("lost update, READ COMMITTED: two sales, one counted", lambda a, b: lost_update(a, b, "READ COMMITTED")),
    "lost-update-rr": ("the same with REPEATABLE READ: the second writer fails", lambda a, b: lost_update(a, b, "REPEATABLE READ")),
    "write-skew-rr": ("write skew, REPEATABLE READ: nobody on call", lambda a, b: write_skew(a, b, "REPEATABLE READ")),
    "write-skew-ser": ("the same with SERIALIZABLE", lambda a, b: write_skew(a, b, "SERIALIZABLE")),
    "deadlock": ("two rows in opposite order", deadlock),
}


def play(case: str, url: str, say=print):
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(SETUP)
    a, b = Session("A", url, say), Session("B", url, say)
    try:
        return CASES[case][1](a, b)
    finally:
        a.db.close()
        b.db.close()


if __name__ == "__main__":
    for key, (title, _) in CASES.items():
        print(f"-- region {key}\n-- {title}")
        play(key, sys.argv[1])
        print("-- endregion")
