"""Acceptance test of project 3, the marketplace. BASE_URL=http://127.0.0.1:8000 pytest acceptance_3_marketplace.py

Contract
  Bearer tokens from TOKEN_A and TOKEN_B (default seller-a, seller-b) are two different users.
  POST  /items              {"title", "description", "price": {"amount": "12.50", "currency": "EUR"}, "stock"} -> 201
  GET   /items/{id}         200 with ETag and Cache-Control; PATCH /items/{id} by its owner only
  GET   /items?q=&sort=     full-text search over title and description; sort is price or -price, anything else -> 400
  POST  /items/{id}/orders  {"quantity"} -> 201 with Location, or 409 when the stock does not suffice
  GET   /orders/{id}        its buyer only
"""

import os
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

pytestmark = pytest.mark.skipif("BASE_URL" not in os.environ, reason="set BASE_URL to the service under test")


def client(token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=os.environ["BASE_URL"], headers=headers, timeout=10, trust_env=False)


@pytest.fixture
def alice() -> Iterator[httpx.Client]:
    with client(os.environ.get("TOKEN_A", "seller-a")) as api:
        yield api


@pytest.fixture
def bob() -> Iterator[httpx.Client]:
    with client(os.environ.get("TOKEN_B", "seller-b")) as api:
        yield api


def offer(api: httpx.Client, **changes: object) -> httpx.Response:
    item = {"title": "Lamp", "description": "", "price": {"amount": "12.50", "currency": "EUR"}, "stock": 5}
    return api.post("/items", json=item | changes)


# region stock
def test_twenty_buyers_cannot_buy_five_lamps(alice: httpx.Client, bob: httpx.Client) -> None:
    item = offer(alice, stock=5).headers["location"]
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: bob.post(f"{item}/orders", json={"quantity": 1}), range(20)))
    statuses = sorted(reply.status_code for reply in replies)
    assert statuses == [201] * 5 + [409] * 15
    assert alice.get(item).json()["stock"] == 0


def test_a_cached_item_is_never_stale_after_its_owner_changed_it(alice: httpx.Client, bob: httpx.Client) -> None:
    item = offer(alice).headers["location"]
    before = bob.get(item)
    assert "cache-control" in before.headers
    assert bob.get(item, headers={"If-None-Match": before.headers["etag"]}).status_code == 304
    changed = alice.patch(item, json={"price": {"amount": "9.99", "currency": "EUR"}})
    assert changed.status_code in (200, 204)
    after = bob.get(item, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200 and after.json()["price"]["amount"] == "9.99"


def test_only_the_owner_changes_an_item_and_only_the_buyer_reads_an_order(alice: httpx.Client, bob: httpx.Client) -> None:
    item = offer(alice).headers["location"]
    assert bob.patch(item, json={"stock": 0}).status_code in (403, 404)
    order = bob.post(f"{item}/orders", json={"quantity": 1}).headers["location"]
    assert bob.get(order).status_code == 200
    assert alice.get(order).status_code in (403, 404)


# endregion


def test_anonymous_may_not_sell(alice: httpx.Client) -> None:
    assert alice.post("/items", json={}, headers={"Authorization": ""}).status_code == 401


@pytest.mark.parametrize("price", [12.5, {"amount": 12.5, "currency": "EUR"}, {"amount": "-1.00", "currency": "EUR"}])
def test_money_is_a_decimal_string(alice: httpx.Client, price: object) -> None:
    assert offer(alice, price=price).status_code == 422


def test_search_finds_words_in_title_and_description(alice: httpx.Client, bob: httpx.Client) -> None:
    word = "w" + uuid.uuid4().hex
    in_title = offer(alice, title=f"Blue {word}").json()["id"]
    in_text = offer(alice, description=f"with {word.upper()}!").json()["id"]
    offer(alice, title="unrelated")
    found = bob.get("/items", params={"q": word})
    assert {item["id"] for item in found.json()["items"]} == {in_title, in_text}


def test_search_survives_hostile_text_and_unknown_sort(bob: httpx.Client) -> None:
    for text in ("'; DROP TABLE items; --", "%", "\\", "a & | ! (", "x" * 5000):
        assert bob.get("/items", params={"q": text}).status_code in (200, 400, 414, 422)
    assert bob.get("/items", params={"sort": "price; DROP TABLE items"}).status_code == 400


def test_sort_by_price(alice: httpx.Client, bob: httpx.Client) -> None:
    word = "w" + uuid.uuid4().hex
    for amount in ("9.00", "10.00", "8.50"):
        offer(alice, title=word, price={"amount": amount, "currency": "EUR"})
    found = bob.get("/items", params={"q": word, "sort": "-price"}).json()["items"]
    assert [item["price"]["amount"] for item in found] == ["10.00", "9.00", "8.50"]
