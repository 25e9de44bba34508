import re
from decimal import ROUND_HALF_EVEN, Decimal

# region money
EXPONENT = {"EUR": 2, "USD": 2, "HUF": 2, "JPY": 0, "KWD": 3, "IQD": 3}  # ISO 4217, kept as data with a version


def to_minor(amount: str, currency: str) -> int:
    """'12.50' EUR → 1250. Takes a string: a float has already lost the value."""
    if not isinstance(amount, str):
        raise TypeError("send money as a string or as minor units")
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", amount):
        raise ValueError("not an amount")  # Decimal also takes "NaN" and "1e999990", which int() needs a minute for
    minor = Decimal(amount).scaleb(EXPONENT[currency])
    if minor != minor.to_integral_value():
        raise ValueError(f"{currency} has {EXPONENT[currency]} decimals")
    return int(minor)


def tax(net_minor: int, rate: str) -> int:
    """One documented rounding, at one documented place."""
    return int((net_minor * Decimal(rate)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def split(total_minor: int, parts: int) -> list[int]:
    """Shares that always add up: the first ones carry the odd minor units."""
    share, rest = divmod(total_minor, parts)
    return [share + 1] * rest + [share] * (parts - rest)
# endregion
