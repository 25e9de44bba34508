from __future__ import annotations

import pytest
from pydantic import ValidationError
from sec_validation import Booking

GOOD = {
    "guest": "  Zoë O'Brien ", "room": "AB-101", "arrival": "2026-12-01", "departure": "2026-12-05",
    "guests": 2, "currency": "EUR", "deposit": "50.00",
}  # fmt: skip


def test_good_one_is_canonical() -> None:
    decomposed = {**GOOD, "guest": "Zoe\u0308 O'Brien"}
    assert Booking.model_validate(GOOD).guest == Booking.model_validate(decomposed).guest == "Zo\u00eb O'Brien"


def test_names_of_all_scripts_pass() -> None:
    for name in ("O'Brien", "王", "حسن\u200cزاده"):
        assert Booking.model_validate({**GOOD, "guest": name}).guest == name


@pytest.mark.parametrize(
    "change",
    [
        {"guest": "   "},
        {"guest": "x" * 101},
        {"guest": "Ann\u202egnp.exe"},
        {"guest": "Ann\r\nBcc: all@example.com"},
        {"guest": ["Ann"]},
        {"room": "AB-101\n"},
        {"room": "AB-101' OR '1'='1"},
        {"arrival": "2026-12-06"},
        {"departure": "2027-12-05"},
        {"guests": "2"},
        {"guests": 2.0},
        {"guests": True},
        {"guests": 7},
        {"currency": "eur"},
        {"deposit": "NaN"},
        {"deposit": "-1"},
        {"deposit": "1.001"},
        {"discount": 100},
    ],
)
def test_refused(change: dict) -> None:
    with pytest.raises(ValidationError):
        Booking.model_validate({**GOOD, **change})
