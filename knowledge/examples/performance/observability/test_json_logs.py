from __future__ import annotations

import io
import json
import logging

import pytest
from json_logs import JsonFormatter, pseudonym, redact
from opentelemetry.sdk.trace import TracerProvider


@pytest.fixture
def lines():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter("orders", "1.4.2"))
    logger = logging.getLogger("shop.orders")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
    yield logger, lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.handlers = []


def test_a_line_carries_its_fields_and_its_trace(lines) -> None:
    logger, read = lines
    tracer = TracerProvider().get_tracer("test")
    with tracer.start_as_current_span("POST /orders") as span:
        logger.info("order_created", extra={"order_id": 81, "duration_ms": 12.5})
    (line,) = read()
    assert line["event"] == "order_created"
    assert (line["order_id"], line["duration_ms"], line["service"]) == (81, 12.5, "orders")
    assert line["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert line["time"].endswith("+00:00")


def test_a_user_cannot_forge_a_second_line(lines) -> None:
    logger, read = lines
    logger.warning("login_failed", extra={"login": 'ada\n{"event":"login_ok"}'})
    (line,) = read()  # one line, not two
    assert line["login"].startswith("ada\n")


def test_secrets_do_not_get_through(lines) -> None:
    logger, read = lines
    body = {"email": "ada@example.com", "password": "hunter2", "card": {"number": "4111 1111 1111 1111"}}
    header = "Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"
    logger.info("request", extra={"body": body, "note": header, "dsn": "postgresql://app:s3cret@db/shop"})
    logger.info("card 4111-1111-1111-1111 refused")
    text = json.dumps(read())
    for secret in ("hunter2", "4111", "eyJ", "s3cret"):
        assert secret not in text
    assert "[redacted]@db/shop" in text


def test_an_exception_has_type_and_a_bounded_stack(lines) -> None:
    logger, read = lines

    def deep(n: int) -> None:
        if n:
            deep(n - 1)
        raise ValueError("token=eyJhbGciOiJub25lIn0.eyJhIjoxfQ.")

    try:
        deep(200)
    except ValueError:
        logger.exception("order_failed")
    (line,) = read()
    assert line["error_type"] == "ValueError"
    assert "eyJ" not in line["stack"]
    assert len(line["stack"]) <= 4000
    assert line["stack"].endswith("ValueError: token=[redacted]\n")


def test_a_pseudonym_links_and_does_not_tell() -> None:
    assert pseudonym("ada", b"k1") == pseudonym("ada", b"k1") != pseudonym("bob", b"k1")
    assert pseudonym("ada", b"k1") != pseudonym("ada", b"k2")


def test_structures_are_bounded() -> None:
    nested: dict = {}
    nested["self"] = nested
    assert "[deep]" in json.dumps(redact(nested))
    assert len(redact(list(range(1000)))) == 20
