import pytest
from null_propagation import answer

A = {"sku": "a", "price": 100}


# region results
@pytest.mark.parametrize(
    ("items", "price", "data"),
    [
        ("[Item!]!", "Int", {"cart": {"id": "1", "items": [A, {"sku": "b", "price": None}]}}),
        ("[Item]!", "Int!", {"cart": {"id": "1", "items": [A, None]}}),
        ("[Item!]", "Int!", {"cart": {"id": "1", "items": None}}),
        ("[Item!]!", "Int!", {"cart": None}),
    ],
)
def test_the_error_stops_at_the_first_nullable_position(items, price, data):
    result = answer(items, price)
    assert result.data == data
    assert [e.path for e in result.errors] == [["cart", "items", 1, "price"]]  # always the place that failed


# endregion
