"""Building filters from request data: the vulnerable way and the fixed one."""
import re
from typing import Any


# region vulnerable
def login_filter_vulnerable(body: dict[str, Any]) -> dict[str, Any]:
    return {"email": body["email"], "resetToken": body["token"]}   # {"token": {"$ne": null}} matches any user
# endregion


# region fixed
class BadInput(ValueError):
    """Becomes 422."""


def text(value: Any, limit: int = 200) -> str:
    if not isinstance(value, str) or len(value) > limit:   # an object here would be a query operator
        raise BadInput("expected a string")
    return value


def login_filter(body: dict[str, Any]) -> dict[str, Any]:
    return {"email": text(body.get("email")), "resetToken": {"$eq": text(body.get("token"))}}


SORTABLE = {"created": "createdAt", "total": "total"}


def search(body: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, int]]]:
    """Field names and operators come from this code; the client supplies values only."""
    prefix = re.escape(text(body.get("name", ""), 50))     # or the client sends a regular expression
    if body.get("sort", "created") not in SORTABLE:
        raise BadInput("cannot sort by that")
    return {"name": {"$regex": f"^{prefix}"}}, [(SORTABLE[body.get("sort", "created")], -1), ("_id", -1)]
# endregion
