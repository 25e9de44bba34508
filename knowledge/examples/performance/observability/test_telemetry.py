from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import FastAPI, HTTPException
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from telemetry import BUCKETS, Red, providers

UPSTREAM = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def observed():
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracing, metrics = providers(exporter, reader)
    app = FastAPI()

    @app.get("/orders/{order_id}")
    def read(order_id: int):
        if order_id == 500:
            raise RuntimeError("database down")
        if order_id == 404:
            raise HTTPException(404)
        return {"id": order_id}

    def call(*paths: str, headers=None):
        async def run():
            transport = httpx.ASGITransport(Red(app, tracing, metrics), raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://api.example") as client:
                for path in paths:
                    await client.get(path, headers=headers)

        asyncio.run(run())
        tracing.force_flush()
        points = {}
        for resource in reader.get_metrics_data().resource_metrics:
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    points[metric.name] = metric.data.data_points
        return exporter.get_finished_spans(), points

    yield call
    tracing.shutdown()
    metrics.shutdown()


def test_a_thousand_ids_are_one_series(observed) -> None:
    _, points = observed(*(f"/orders/{n}" for n in range(1, 60)))
    (series,) = points["http.server.request.duration"]
    assert series.count == 59
    assert series.attributes["http.route"] == "/orders/{order_id}"
    assert list(series.explicit_bounds) == BUCKETS
    assert points["http.server.active_requests"][0].value == 0


def test_errors_are_counted_by_status_and_only_5xx_are_errors_of_the_server(observed) -> None:
    spans, points = observed("/orders/1", "/orders/404", "/orders/500")
    by_status = {p.attributes["http.response.status_code"]: p for p in points["http.server.request.duration"]}
    assert set(by_status) == {200, 404, 500}
    assert by_status[500].attributes["error.type"] == "500"
    assert "error.type" not in by_status[404].attributes
    assert [span.status.is_ok for span in spans] == [True, True, False]
    assert spans[0].name == "GET /orders/{order_id}"


def test_the_trace_of_the_caller_goes_on(observed) -> None:
    spans, _ = observed("/orders/1", headers={"traceparent": UPSTREAM})
    assert f"{spans[0].context.trace_id:032x}" == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert f"{spans[0].parent.span_id:016x}" == "00f067aa0ba902b7"


def test_an_upstream_not_to_sample_is_respected(observed) -> None:
    spans, points = observed("/orders/1", headers={"traceparent": UPSTREAM[:-1] + "0"})
    assert spans == ()
    assert points["http.server.request.duration"][0].count == 1  # metrics do not sample


def test_a_broken_traceparent_starts_a_new_trace(observed) -> None:
    spans, _ = observed("/orders/1", headers={"traceparent": "00-" + "0" * 32 + "-00f067aa0ba902b7-01"})
    assert spans[0].parent is None
