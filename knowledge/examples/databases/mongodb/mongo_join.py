"""A page of orders with their customers: $lookup after the limit, or a second query."""
# region lookup
def order_page(tenant: str, size: int = 50) -> list[dict]:
    """Indexes: orders (tenantId, status, createdAt -1); customers by _id. At most 50 joins per page."""
    return [
        {"$match": {"tenantId": tenant, "status": "paid"}},
        {"$sort": {"createdAt": -1, "_id": -1}},
        {"$limit": size},                                    # before the join, not after it
        {"$lookup": {"from": "customers", "localField": "customerId", "foreignField": "_id", "as": "customer",
                     "pipeline": [{"$project": {"name": 1, "email": 1}}]}},
        {"$set": {"customer": {"$first": "$customer"}}},     # missing when the customer is gone
    ]
# endregion


# region two-queries
def with_customers(orders: list[dict], customers) -> list[dict]:
    """The same by a second query: works across databases, can be cached, fetches each customer once."""
    wanted = list({order["customerId"] for order in orders})
    found = {c["_id"]: c for c in customers.find({"_id": {"$in": wanted}}, {"name": 1, "email": 1})}
    return [{**order, "customer": found.get(order["customerId"])} for order in orders]
# endregion
