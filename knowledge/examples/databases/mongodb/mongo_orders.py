"""Orders in MongoDB with PyMongo's asynchronous API."""
from datetime import datetime, timezone

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, AsyncMongoClient, ReturnDocument


# region client
def connect(uri: str) -> AsyncMongoClient:
    """One client per process, created inside the running loop: it holds the pool and watches the servers."""
    return AsyncMongoClient(
        uri, appname="orders-api", maxPoolSize=50,   # per server and process; 100 is the default
        timeoutMS=2_000,                             # one limit for the whole operation, retries included
        serverSelectionTimeoutMS=2_000,              # 30 s by default: too long inside a request
        w="majority", readConcernLevel="majority",
        tz_aware=True)                               # or datetimes come back naive
# endregion


# region update
async def pay(orders, order_id: str, payment_id: str) -> dict | None:
    """One document, one atomic step: the filter is the precondition. None: not placed, or paid already."""
    return await orders.find_one_and_update(
        {"_id": order_id, "status": "placed"},
        {"$set": {"status": "paid", "paymentId": payment_id, "paidAt": datetime.now(timezone.utc)},
         "$inc": {"version": 1}},
        return_document=ReturnDocument.AFTER)


async def add_line(orders, order_id: str, line: dict) -> bool:
    """Bounded in the same statement: no order grows past 100 lines, also with two writers."""
    result = await orders.update_one(
        {"_id": order_id, "status": "draft", "lines.99": {"$exists": False}},
        {"$push": {"lines": line}, "$inc": {"version": 1}})
    return result.modified_count == 1
# endregion


# region indexes
async def create_indexes(orders) -> None:
    """In a deployment step, not at start-up of every instance."""
    # equality (tenant, status) → sort (createdAt, _id) → range (total)
    await orders.create_index(
        [("tenantId", ASCENDING), ("status", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING),
         ("total", ASCENDING)])
    await orders.create_index("customerId")                    # a reference is not indexed by itself
    await orders.create_index("paymentId", unique=True,        # without the filter, one missing value would block
                              partialFilterExpression={"paymentId": {"$exists": True}})
    await orders.create_index("draftExpiresAt", expireAfterSeconds=0)   # TTL: removes drafts within about a minute
# endregion


# region report
def revenue_per_day(tenant: str, since: datetime) -> list[dict]:
    return [
        {"$match": {"tenantId": tenant, "status": "paid", "createdAt": {"$gte": since}}},   # first: uses the index
        {"$group": {"_id": {"$dateToString": {"date": "$createdAt", "format": "%Y-%m-%d"}},
                    "orders": {"$sum": 1}, "revenue": {"$sum": "$total"}}},   # 100 MB of memory, then disk
        {"$sort": {"_id": 1}},
        {"$limit": 366},                                       # an upper bound on what leaves the server
    ]


async def run_report(orders, tenant: str, since: datetime) -> list[dict]:
    cursor = await orders.aggregate(revenue_per_day(tenant, since), maxTimeMS=5_000, comment="revenue-per-day")
    return await cursor.to_list()
# endregion


# region transaction
async def ship(client: AsyncMongoClient, order_id: str, warehouse: str, lines: list[dict]) -> bool:
    db = client["shop"]

    async def work(session) -> bool:                 # may run several times: no mail, no HTTP call in here
        order = await db.orders.update_one(
            {"_id": order_id, "status": "paid"}, {"$set": {"status": "shipped"}}, session=session)
        if order.modified_count == 0:
            return False                             # commits nothing: somebody was faster
        for line in lines:
            stock = await db.stock.update_one(
                {"_id": f"{warehouse}:{line['sku']}", "free": {"$gte": line["quantity"]}},
                {"$inc": {"free": -line["quantity"]}}, session=session)
            if stock.modified_count == 0:
                raise OutOfStock(line["sku"])        # aborts: the order stays paid
        await db.outbox.insert_one(
            {"_id": ObjectId(), "type": "order.shipped", "orderId": order_id, "sent": False}, session=session)
        return True

    async with client.start_session() as session:
        return await session.with_transaction(work)  # retries write conflicts and unknown commit results
# endregion


class OutOfStock(Exception):
    pass
