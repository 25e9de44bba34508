from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from money_and_time import parse_instant, same_wall_clock_tomorrow, split, with_tax

BERLIN = ZoneInfo("Europe/Berlin")


def test_floats_lose_cents_and_decimals_do_not() -> None:
    assert 0.1 + 0.2 != 0.3
    assert round(2.675, 2) == 2.67  # the float is a little under 2.675
    assert with_tax(Decimal("2.25"), Decimal("0.19")) == Decimal("2.68")
    shares = split(Decimal("100.00"), 3)
    assert shares == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")] and sum(shares) == Decimal("100.00")


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        parse_instant("2026-03-28T09:00:00")
    assert parse_instant("2026-03-28T09:00:00+01:00") == datetime(2026, 3, 28, 8, tzinfo=UTC)
    with pytest.raises(TypeError):
        _ = datetime(2026, 1, 1) < datetime(2026, 1, 1, tzinfo=UTC)  # noqa: DTZ001


def test_nine_o_clock_stays_nine_across_the_clock_change() -> None:
    saturday = datetime(2026, 3, 28, 9, tzinfo=BERLIN)  # clocks go forward that night
    sunday = same_wall_clock_tomorrow(saturday, BERLIN, time(9))
    assert sunday.astimezone(BERLIN).hour == 9
    assert sunday - saturday.astimezone(UTC) == timedelta(hours=23)  # adding 24 hours would be 10:00
