from contextlib import closing

import pytest
from graphql import graphql_sync
from shop_schema import SDL, connect, shop_schema


@pytest.fixture
def db():
    with closing(connect()) as connection:
        yield connection


def run(db, query, schema=None, customers=lambda _id: {"id": "c", "name": "Ada"}, viewer=1, **variables):
    context = {"db": db, "customers": customers, "viewer": viewer}
    return graphql_sync(schema or shop_schema(), query, variable_values=variables, context_value=context)


def broken(_id):
    raise RuntimeError("customer service is down")


ORDER = '{ order(id: "1") { number customer { name } } }'


def test_nullable_edge_keeps_the_order_when_the_customer_service_fails(db):
    result = run(db, ORDER, customers=broken)
    assert result.data == {"order": {"number": "A-1", "customer": None}}
    assert result.errors[0].path == ["order", "customer"]


def test_non_null_everywhere_loses_the_whole_answer(db):
    strict = SDL.replace("customer: Customer #", "customer: Customer! #").replace(
        "order(id: ID!): Order\n", "order(id: ID!): Order!\n"
    )
    assert strict != SDL
    result = run(db, ORDER, schema=shop_schema(strict), customers=broken)
    assert result.data is None


PAGE = (
    "query($n: Int!, $a: String) { orders(first: $n, after: $a) "
    "{ edges { node { number } } pageInfo { hasNextPage endCursor } } }"
)


def test_pages_are_stable_when_a_row_is_inserted_before_them(db):
    first = run(db, PAGE, n=3).data["orders"]
    assert [e["node"]["number"] for e in first["edges"]] == ["A-1", "A-2", "A-3"]
    assert first["pageInfo"]["hasNextPage"] is True
    db.execute("INSERT INTO orders VALUES (0, 'open', 1)")
    second = run(db, PAGE, n=4, a=first["pageInfo"]["endCursor"]).data["orders"]
    assert [e["node"]["number"] for e in second["edges"]] == ["A-4", "A-5", "A-6", "A-7"]
    assert second["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize(("n", "a", "code"), [(101, None, "BAD_PAGE_SIZE"), (0, None, "BAD_PAGE_SIZE"), (1, "x", "BAD_CURSOR")])
def test_page_size_is_capped_and_cursors_are_checked(db, n, a, code):
    assert run(db, PAGE, n=n, a=a).errors[0].extensions["code"] == code


def test_page_size_cannot_be_null(db):
    assert run(db, "{ orders(first: null) { pageInfo { hasNextPage } } }").data is None


CANCEL = """mutation($id: ID!, $r: ID!) { cancelOrder(input: {orderId: $id, reason: OTHER, requestId: $r}) {
  order { number } result { __typename ... on OrderCancelled { refundCents } ... on UserError { message } } } }"""


def test_expected_failures_are_data_without_errors(db):
    done = run(db, CANCEL, id="1", r="a")
    assert done.errors is None
    assert done.data["cancelOrder"] == {
        "order": {"number": "A-1"},
        "result": {"__typename": "OrderCancelled", "refundCents": 4200},
    }
    shipped = run(db, CANCEL, viewer=2, id="5", r="b")
    assert shipped.errors is None
    assert shipped.data["cancelOrder"]["result"] == {
        "__typename": "OrderNotCancellable",
        "message": "An order that is shipped cannot be cancelled.",
    }
    assert run(db, CANCEL, id="99", r="c").data["cancelOrder"]["order"] is None


def test_a_repeat_with_the_same_request_id_returns_the_first_result(db):
    first = run(db, CANCEL, id="2", r="k").data
    again = run(db, CANCEL, id="2", r="k").data
    assert first == again
    assert run(db, CANCEL, id="2", r="other").data["cancelOrder"]["result"]["__typename"] == "OrderNotCancellable"
    reused = run(db, CANCEL, id="3", r="k")
    assert reused.data == {"cancelOrder": None} and reused.errors[0].extensions["code"] == "REQUEST_ID_REUSED"


def test_another_viewer_neither_cancels_nor_reads_nor_shares_request_ids(db):
    stranger = run(db, CANCEL, viewer=2, id="2", r="k").data["cancelOrder"]
    assert stranger == {"order": None, "result": {"__typename": "OrderNotFound", "message": "No such order."}}
    mine = run(db, CANCEL, id="2", r="k").data["cancelOrder"]
    assert mine["result"]["__typename"] == "OrderCancelled"


def test_unexpected_failures_are_top_level_errors(db):
    db.execute("DROP TABLE requests")
    result = run(db, CANCEL, id="1", r="a")
    assert result.data == {"cancelOrder": None}
    assert result.errors[0].path == ["cancelOrder"]
