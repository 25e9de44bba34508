import json

import pytest
from graphql import build_schema
from graphql_endpoint import GRAPHQL, Reply, Request, handle, run

SCHEMA = build_schema(
    """
    type Query { user(id: Int!): User must: String! }
    type User { name: String! nickname: String }
    type Mutation { transfer(cents: Int!): Boolean }
    """
)
TRANSFERS = []


def boom(*_):
    raise RuntimeError("backend down")


SCHEMA.query_type.fields["user"].resolve = lambda *_, id: {"name": "Ada"} if id == 1 else None
SCHEMA.type_map["User"].fields["nickname"].resolve = boom
SCHEMA.query_type.fields["must"].resolve = boom
SCHEMA.mutation_type.fields["transfer"].resolve = lambda _root, _info, cents: TRANSFERS.append(cents) or True


def post(body, **headers) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"content-type": "application/json", "accept": GRAPHQL} | {k.replace("_", "-"): v for k, v in headers.items()}
    return handle(SCHEMA, Request("POST", sent, body=raw), {})


# region table
CASES = {
    "query answered": ({"query": "{ user(id: 1) { name } }"}, 200),
    "lookup finds nothing": ({"query": "{ user(id: 9) { name } }"}, 200),
    "one field failed": ({"query": "{ user(id: 1) { name nickname } }"}, 294),
    "non-null root failed, data is null": ({"query": "{ must }"}, 294),
    "body is not JSON": (b'{"query":', 400),
    "document does not parse": ({"query": "{"}, 400),
    "wrong parameter name": ({"qeury": "{ __typename }"}, 422),
    "variables is a list": ({"query": "{ __typename }", "variables": [7]}, 422),
    "unknown field": ({"query": "{ nope }"}, 422),
    "two operations, no name": ({"query": "query A { __typename } query B { __typename }"}, 422),
    "variable of the wrong type": (
        {"query": "query($i: Int!) { user(id: $i) { name } }", "variables": {"i": "x"}},
        422,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_status(name):
    body, status = CASES[name]
    reply = post(body)
    assert (reply.status, reply.headers["content-type"]) == (status, GRAPHQL)
    assert ("data" in reply.body) == (status < 300)  # a request error has no data entry


# endregion


def test_partial_success_can_be_told_as_200():
    request = Request(
        "POST",
        {"content-type": "application/json", "accept": GRAPHQL},
        body=b'{"query": "{ user(id: 1) { name nickname } }"}',
    )
    reply = handle(SCHEMA, request, {}, use_294=False)
    assert reply.status == 200
    assert reply.body["data"] == {"user": {"name": "Ada", "nickname": None}}
    assert reply.body["errors"][0]["path"] == ["user", "nickname"]


def test_legacy_client_gets_json_for_success_and_the_same_codes():
    good = post({"query": "{ __typename }"}, accept="application/json")
    bad = post({"query": "{ nope }"}, accept="application/json")
    assert (good.status, good.headers["content-type"]) == (200, "application/json")
    assert (bad.status, bad.headers["content-type"]) == (422, GRAPHQL)
    assert post({"query": "{ __typename }"}, accept="text/html").status == 406


def test_methods():
    assert handle(SCHEMA, Request("PUT"), {}).headers["allow"] == "GET, POST"
    get = Request("GET", {"graphql-require-preflight": "1"}, {"query": "mutation { transfer(cents: 1) }"})
    reply = handle(SCHEMA, get, {})
    assert (reply.status, reply.headers["allow"], TRANSFERS) == (405, "POST", [])


def test_query_by_get():
    get = Request(
        "GET",
        {"graphql-require-preflight": "1", "accept": GRAPHQL},
        {"query": "query($i: Int!) { user(id: $i) { name } }", "variables": '{"i": 1}'},
    )
    assert handle(SCHEMA, get, {}).body == {"data": {"user": {"name": "Ada"}}}


# region attack
FORGED = b'{"query": "mutation { transfer(cents: 900) }", "x": "="}'  # what a text/plain form on another site can post


def test_csrf_by_simple_request():
    TRANSFERS.clear()
    forged = Request("POST", {"content-type": "text/plain", "cookie": "session=victim"}, body=FORGED)
    run(SCHEMA, forged, {})  # a server that parses any body as JSON
    assert TRANSFERS == [900]
    assert handle(SCHEMA, forged, {}).status == 415  # with the gate in front
    assert TRANSFERS == [900]


# endregion


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""])
def test_other_simple_types_are_refused_too(kind):
    TRANSFERS.clear()
    assert handle(SCHEMA, Request("POST", {"content-type": kind}, body=FORGED), {}).status == 415
    assert TRANSFERS == []


def test_get_without_the_header_is_refused():
    assert handle(SCHEMA, Request("GET", {}, {"query": "{ __typename }"}), {}).status == 403
