import pytest
from pydantic import ValidationError

from rename_field import ProfileInput, render


@pytest.mark.parametrize("body", [{"name": "Ada"}, {"display_name": "Ada"}, {"name": "Ada", "display_name": "Ada"}])
def test_old_and_new_clients_agree(body):
    assert ProfileInput.model_validate(body).display_name == "Ada"


@pytest.mark.parametrize("body", [{}, {"name": "Ada", "display_name": "Bob"}, {"displayname": "Ada"}, {"display_name": None}])
def test_contradiction_or_nothing_is_refused(body):
    with pytest.raises(ValidationError):
        ProfileInput.model_validate(body)


def test_old_readers_still_find_their_field():
    assert render("Ada")["name"] == "Ada"
