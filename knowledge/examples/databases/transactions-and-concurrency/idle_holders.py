"""Which idle transactions hold vacuum back. Python 3.11, psycopg 3, PostgreSQL 15.

python idle_holders.py postgresql://… > idle_holders.out.txt
"""

import sys

import psycopg

CASES = {
    "read committed, has only read": ["BEGIN", "SELECT count(*) FROM held"],
    "read committed, has written": ["BEGIN", "INSERT INTO other VALUES (1)"],
    "repeatable read, has only read": ["BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT count(*) FROM held"],
}


def play(url: str) -> dict[str, tuple[str, str]]:
    idle, work = (psycopg.connect(url, autocommit=True) for _ in range(2))
    notes: list[str] = []
    work.add_notice_handler(lambda notice: notes.append(notice.message_primary))
    work.execute("DROP TABLE IF EXISTS held, other")
    work.execute("CREATE TABLE held (n int) WITH (autovacuum_enabled = off)")
    work.execute("CREATE TABLE other (n int)")
    work.execute("INSERT INTO held SELECT generate_series(1, 1000)")
    result = {}
    for name, statements in CASES.items():
        for statement in statements:
            idle.execute(statement)
        xmin, xid = work.execute(
            "SELECT backend_xmin IS NOT NULL, backend_xid IS NOT NULL FROM pg_stat_activity WHERE pid = %s",
            (idle.info.backend_pid,)).fetchone()
        work.execute("UPDATE held SET n = n + 1")
        notes.clear()
        work.execute("VACUUM (VERBOSE) held")
        tuples = next(line for note in notes for line in note.split("\n") if line.startswith("tuples:"))
        result[name] = ("backend_xmin" if xmin else "backend_xid" if xid else "neither", tuples)
        idle.execute("ROLLBACK")
        work.execute("VACUUM held")
    work.execute("DROP TABLE held, other")
    idle.close()
    work.close()
    return result


if __name__ == "__main__":
    print("-- region idle")
    for name, (holds, tuples) in play(sys.argv[1]).items():
        print(f"idle in transaction, {name}: pg_stat_activity shows {holds}\n   {tuples}")
    print("-- endregion")
