import pytest

from ack_order import VisibilityQueue, ack_first, ack_last


class Crash(BaseException):
    pass


def run(settle, crash_at):
    """Process m1 with one crash at the given point, then let a second worker take over after the timeout."""
    queue, effects = VisibilityQueue(["m1"]), []

    def work(message):
        if crash_at == "before effect" and not run.crashed:
            run.crashed = True
            raise Crash
        effects.append(message)
        if crash_at == "after effect" and not run.crashed:
            run.crashed = True
            raise Crash

    run.crashed = False
    for now in (0, 31, 62):
        message = queue.receive(now)
        if message is None:
            continue
        try:
            settle(queue, message, work)
        except Crash:
            pass
    return len(effects)


@pytest.mark.parametrize("settle, crash_at, effects", [
    (ack_first, "never", 1), (ack_last, "never", 1),
    (ack_first, "before effect", 0),                  # lost
    (ack_last, "before effect", 1),
    (ack_first, "after effect", 1),
    (ack_last, "after effect", 2),                    # repeated
])
def test_crash_outcomes(settle, crash_at, effects):
    assert run(settle, crash_at) == effects


def test_work_longer_than_the_visibility_timeout_runs_twice_without_any_crash():
    queue = VisibilityQueue(["m1"], visibility=30)
    assert queue.receive(0) == "m1"
    assert queue.receive(29) is None
    assert queue.receive(31) == "m1"                  # the first worker is still busy
