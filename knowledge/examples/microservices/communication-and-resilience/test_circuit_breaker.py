import threading

import pytest

from circuit_breaker import Breaker, Open, Refused


class Dependency:
    """A fault-injecting stub: each call takes `takes` seconds of a fake clock and then answers or fails."""

    def __init__(self):
        self.now, self.calls, self.fault, self.takes = 0.0, 0, None, 0.01

    def __call__(self):
        self.calls += 1
        self.now += self.takes
        if self.fault:
            raise self.fault
        return "ok"


@pytest.fixture
def world():
    dependency = Dependency()
    return dependency, Breaker(clock=lambda: dependency.now)


def fail(breaker, dependency, times, fault=TimeoutError()):
    dependency.fault = fault
    for _ in range(times):
        with pytest.raises((type(fault), Open)):
            breaker.call(dependency)
    dependency.fault = None


def test_a_dead_dependency_is_asked_no_more_and_costs_no_time(world):
    dependency, breaker = world
    dependency.takes = 2.0                                  # every call runs into its timeout
    fail(breaker, dependency, 10)
    assert dependency.calls == 10
    before = dependency.now
    for _ in range(1000):
        with pytest.raises(Open):
            breaker.call(dependency)
    assert dependency.calls == 10 and dependency.now == before


def test_a_few_failures_before_the_minimum_do_not_open(world):
    dependency, breaker = world
    fail(breaker, dependency, 9)
    assert breaker.call(dependency) == "ok"
    assert dependency.calls == 10


def test_less_than_half_failing_stays_closed(world):
    dependency, breaker = world
    for _ in range(30):
        breaker.call(dependency)
        breaker.call(dependency)
        fail(breaker, dependency, 1)
    assert dependency.calls == 90


def test_client_errors_never_open_it(world):
    dependency, breaker = world
    fail(breaker, dependency, 50, Refused("404"))
    assert dependency.calls == 50


def test_one_probe_closes_or_reopens(world):
    dependency, breaker = world
    fail(breaker, dependency, 10)
    dependency.now += 10
    fail(breaker, dependency, 1)                             # the probe fails
    with pytest.raises(Open):
        breaker.call(dependency)
    dependency.now += 10
    assert breaker.call(dependency) == "ok"                  # the probe succeeds
    assert [breaker.call(dependency) for _ in range(5)] == ["ok"] * 5


def test_half_open_lets_one_caller_through_while_others_are_refused(world):
    dependency, breaker = world
    fail(breaker, dependency, 10)
    dependency.now += 10
    inside, release = threading.Event(), threading.Event()

    def slow():
        inside.set()
        assert release.wait(2)
        return "ok"

    probe = threading.Thread(target=breaker.call, args=(slow,))
    probe.start()
    assert inside.wait(2)
    with pytest.raises(Open):
        breaker.call(dependency)
    release.set()
    probe.join(2)
    assert breaker.call(dependency) == "ok"


def test_a_slow_call_from_before_the_opening_does_not_close_it(world):
    dependency, breaker = world

    def late():
        fail(breaker, dependency, 10)
        return "ok"

    assert breaker.call(late) == "ok"
    with pytest.raises(Open):
        breaker.call(dependency)
