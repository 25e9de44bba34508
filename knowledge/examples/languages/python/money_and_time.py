"""Money as Decimal or whole cents, instants in UTC, local times with their zone."""

from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

CENT = Decimal("0.01")


# region money
def split(total: Decimal, parts: int) -> list[Decimal]:
    """Shares that add up to the total again: the first ones carry the odd cents."""
    cents = int((total / CENT).to_integral_exact())
    if cents * CENT != total:
        raise ValueError("the total has fractions of a cent")
    base, extra = divmod(cents, parts)
    return [(base + (n < extra)) * CENT for n in range(parts)]


def with_tax(net: Decimal, rate: Decimal) -> Decimal:
    return (net * (1 + rate)).quantize(CENT, ROUND_HALF_UP)  # the default is half-even
# endregion


# region time
def parse_instant(text: str) -> datetime:
    """An API timestamp: with an offset or refused; stored and compared in UTC."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("the time needs an offset, such as Z or +02:00")
    return moment.astimezone(UTC)


def same_wall_clock_tomorrow(now: datetime, zone: ZoneInfo, at: time) -> datetime:
    """09:00 stays 09:00 across a clock change: add days to the local date, then convert."""
    day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, at, zone).astimezone(UTC)
# endregion
