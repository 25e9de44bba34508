"""Fail a build before a runtime or framework line leaves support."""

import datetime as dt

# region check
# Last day with security fixes, copied from the vendor's page when the line was adopted.
LINES = {
    "node 24": dt.date(2028, 4, 30),
    "node 22": dt.date(2027, 4, 30),
    "django 5.2": dt.date(2028, 4, 30),
    "dotnet 10": dt.date(2028, 11, 14),
    "laravel 12": dt.date(2027, 2, 24),
}


def verdict(line: str, today: dt.date, migration: dt.timedelta = dt.timedelta(days=180)) -> str:
    """`ended` and `unknown` break the build; `plan` opens the upgrade ticket; `ok` says nothing."""
    last_day = LINES.get(line)
    if last_day is None:
        return "unknown"
    if today > last_day:
        return "ended"
    return "plan" if today + migration >= last_day else "ok"


# endregion
