import pytest

from clocks import LamportClock, Write, last_write_wins, write_if_unchanged


def test_last_write_wins_drops_the_later_write_of_a_slow_clock():
    first = Write("address A", at=1000.200)                # node 1, clock 200 ms fast
    second = Write("address B", at=1000.100)               # written 100 ms later on node 2
    assert last_write_wins(first, second).value == "address A"      # the user's correction is gone


def test_a_version_counter_finds_the_conflict():
    record = Write("address A", version=7)
    record = write_if_unchanged(record, "address B", 7)
    assert (record.value, record.version) == ("address B", 8)
    with pytest.raises(ValueError):
        write_if_unchanged(record, "address C", 7)


def test_an_effect_is_always_stamped_after_its_cause():
    a, b = LamportClock("a"), LamportClock("b")
    for _ in range(5):
        a.event()
    cause = a.event()
    assert b.event() < cause                               # b is behind: counted one event only
    assert b.receive(cause) > cause
    assert b.event() > cause


def test_a_smaller_number_does_not_prove_an_earlier_event():
    a, b = LamportClock("a"), LamportClock("b")
    first, second = a.event(), b.event()                   # independent: equal counters, order by name only
    assert first[0] == second[0] and first < second
