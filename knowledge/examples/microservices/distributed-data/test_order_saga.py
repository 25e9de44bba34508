import sqlite3

import pytest

from order_saga import SCHEMA, Rejected, Saga, Service

NAMES = ["reserve stock", "authorise card", "confirm order", "send to warehouse"]


class Crash(BaseException):
    """The orchestrator's process dies: nothing may catch this and go on."""


def world(refuses=None):
    db = sqlite3.connect(":memory:")
    db.execute(SCHEMA)
    services = {name: Service(name, refuses=name == refuses) for name in NAMES}
    return db, services


def build(db, services, after=lambda key: None):
    def step(name):
        service = services[name]
        undo = None if name in NAMES[2:] else lambda key: service.call(key, f"undo {name}", after)
        return name, lambda key: service.call(key, f"do {name}", after), undo
    return Saga(db, [step(name) for name in NAMES], pivot="confirm order")


def run(db, services, after=lambda key: None):
    saga = build(db, services, after)
    saga.start("o1")
    for _ in range(20):
        status = saga.advance("o1")
        if status in ("done", "undone"):
            return status
    raise AssertionError("does not end")


def effects(services):
    return [effect for name in NAMES for effect in services[name].effects]


def test_all_steps_happen_once():
    db, services = world()
    assert run(db, services) == "done"
    assert effects(services) == [f"do {name}" for name in NAMES]


def test_a_declined_card_releases_the_stock():
    db, services = world(refuses="authorise card")
    assert run(db, services) == "undone"
    assert effects(services) == ["do reserve stock", "undo reserve stock"]


def test_a_refusal_in_the_first_step_undoes_nothing():
    db, services = world(refuses="reserve stock")
    assert run(db, services) == "undone"
    assert effects(services) == []


def test_a_refusal_after_the_pivot_is_an_error_not_a_compensation():
    db, services = world(refuses="send to warehouse")
    with pytest.raises(Rejected):
        run(db, services)
    assert not any(effect.startswith("undo") for effect in effects(services))


@pytest.mark.parametrize("refuses", [None, "authorise card", "confirm order"])
@pytest.mark.parametrize("lost", range(8))
def test_a_crash_after_any_call_changes_nothing_in_the_end(refuses, lost):
    """The n-th call takes effect, then the orchestrator dies before it writes its state."""
    expected_db, expected = world(refuses)
    outcome = run(expected_db, expected)

    db, services = world(refuses)
    count = 0

    def die(key):
        nonlocal count
        count += 1
        if count == lost + 1:
            raise Crash

    try:
        run(db, services, die)
    except Crash:
        assert run(db, services) == outcome          # a new process reads the same row and goes on
    assert effects(services) == effects(expected)
    assert db.execute("SELECT status FROM saga").fetchone() == (outcome,)


def test_a_timeout_is_retried_with_the_same_key():
    db, services = world()
    lost = iter([True])

    def drop_first_reply(key):
        if key == "o1:authorise card" and next(lost, False):
            raise TimeoutError

    with pytest.raises(TimeoutError):
        run(db, services, drop_first_reply)
    assert run(db, services, drop_first_reply) == "done"
    assert effects(services).count("do authorise card") == 1
