# region adapters
"""One model inside, the newest. Each older version is a pair of small functions to and from its successor."""


def order_2_to_1(order: dict) -> dict:
    order = dict(order)
    order["total"] = order.pop("total_money")["amount_minor"] / 100  # v1 published a float; we keep its promise
    return order


def input_1_to_2(body: dict) -> dict:
    body = dict(body)
    if "total" in body:
        body["total_money"] = {"amount_minor": round(body.pop("total") * 100), "currency": "EUR"}
    return body


def order_3_to_2(order: dict) -> dict:
    order = dict(order)
    parts = [order.pop("given_name"), order.pop("family_name")]
    return order | {"name": " ".join(p for p in parts if p)}


CURRENT = 3
DOWN = {3: order_3_to_2, 2: order_2_to_1}  # response: from version n to n - 1
UP = {1: input_1_to_2}  # request: from version n to n + 1; version 2 requests are valid in 3


def render(order: dict, version: int) -> dict:
    for step in range(CURRENT, version, -1):
        order = DOWN[step](order)
    return order


def accept(body: dict, version: int) -> dict:
    for step in range(version, CURRENT):
        body = UP.get(step, lambda same: same)(body)
    return body
# endregion
