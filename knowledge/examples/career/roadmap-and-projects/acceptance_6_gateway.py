"""Acceptance test of project 6, the GraphQL gateway over three services. BASE_URL=... pytest acceptance_6_gateway.py

Contract
  POST /graphql over a catalogue, an inventory and a review service:
       product(id: ID!): Product, products(first: Int): [Product!]!
       Product {id name stock reviews(first: Int): [Review!] related: [Product!]!}, Review {rating}; stock, reviews nullable
  In test mode every answer carries extensions.upstreamCalls, and POST /test/faults {"service", "mode": up|down|slow}
  switches a fault in catalogue, inventory or reviews. Production has neither.
  GET /health/live and /health/ready -> 200. CI builds the image, starts all four containers and runs this file.
"""

import os
import time
from collections.abc import Iterator

import httpx
import pytest

pytestmark = pytest.mark.skipif("BASE_URL" not in os.environ, reason="set BASE_URL to the service under test")
MEDIA = "application/graphql-response+json"


@pytest.fixture
def api() -> Iterator[httpx.Client]:
    with httpx.Client(base_url=os.environ["BASE_URL"], timeout=10, trust_env=False) as client:
        yield client
        for service in ("catalogue", "inventory", "reviews"):
            fault(client, service, "up")


def fault(api: httpx.Client, service: str, mode: str) -> None:
    assert api.post("/test/faults", json={"service": service, "mode": mode}).status_code == 204


def ask(api: httpx.Client, query: str, **variables: object) -> httpx.Response:
    return api.post("/graphql", json={"query": query, "variables": variables}, headers={"Accept": MEDIA})


# region gateway
LIST = "query ($n: Int) { products(first: $n) { name stock reviews(first: 2) { rating } } }"


def test_a_list_costs_the_same_number_of_calls_as_one_product(api: httpx.Client) -> None:
    replies = [ask(api, LIST, n=n).json() for n in (1, 20)]
    assert [len(reply["data"]["products"]) for reply in replies] == [1, 20]
    assert replies[1]["data"]["products"][3]["stock"] is not None
    assert replies[0]["extensions"]["upstreamCalls"] == replies[1]["extensions"]["upstreamCalls"] <= 3


@pytest.mark.parametrize("mode", ["down", "slow"])
def test_a_failing_service_costs_its_own_fields_only(api: httpx.Client, mode: str) -> None:
    fault(api, "reviews", mode)
    started = time.monotonic()
    body = ask(api, '{ product(id: "1") { name stock reviews { rating } } }').json()
    assert time.monotonic() - started < 3
    assert body["data"]["product"]["name"] and body["data"]["product"]["stock"] is not None
    assert body["data"]["product"]["reviews"] is None
    assert [error["path"] for error in body["errors"]] == [["product", "reviews"]]


def test_expensive_queries_are_refused_before_any_call(api: httpx.Client) -> None:
    deep = '{ product(id: "1") ' + "{ related " * 12 + "{ name }" + " }" * 12 + " }"
    wide = "{" + " ".join(f'a{n}: product(id: "{n}") {{ reviews {{ rating }} }}' for n in range(300)) + "}"
    for query in (deep, wide):
        reply = ask(api, query)
        assert 400 <= reply.status_code < 500
        assert reply.json()["errors"] and reply.json().get("data") is None
        assert reply.json()["extensions"]["upstreamCalls"] == 0


# endregion


def test_broken_requests_are_client_errors(api: httpx.Client) -> None:
    for query in ("{ product(", "{ unknownField }"):
        reply = ask(api, query)
        assert 400 <= reply.status_code < 500
        assert reply.headers["content-type"].startswith(MEDIA)
        assert "Traceback" not in reply.text


def test_health(api: httpx.Client) -> None:
    fault(api, "reviews", "down")
    assert api.get("/health/live").status_code == 200
    assert api.get("/health/ready").status_code == 200
