import inspect
from types import ModuleType
from trace import Trace

import price_rules
import pytest
from hypothesis import given
from hypothesis import strategies as st
from price_rules import total_cents


# region table
@pytest.mark.parametrize(
    ("unit", "quantity", "voucher", "expected"),
    [
        pytest.param(199, 1, 0, 199, id="plain"),
        pytest.param(100, 9, 0, 900, id="just under the quantity discount"),
        pytest.param(100, 10, 0, 900, id="exactly at the boundary"),
        pytest.param(101, 11, 0, 1000, id="discount rounds 999.9 up"),
        pytest.param(5, 1, 50, 3, id="2.5 cents round half up"),
        pytest.param(199, 3, 100, 0, id="free"),
        pytest.param(0, 1, 0, 0, id="price zero is legal"),
    ],
)
def test_total(unit: int, quantity: int, voucher: int, expected: int) -> None:
    assert total_cents(unit, quantity, voucher) == expected


@pytest.mark.parametrize(("unit", "quantity", "voucher"), [(-1, 1, 0), (1, 0, 0), (1, 1, -1), (1, 1, 101)])
def test_refuses(unit: int, quantity: int, voucher: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        total_cents(unit, quantity, voucher)
# endregion table


# region property
@given(unit=st.integers(0, 10**6), quantity=st.integers(1, 500), voucher=st.integers(0, 100))
def test_a_better_voucher_never_costs_more(unit: int, quantity: int, voucher: int) -> None:
    price = total_cents(unit, quantity, voucher)
    assert 0 <= price <= unit * quantity
    assert total_cents(unit, quantity, min(voucher + 1, 100)) <= price
# endregion property


# region mutants
MUTANTS = [("quantity >= 10", "quantity > 10"), ("* 90", "* 91"), ("100 - percent_off", "100 + percent_off"),
           ("unit_cents * quantity", "unit_cents + quantity"), ("quantity < 1", "quantity < 0"), ("+ 50", "+ 0")]  # fmt: skip


def weak_suite(rule) -> None:  # runs every line, asserts nothing: 100 % coverage
    rule(100, 10, 20)
    try:
        rule(-1, 1)
    except ValueError:
        pass


def strong_suite(rule) -> None:
    assert rule(100, 10, 0) == 900
    assert rule(199, 1, 0) == 199
    assert rule(5, 1, 50) == 3
    with pytest.raises(ValueError):
        rule(1, 0)


def survivors(suite) -> list[str]:
    source = inspect.getsource(price_rules)
    alive = []
    for old, new in MUTANTS:
        module = ModuleType("mutant")
        exec(source.replace(old, new), module.__dict__)
        try:
            suite(module.total_cents)
        except (AssertionError, pytest.fail.Exception):
            continue  # killed: the suite noticed
        alive.append(f"{old} -> {new}")
    return alive
# endregion mutants


def executed_lines(suite) -> set[int]:
    tracer = Trace(count=1, trace=0)
    tracer.runfunc(suite, total_cents)
    return {line for (file, line) in tracer.results().counts if file.endswith("/price_rules.py")}


def test_full_coverage_without_assertions_kills_nothing() -> None:
    lines, first = inspect.getsourcelines(total_cents)
    body = {first + n for n, text in enumerate(lines) if n > 1 and text.strip()}
    assert executed_lines(weak_suite) == body  # every line of the body ran
    assert len(survivors(weak_suite)) == len(MUTANTS)
    assert survivors(strong_suite) == []
