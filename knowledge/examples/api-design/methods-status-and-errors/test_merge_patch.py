import pytest

from merge_patch import merge_patch


# the cases of RFC 7396, appendix A
@pytest.mark.parametrize(
    "target, patch, result",
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_rfc7396_cases(target, patch, result):
    assert merge_patch(target, patch) == result


def test_a_merge_patch_is_idempotent_but_an_append_is_not():
    once = merge_patch({"tags": ["a"]}, {"tags": ["a", "b"]})
    assert merge_patch(once, {"tags": ["a", "b"]}) == once

    def append(doc):  # JSON Patch {"op": "add", "path": "/tags/-", "value": "b"}
        return {"tags": [*doc["tags"], "b"]}

    assert append(append({"tags": ["a"]})) != append({"tags": ["a"]})


def test_two_partial_updates_keep_each_others_fields_where_two_puts_do_not():
    doc = {"name": "Ann", "city": "Oslo"}
    assert merge_patch(merge_patch(doc, {"name": "Anna"}), {"city": "Bergen"}) == {"name": "Anna", "city": "Bergen"}
    put_a, put_b = {"name": "Anna", "city": "Oslo"}, {"name": "Ann", "city": "Bergen"}
    doc = put_a
    doc = put_b  # replaces everything, A's change included
    assert doc["name"] == "Ann"
