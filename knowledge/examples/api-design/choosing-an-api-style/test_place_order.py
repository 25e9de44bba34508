import copy
from pathlib import Path

import yaml
from graphql import build_schema, parse, validate, validate_schema
from openapi_spec_validator import validate as validate_openapi

from review_checklist import findings

HERE = Path(__file__).parent
DOC = yaml.safe_load((HERE / "place_order.openapi.yaml").read_text())


def test_the_openapi_document_is_valid_and_passes_the_checklist():
    validate_openapi(DOC)
    assert findings(DOC) == []


def test_nouns_that_begin_like_verbs_and_unquoted_status_keys_are_fine():
    doc = copy.deepcopy(DOC)
    doc["paths"]["/v1/listings"] = doc["paths"].pop("/v1/orders")
    responses = doc["paths"]["/v1/listings"]["post"]["responses"]
    responses[422] = responses.pop("422")  # what YAML makes of an unquoted 422
    assert findings(doc) == []


def test_the_sdl_is_valid_and_a_client_must_ask_for_both_outcomes():
    schema = build_schema((HERE / "place_order.graphql").read_text())
    assert validate_schema(schema) == []
    good = parse("""mutation($input: PlaceOrderInput!) { placeOrder(input: $input) {
      __typename ... on OrderPlaced { order { id } } ... on OrderRefused { code } } }""")
    assert validate(schema, good) == []
    assert validate(schema, parse("mutation($i: PlaceOrderInput!) { placeOrder(input: $i) { order { id } } }"))


def test_each_finding_fires():
    bad = copy.deepcopy(DOC)
    bad["servers"] = [{"url": "http://api.example.com"}]
    post = bad["paths"]["/v1/orders"]["post"]
    del post["operationId"]
    post["security"] = []
    post["parameters"] = []
    del post["responses"]["422"]
    bad["paths"]["/v1/getOrders"] = {
        "get": {
            "operationId": "getOrders",
            "responses": {
                "200": {"content": {"application/json": {"schema": {"type": "array"}}}},
                "400": {"content": {"application/problem+json": {}}},
            },
        }
    }
    text = "\n".join(findings(bad))
    for part in ("https://", "operationId", "no security", "Idempotency-Key", "problem+json", "a verb", "page size"):
        assert part in text, part
