import pytest

from fieldsets import parse_fields, pick

ORDER = {"id": "o1", "state": "paid", "total": {"amount_minor": 1250, "currency": "EUR"}, "note": None}


def test_pick():
    assert pick(ORDER, parse_fields(None)) == ORDER
    assert pick(ORDER, parse_fields("state")) == {"id": "o1", "state": "paid"}
    assert pick(ORDER, parse_fields("total.currency,note")) == {"id": "o1", "total": {"currency": "EUR"}, "note": None}
    assert pick(ORDER, parse_fields("")) == {"id": "o1"}


def test_unknown_names_are_an_error_and_not_an_empty_reply():
    with pytest.raises(ValueError, match="password"):
        parse_fields("state,password")
