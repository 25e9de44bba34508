"""An order event in the CloudEvents 1.0 JSON format, with the version of the order as an extension attribute."""
from __future__ import annotations

# region envelope
import json
import uuid
from datetime import datetime, timezone

SOURCE = "https://orders.shop.example"
LIMIT = 64 * 1024                       # what every intermediary has to forward


def order_placed(order: dict, *, now: datetime, traceparent: str | None = None) -> dict:
    """Written into the outbox in the transaction of the order, so id and version are those of the change."""
    event = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),        # kept over every resend; source + id identify the event
        "source": SOURCE,
        "type": "com.example.shop.order.placed.v1",
        "subject": order["id"],         # also the partition key: one order, one lane
        "time": now.astimezone(timezone.utc).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": "https://schemas.shop.example/order-placed/v1",
        "entityversion": order["version"],          # extension: lower case letters and digits only
        "data": {                       # facts of that moment, by choice; not the row
            "orderId": order["id"],
            "customerId": order["customer_id"],     # an id: name and address stay with their owner
            "lines": [{"sku": x["sku"], "quantity": x["quantity"], "unitPrice": x["unit_price"]} for x in order["lines"]],
            "total": {"amount": order["total"], "currency": order["currency"]},
        },
    }
    if traceparent:
        event["traceparent"] = traceparent
    if len(json.dumps(event).encode()) > LIMIT:
        raise ValueError("too large for an event: store it and send a link")
    return event
# endregion envelope
