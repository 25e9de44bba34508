"""Health by service name, switched off before the server stops (grpcio-health-checking 1.85)."""

from __future__ import annotations

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


# region health
def add_health(server: grpc.Server, *services: str) -> health.HealthServicer:
    servicer = health.HealthServicer()
    for name in ("", *services):  # "" stands for the whole server
        servicer.set(name, NOT_SERVING)  # SERVING only after migrations, caches and pools are ready
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    return servicer


def shut_down(server: grpc.Server, servicer: health.HealthServicer, drain: float, grace: float, sleep) -> None:
    servicer.enter_graceful_shutdown()  # every name answers NOT_SERVING from now on
    sleep(drain)  # balancers and watchers need a moment to notice
    server.stop(grace).wait()  # refuses new calls, waits for running ones, then cancels them


# endregion
