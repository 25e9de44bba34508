import json
import re

import pytest
from mongo_filters import BadInput, login_filter, login_filter_vulnerable, search

USERS = [{"email": "ann@example.com", "resetToken": "t-81c2", "name": "Ann"},
         {"email": "bob@example.com", "resetToken": "t-99fe", "name": "Bob"}]


def find(filter_):
    """The documented meaning of the five operators used here; nothing else is accepted."""
    def matches(value, condition):
        if not isinstance(condition, dict):
            return value == condition
        checks = {"$eq": lambda v, x: v == x, "$ne": lambda v, x: v != x, "$gt": lambda v, x: v > x,
                  "$in": lambda v, x: v in x, "$regex": lambda v, x: re.search(x, v) is not None}
        return all(checks[operator](value, operand) for operator, operand in condition.items())

    return [u for u in USERS if all(matches(u.get(field), condition) for field, condition in filter_.items())]


ATTACKS = ['{"email": "ann@example.com", "token": {"$ne": null}}',
           '{"email": "ann@example.com", "token": {"$gt": ""}}',
           '{"email": "ann@example.com", "token": {"$regex": "^t-8"}}',
           '{"email": {"$in": ["ann@example.com", "bob@example.com"]}, "token": {"$ne": "x"}}']


@pytest.mark.parametrize("raw", ATTACKS)
def test_operators_from_a_json_body_take_over_an_account(raw):
    assert find(login_filter_vulnerable(json.loads(raw)))          # a user without knowing the token


@pytest.mark.parametrize("raw", [*ATTACKS, '{"email": "ann@example.com"}', '{"email": ["a"], "token": "x"}'])
def test_the_fixed_filter_refuses_them(raw):
    with pytest.raises(BadInput):
        login_filter(json.loads(raw))


def test_the_fixed_filter_still_finds_the_owner():
    assert find(login_filter({"email": "ann@example.com", "token": "t-81c2"})) == [USERS[0]]
    assert find(login_filter({"email": "ann@example.com", "token": "$ne"})) == []


def test_search_takes_values_only():
    filter_, sort = search({"name": ".*", "sort": "total"})
    assert find(filter_) == [] and sort == [("total", -1), ("_id", -1)]
    assert [u["name"] for u in find(search({"name": "A"})[0])] == ["Ann"]
    with pytest.raises(BadInput):
        search({"name": "A", "sort": "passwordHash"})
    with pytest.raises(BadInput):
        search({"name": {"$where": "sleep(1000)"}})
