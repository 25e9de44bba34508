import sqlite3

import pytest
from reset_tokens import SCHEMA, Resets


class Clock:
    now = 1_800_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def resets():
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    yield Resets(db, now=Clock())
    db.close()


def mail(resets: Resets, user: str | None = "ann") -> str:
    box: list[str] = []
    resets.request(user, box.append)
    return box[0].removeprefix(Resets.BASE)


def test_token_works_once_and_only_for_twenty_minutes(resets: Resets) -> None:
    token = mail(resets)
    assert resets.redeem(token) == "ann" and resets.redeem(token) is None
    token = mail(resets)
    resets.now.now += 1_200
    assert resets.redeem(token) is None


def test_a_new_request_ends_the_old_link(resets: Resets) -> None:
    first, second = mail(resets), mail(resets)
    assert resets.redeem(first) is None and resets.redeem(second) == "ann"


def test_a_link_is_committed_before_the_mail_leaves(resets: Resets) -> None:
    open_transactions: list[bool] = []
    resets.request("ann", lambda link: open_transactions.append(resets.db.in_transaction))
    assert open_transactions == [False]


def test_three_mails_an_hour_and_the_last_link_keeps_working(resets: Resets) -> None:
    box: list[str] = []
    for _ in range(10):
        resets.request("ann", box.append)
    assert len(box) == 3
    assert resets.redeem(box[-1].removeprefix(Resets.BASE)) == "ann"
    assert len([mail(resets) for _ in range(3)]) == 3
    resets.now.now += 3_600
    assert mail(resets)


# region stolen
def test_stolen_table_takes_over_accounts_only_when_tokens_are_stored_in_clear(resets: Resets) -> None:
    token = mail(resets)
    resets.db.execute("CREATE TABLE clear_token (token TEXT)")  # the vulnerable design
    resets.db.execute("INSERT INTO clear_token VALUES (?)", (token,))
    stolen = resets.db.execute("SELECT token_hash FROM reset_token").fetchone()[0]
    assert resets.redeem(stolen.hex()) is None
    assert resets.redeem(resets.db.execute("SELECT token FROM clear_token").fetchone()[0]) == "ann"
# endregion


def test_same_reply_for_unknown_addresses(resets: Resets) -> None:
    box: list[str] = []
    assert resets.request(None, box.append) == resets.request("ann", box.append) and len(box) == 1
