import pytest

from deadline_budget import HEADER, Deadline, DeadlineExceeded


class World:
    def __init__(self):
        self.now, self.worked = 0.0, []

    def clock(self):
        return self.now

    def service(self, name, takes, below=None, *, propagate=True):
        def handle(headers):
            deadline = Deadline.of_request(headers if propagate else {}, 5.0, self.clock)
            self.now += takes
            self.worked.append(name)
            if below:
                _, out = deadline.for_call(2.0)
                below(out)
            return 200
        return handle


def test_the_deepest_service_stops_when_the_first_caller_has_given_up():
    world = World()
    chain = world.service("a", 0.4, world.service("b", 0.5, world.service("c", 0.3)))
    with pytest.raises(DeadlineExceeded):
        chain({HEADER: "900"})
    assert world.worked == ["a", "b"]                      # c was never asked


def test_without_propagation_work_goes_on_for_nobody():
    world = World()
    chain = world.service("a", 0.4, world.service("b", 0.5, world.service("c", 0.3, propagate=False),
                                                  propagate=False), propagate=False)
    chain({HEADER: "900"})
    assert world.worked == ["a", "b", "c"] and world.now > 0.9


def test_a_call_never_gets_more_than_is_left_and_never_more_than_asked():
    world = World()
    deadline = Deadline.of_request({HEADER: "1000"}, 5.0, world.clock)
    assert deadline.for_call(0.3) == (0.3, {HEADER: "300"})
    world.now = 0.9
    limit, _ = deadline.for_call(0.3)
    assert limit == pytest.approx(0.05)
    world.now = 0.95
    with pytest.raises(DeadlineExceeded):
        deadline.for_call(0.3)


@pytest.mark.parametrize("value", ["soon", "", "99999999", None])
def test_a_missing_or_absurd_header_is_cut_to_our_ceiling(value):
    headers = {} if value is None else {HEADER: value}
    assert Deadline.of_request(headers, 5.0, lambda: 0.0).left() == 5.0


def test_a_negative_header_is_over_at_once():
    with pytest.raises(DeadlineExceeded):
        Deadline.of_request({HEADER: "-5"}, 5.0, lambda: 0.0).for_call(1.0)
