from datetime import datetime

import pytest

from timestamps import format_instant, next_run, parse_instant


def test_round_trip_keeps_the_instant():
    assert format_instant(parse_instant("2026-11-25T10:30:00+01:00")) == "2026-11-25T09:30:00.000Z"
    assert parse_instant("2026-11-25T09:30:00.123456Z").microsecond == 123456


@pytest.mark.parametrize("text", ["2026-11-25T09:30:00", "2026-11-25", "20261125T093000Z", "2026-W48-3T09:30:00Z", "1764063000"])
def test_anything_without_an_offset_is_refused(text):
    with pytest.raises(ValueError, match="RFC 3339"):
        parse_instant(text)


def test_fromisoformat_would_have_taken_a_naive_time():
    assert datetime.fromisoformat("2026-11-25T09:30:00").tzinfo is None
    with pytest.raises(ValueError, match="naive"):
        format_instant(datetime(2026, 11, 25))


def test_nine_o_clock_stays_nine_o_clock_across_the_clock_change():
    before = next_run("2027-03-27T09:00", "Europe/Paris")
    after = next_run("2027-03-28T09:00", "Europe/Paris")
    assert (before.hour, after.hour) == (8, 7)  # a stored UTC time would ring at ten
    assert (after - before).total_seconds() == 23 * 3600
