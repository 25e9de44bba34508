import pytest

from json_patch import PatchError, apply_patch


@pytest.mark.parametrize(
    "before, op, after",
    [
        ({"foo": "bar"}, {"op": "add", "path": "/baz", "value": "qux"}, {"baz": "qux", "foo": "bar"}),
        ({"foo": ["bar", "baz"]}, {"op": "add", "path": "/foo/1", "value": "qux"}, {"foo": ["bar", "qux", "baz"]}),
        ({"foo": ["bar"]}, {"op": "add", "path": "/foo/-", "value": "qux"}, {"foo": ["bar", "qux"]}),
        ({"baz": "qux", "foo": "bar"}, {"op": "remove", "path": "/baz"}, {"foo": "bar"}),
        ({"foo": ["bar", "qux"]}, {"op": "remove", "path": "/foo/1"}, {"foo": ["bar"]}),
        ({"baz": "qux"}, {"op": "replace", "path": "/baz", "value": None}, {"baz": None}),  # merge patch cannot say this
        ({"a/b": {"m~n": 1}}, {"op": "replace", "path": "/a~1b/m~0n", "value": 2}, {"a/b": {"m~n": 2}}),
    ],
)
def test_operations(before, op, after):
    assert apply_patch(before, [op]) == after


def test_failed_test_changes_nothing():
    doc = {"status": "open", "tags": []}
    with pytest.raises(PatchError):
        apply_patch(doc, [{"op": "add", "path": "/tags/-", "value": "x"}, {"op": "test", "path": "/status", "value": "paid"}])
    assert doc == {"status": "open", "tags": []}


@pytest.mark.parametrize("path", ["/missing/x", "/tags/5", "/tags/01", "/tags/x", "/tags/²", "", "tags", "x/tags", 5, None])
def test_bad_paths(path):
    with pytest.raises(PatchError):
        apply_patch({"tags": ["a"]}, [{"op": "replace", "path": path, "value": 1}])


def test_a_test_operation_guards_an_index_against_a_moved_array():
    ops = [{"op": "test", "path": "/lines/0/sku", "value": "A"}, {"op": "remove", "path": "/lines/0"}]
    assert apply_patch({"lines": [{"sku": "A"}, {"sku": "B"}]}, ops) == {"lines": [{"sku": "B"}]}
    with pytest.raises(PatchError):
        apply_patch({"lines": [{"sku": "B"}]}, ops)


def test_true_is_not_one():
    with pytest.raises(PatchError):
        apply_patch({"a": 1}, [{"op": "test", "path": "/a", "value": True}])


def test_numbers_are_compared_by_value():
    doc = {"a": {"b": [1, "x"]}}
    assert apply_patch(doc, [{"op": "test", "path": "/a", "value": {"b": [1.0, "x"]}}]) == doc
    with pytest.raises(PatchError):
        apply_patch(doc, [{"op": "test", "path": "/a", "value": {"b": [1]}}])
