import pytest

from money_minor import split, tax, to_minor


def test_exponents_differ():
    assert to_minor("12.50", "EUR") == 1250
    assert to_minor("12", "JPY") == 12
    assert to_minor("12.345", "KWD") == 12345


def test_too_many_decimals_and_floats_are_refused():
    with pytest.raises(ValueError, match="decimals"):
        to_minor("12.5", "JPY")
    with pytest.raises(TypeError):
        to_minor(0.1 + 0.2, "EUR")


@pytest.mark.parametrize("amount", ["1e999990", "NaN", "Infinity", "1_000", " 1", "1,50", "", "٣"])
def test_only_plain_decimal_digits_are_an_amount(amount):
    with pytest.raises(ValueError, match="not an amount"):
        to_minor(amount, "EUR")


def test_float_arithmetic_loses_a_cent_where_integers_do_not():
    assert 0.1 + 0.2 != 0.3
    assert int(0.29 * 100) == 28  # what a naive conversion charges
    assert to_minor("0.29", "EUR") == 29


def test_split_adds_up():
    assert split(1000, 3) == [334, 333, 333]
    assert sum(split(-1000, 7)) == -1000


def test_bankers_rounding():
    assert tax(50, "0.05") == 2 and tax(150, "0.05") == 8
