from types import SimpleNamespace

import pytest
from global_ids import from_global, resolve_node, to_global


def test_round_trip():
    assert from_global(to_global("Order", "81:7")) == ("Order", "81:7")


@pytest.mark.parametrize("value", ["", "%%%", "8", to_global("Admin", "1"), to_global("Order", "1")[:-3] + "___"])
def test_garbage_and_unknown_types_are_refused(value):
    with pytest.raises(ValueError):
        from_global(value, "Customer")


def test_an_id_of_another_type_is_refused():
    with pytest.raises(ValueError):
        from_global(to_global("Order", "1"), "Customer")


def test_node_goes_through_the_repository():
    info = SimpleNamespace(context={"repositories": {"Order": {"1": "an order"}, "Customer": {}}})
    assert resolve_node(None, info, to_global("Order", "1")) == "an order"
    assert resolve_node(None, info, to_global("Customer", "1")) is None
