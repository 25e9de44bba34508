"""A pure pricing rule: no clock, no database, no settings. This is what unit tests are for."""


# region rule
def total_cents(unit_cents: int, quantity: int, percent_off: int = 0) -> int:
    """Price of a line: 10 % quantity discount from 10 pieces, then the voucher, rounded half up to a cent."""
    if unit_cents < 0 or quantity < 1 or not 0 <= percent_off <= 100:
        raise ValueError("price, quantity or voucher out of range")
    total = unit_cents * quantity
    if quantity >= 10:
        total = (total * 90 + 50) // 100
    return (total * (100 - percent_off) + 50) // 100
# endregion rule
