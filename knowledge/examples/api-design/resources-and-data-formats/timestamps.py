import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

# region timestamps
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def parse_instant(text: str) -> datetime:
    """fromisoformat alone also takes '2026-W48', '20261125' and times without offset."""
    if not RFC3339.fullmatch(text):
        raise ValueError("send an RFC 3339 timestamp with an offset, such as 2026-11-25T09:30:00Z")
    return datetime.fromisoformat(text).astimezone(UTC)


def format_instant(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a naive datetime has no meaning outside this process")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def next_run(local: str, zone: str) -> datetime:
    """A future appointment is stored as wall clock and zone; the instant is worked out late."""
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
# endregion
