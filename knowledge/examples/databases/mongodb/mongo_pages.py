"""Keyset pages: the next page starts after the last document seen."""
from datetime import datetime


# region pages
def page_filter(tenant: str, after: tuple[datetime, str] | None) -> dict:
    """`after` is (createdAt, _id) of the last row, from a signed cursor: never a filter sent by the client."""
    query: dict = {"tenantId": tenant, "status": "paid"}
    if after is not None:
        created, last_id = after
        query["$or"] = [{"createdAt": {"$lt": created}},
                        {"createdAt": created, "_id": {"$lt": last_id}}]     # ties: several in one millisecond
    return query


def page(orders, tenant: str, after: tuple[datetime, str] | None, size: int = 50) -> list[dict]:
    """Index: tenantId, status, createdAt -1, _id -1. One more than asked for tells whether a page follows."""
    return list(orders.find(page_filter(tenant, after), {"lines": 0})
                .sort([("createdAt", -1), ("_id", -1)]).limit(size + 1))
# endregion
