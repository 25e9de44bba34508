"""Opaque global ids: type and key in one string, checked again when they come back."""

from __future__ import annotations

import base64
import binascii

TYPES = {"Order", "Customer"}


# region ids
def to_global(type_name: str, key: str) -> str:
    return base64.urlsafe_b64encode(f"{type_name}:{key}".encode()).decode().rstrip("=")


def from_global(value: str, expected: str | None = None) -> tuple[str, str]:
    """Raises ValueError for garbage and for an id of another type: an Order id must not open a Customer."""
    try:
        text = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("malformed id") from error
    type_name, colon, key = text.partition(":")
    if not colon or type_name not in TYPES or (expected and type_name != expected):
        raise ValueError("id of another type")
    return type_name, key


def resolve_node(_root, info, id: str):
    type_name, key = from_global(id)
    return info.context["repositories"][type_name].get(key)  # the repository checks the viewer: an id is no permission
# endregion
