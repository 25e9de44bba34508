"""Old event versions are lifted to the newest one at the door; handlers know one shape only."""
from __future__ import annotations

# region upcast
from collections.abc import Callable

CURRENT = "com.example.shop.order.placed.v3"


def v1_to_v2(data: dict) -> dict:                  # v1 had a number and always euros
    return {**data, "total": {"amount": f"{data['total']:.2f}", "currency": "EUR"}}


def v2_to_v3(data: dict) -> dict:                  # v3 splits the channel off; v2 only knew the web
    return {"channel": "web", **data}


UPCASTS: dict[str, tuple[str, Callable[[dict], dict]]] = {
    "com.example.shop.order.placed.v1": ("com.example.shop.order.placed.v2", v1_to_v2),
    "com.example.shop.order.placed.v2": (CURRENT, v2_to_v3),
}


class UnknownVersion(Exception):
    """Newer than this consumer: park it and alert. Skipping it would lose an order."""


def read(event: dict) -> dict | None:
    """The event in the current version, or None for a type this consumer does not care about."""
    kind, data = event["type"], event["data"]
    if not kind.startswith("com.example.shop.order.placed."):
        return None                                # somebody else's event: acknowledge and go on
    while kind != CURRENT:
        if kind not in UPCASTS:
            raise UnknownVersion(kind)
        kind, lift = UPCASTS[kind]
        data = lift(data)
    return {**event, "type": kind, "data": data}   # fields nobody knows stay in place, unread
# endregion upcast
