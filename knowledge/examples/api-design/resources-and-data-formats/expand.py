# region expand
EXPANDABLE = {"customer", "lines.product"}  # an allow-list: each entry is an index you have and a right you checked


def parse_expand(value: str | None) -> set[str]:
    wanted = set(filter(None, (value or "").split(",")))
    if unknown := wanted - EXPANDABLE:
        raise ValueError(f"cannot expand {', '.join(sorted(unknown))}; try {', '.join(sorted(EXPANDABLE))}")  # 400
    return wanted


def render(orders: list[dict], wanted: set[str], load) -> list[dict]:
    """`load(kind, ids)` returns {id: object} with one query per kind, never one per row."""
    customers = load("customer", {o["customer_id"] for o in orders}) if "customer" in wanted else {}
    ids = {line["product_id"] for o in orders for line in o["lines"]}
    products = load("product", ids) if "lines.product" in wanted else {}
    return [
        {
            **order,  # the id stays, expanded or not: clients need not branch
            **({"customer": customers.get(order["customer_id"])} if "customer" in wanted else {}),
            "lines": [
                {**line, **({"product": products.get(line["product_id"])} if "lines.product" in wanted else {})}
                for line in order["lines"]
            ],
        }
        for order in orders
    ]
# endregion
