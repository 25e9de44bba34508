from __future__ import annotations

from replica_router import Router, position


class Server:
    """Stands in for PostgreSQL: a replica sees the primary's rows up to its replayed position."""

    def __init__(self, log: list, name: str) -> None:
        self.log, self.name, self.replayed = log, name, 0

    def execute(self, statement: str, *args):
        if statement.startswith("INSERT"):
            self.log.append(args[0])
            return None
        seen = self.log if self.name == "primary" else self.log[: self.replayed]
        return self.name, list(seen)

    def scalar(self, statement: str) -> str:
        done = len(self.log) if "current" in statement else self.replayed
        return f"1/{done:X}"


def test_a_user_sees_his_own_write_and_others_use_the_replica() -> None:
    log: list = []
    primary, replica = Server(log, "primary"), Server(log, "replica")
    router = Router(primary, replica)
    ada, bob = {}, {}
    assert replica.execute("SELECT")[1] == []
    router.write(ada, "INSERT", "note")
    assert replica.execute("SELECT")[1] == []  # what a naive read on the replica would show: nothing
    assert router.read(ada, "SELECT") == ("primary", ["note"])
    assert router.read(bob, "SELECT") == ("replica", [])  # old, and allowed: it is not his write
    replica.replayed = 1
    assert router.read(ada, "SELECT") == ("replica", ["note"])


def test_positions_compare_as_numbers_not_as_text() -> None:
    assert position("16/B374D848") > position("9/FFFFFFFF")
    assert "16/B374D848" < "9/FFFFFFFF"  # noqa: PLR0133 - the trap
