import logging

from error_mask import Expected, body
from graphql import build_schema, graphql_sync

SCHEMA = build_schema("type Query { bug: Int coupon: Int }")


def bug(*_):
    raise RuntimeError("connect to db-7 as admin:hunter2 failed")


def coupon(*_):
    raise Expected("COUPON_EXPIRED", "This coupon has expired.")


SCHEMA.query_type.fields["bug"].resolve = bug
SCHEMA.query_type.fields["coupon"].resolve = coupon


def test_a_secret_in_an_exception_reaches_the_log_and_not_the_caller(caplog):
    with caplog.at_level(logging.ERROR):
        reply = body(graphql_sync(SCHEMA, "{ bug }"), "Bug")
    assert "hunter2" not in str(reply) and "hunter2" in caplog.text
    assert reply["errors"][0]["extensions"]["incident"] in caplog.text


def test_expected_errors_keep_their_text_and_code():
    reply = body(graphql_sync(SCHEMA, "{ coupon }"), "Coupon")
    assert reply == {
        "errors": [
            {"message": "This coupon has expired.", "path": ["coupon"], "extensions": {"code": "COUPON_EXPIRED"}}
        ],
        "data": {"coupon": None},
    }


def test_request_errors_have_no_data_entry():
    reply = body(graphql_sync(SCHEMA, "{ nope }"), "?")
    assert "data" not in reply and reply["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
