from __future__ import annotations

import pytest
from pydantic import ValidationError
from sec_mass_assignment import User, update_profile, update_profile_vulnerable

ATTACK = {"name": "Mallory", "is_admin": True, "credit": 1_000_000}


def test_attack_works_on_the_bound_entity() -> None:
    user = User(1, "Mallory", "en")
    update_profile_vulnerable(user, ATTACK)
    assert user.is_admin and user.credit == 1_000_000


@pytest.mark.parametrize("body", [ATTACK, {"id": 2}, {"__class__": "x"}, {"name": {"$gt": ""}}, {"locale": "EN"}])
def test_attack_fails_and_nothing_changes(body: dict) -> None:
    user = User(1, "Ann", "en")
    with pytest.raises(ValidationError):
        update_profile(user, body)
    assert user == User(1, "Ann", "en")


def test_allowed_change_and_explicit_null() -> None:
    user = User(1, "Ann", "en")
    update_profile(user, {"locale": "de-CH"})
    assert (user.name, user.locale) == ("Ann", "de-CH")
    with pytest.raises(ValueError, match="name"):
        update_profile(user, {"name": None})
