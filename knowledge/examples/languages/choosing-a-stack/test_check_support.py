import datetime as dt

import pytest
from check_support import verdict


@pytest.mark.parametrize(
    ("line", "day", "expected"),
    [
        ("node 24", "2026-11-25", "ok"),
        ("node 22", "2026-11-25", "plan"),
        ("node 22", "2027-04-30", "plan"),
        ("node 22", "2027-05-01", "ended"),
        ("node 20", "2026-11-25", "unknown"),
    ],
)
def test_the_last_day_is_still_supported_and_the_warning_comes_in_time(line: str, day: str, expected: str) -> None:
    assert verdict(line, dt.date.fromisoformat(day)) == expected
