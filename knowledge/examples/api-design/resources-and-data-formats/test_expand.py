import pytest

from expand import parse_expand, render

ORDERS = [{"id": f"o{n}", "customer_id": f"c{n % 2}", "lines": [{"product_id": "p1", "qty": n}]} for n in range(50)]


def test_fifty_orders_cost_one_query_per_kind():
    calls = []

    def load(kind, ids):
        calls.append((kind, len(ids)))
        return {i: {"id": i} for i in ids}

    out = render(ORDERS, parse_expand("customer,lines.product"), load)
    assert calls == [("customer", 2), ("product", 1)]
    assert out[3]["customer"] == {"id": "c1"} and out[3]["customer_id"] == "c1"


def test_nothing_is_loaded_by_default():
    assert "customer" not in render(ORDERS, parse_expand(None), None)[0]


def test_unknown_paths_are_refused():
    with pytest.raises(ValueError, match="cannot expand owner.password"):
        parse_expand("owner.password")
