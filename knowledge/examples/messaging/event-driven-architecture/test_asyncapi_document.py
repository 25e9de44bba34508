"""The document and the code agree: references resolve, and what the code publishes is what the document says."""
from datetime import datetime, timezone
from pathlib import Path

import jsonschema
import pytest
import yaml

from order_event import order_placed

DOCUMENT = yaml.safe_load((Path(__file__).parent / "orders.asyncapi.yaml").read_text("utf-8"))
ORDER = {"id": "o-1", "version": 1, "customer_id": "c-9", "total": "49.90", "currency": "EUR",
         "lines": [{"sku": "book", "quantity": 1, "unit_price": "49.90"}]}


def resolve(reference):
    node = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return resolve(node["$ref"]) if "$ref" in node else node


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from references(child)


def test_every_reference_resolves_and_operations_use_messages_of_their_channel():
    assert all(resolve(reference) for reference in references(DOCUMENT))
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in ("send", "receive")
        channel = operation["channel"]["$ref"]
        assert all(message["$ref"].startswith(f"{channel}/messages/") for message in operation["messages"])


def payload():
    return resolve("#/components/messages/orderPlaced")["payload"]


def test_the_published_event_is_the_documented_one():
    jsonschema.validate(order_placed(ORDER, now=datetime.now(timezone.utc)), payload())


@pytest.mark.parametrize("change", [{"total": "49.9"}, {"currency": "euro"}, {"version": 0}])
def test_a_drift_between_code_and_document_turns_the_build_red(change):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(order_placed({**ORDER, **change}, now=datetime.now(timezone.utc)), payload())
