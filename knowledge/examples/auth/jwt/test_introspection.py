"""Introspection: caching, audience, refusal, outage."""

import pytest
from introspection import Introspector

API = "https://orders.api.example.com"


class Server:
    def __init__(self, **answer: object) -> None:
        self.answer, self.calls = answer, 0

    def ask(self, token: str) -> dict:
        self.calls += 1
        return self.answer


def test_answers_are_cached_for_seconds_and_then_asked_again() -> None:
    clock = [1000.0]
    server = Server(active=True, sub="user-7", aud=API, exp=9999)
    check = Introspector(server.ask, API, max_age=30, now=lambda: clock[0])
    assert check.active("t")["sub"] == "user-7"
    check.active("t")
    assert server.calls == 1
    server.answer = {"active": False}
    clock[0] += 29
    assert check.active("t"), "revocation shows only after max_age: the price of the cache"
    clock[0] += 2
    assert check.active("t") is None


def test_cache_never_outlives_the_token() -> None:
    clock = [1000.0]
    server = Server(active=True, aud=[API], exp=1005)
    check = Introspector(server.ask, API, max_age=30, now=lambda: clock[0])
    check.active("t")
    clock[0] = 1006
    server.answer = {"active": False}
    assert check.active("t") is None


@pytest.mark.parametrize("answer", [{"active": True, "aud": "https://billing.example"}, {"active": True}, {}, {"active": "yes"}])
def test_active_is_not_enough_and_anything_else_is_refused(answer: dict) -> None:
    assert Introspector(lambda token: answer, API).active("t") is None


def test_outage_is_not_acceptance() -> None:
    def down(token: str) -> dict:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        Introspector(down, API).active("t")
