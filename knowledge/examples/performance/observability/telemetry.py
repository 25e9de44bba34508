"""Tracing and RED metrics by hand, to see what an instrumentation package does."""

from __future__ import annotations

import time

from opentelemetry import propagate, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

# region setup
BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]  # seconds


def providers(exporter: SpanExporter, reader: MetricReader, ratio: float = 1.0):
    resource = Resource.create(
        {"service.name": "orders", "service.version": "1.4.2", "deployment.environment.name": "production"}
    )
    sampler = ParentBased(TraceIdRatioBased(ratio))  # an upstream decision is kept: whole traces or none
    tracing = TracerProvider(resource=resource, sampler=sampler)
    tracing.add_span_processor(BatchSpanProcessor(exporter))  # exporter: OTLPSpanExporter() to the collector
    metrics = MeterProvider(resource=resource, metric_readers=[reader])
    return tracing, metrics  # at shutdown: both .shutdown(), or the last seconds are lost


# endregion


# region red
class Red:
    """ASGI middleware: one span and one duration for each request, labelled by route and never by path."""

    def __init__(self, app, tracing, metrics) -> None:
        self._app = app
        self._tracer = tracing.get_tracer("orders.http")
        meter = metrics.get_meter("orders.http")
        self._duration = meter.create_histogram(
            "http.server.request.duration", unit="s", explicit_bucket_boundaries_advisory=BUCKETS
        )
        self._active = meter.create_up_down_counter("http.server.active_requests", unit="{request}")

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        labels = {"http.request.method": scope["method"], "url.scheme": scope["scheme"]}
        self._active.add(1, labels)
        begin, status = time.perf_counter(), 500  # an exception that leaves the app is a 500

        async def observe(message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        parent = propagate.extract(headers)  # traceparent
        with self._tracer.start_as_current_span(scope["method"], parent, trace.SpanKind.SERVER) as span:
            try:
                await self._app(scope, receive, observe)
            finally:
                done = {**labels, "http.response.status_code": status}
                if route := getattr(scope.get("route"), "path", None):  # "/orders/{id}", set by the router
                    done["http.route"] = route
                    span.update_name(f"{scope['method']} {route}")
                if status >= 500:
                    done["error.type"] = str(status)
                    span.set_status(trace.StatusCode.ERROR)
                span.set_attributes(done)
                self._duration.record(time.perf_counter() - begin, done)
                self._active.add(-1, labels)


# endregion
