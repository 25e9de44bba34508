"""Client side of the inventory service."""

from __future__ import annotations

import json
import random
import time

import grpc
import inventory_pb2 as pb
import inventory_pb2_grpc as rpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status


class OutOfStock(Exception):
    def __init__(self, available: int):
        super().__init__(f"{available} left")
        self.available = available


# region reserve
def reserve(stub: rpc.InventoryStub, request: pb.ReserveRequest, timeout: float = 1.0) -> str:
    try:
        return stub.Reserve(request, timeout=timeout).reservation_id  # never without a timeout: the default is for ever
    except grpc.RpcError as error:
        status = rpc_status.from_call(error)  # None when the error carries no details
        for detail in status.details if status else ():
            info = error_details_pb2.ErrorInfo()
            if detail.Unpack(info) and info.reason == "OUT_OF_STOCK":
                raise OutOfStock(int(info.metadata["available"])) from error
        raise


# endregion


# region resume
def follow(stub: rpc.InventoryStub, sku: str, position: int, timeout: float, failures: int = 5, pause: float = 0.1):
    """Yields changes without end; after each end of a stream it continues where it was, not from the beginning."""
    failed = 0
    while True:
        call = stub.WatchStock(pb.WatchStockRequest(sku=sku, after_version=position), timeout=timeout)
        try:
            for change in call:
                position, failed = change.version, 0
                yield change
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.DEADLINE_EXCEEDED:  # our own timeout is the planned end
                failed += 1
                if error.code() is not grpc.StatusCode.UNAVAILABLE or failed > failures:
                    raise  # nobody must take a dead feed for a quiet one
        finally:
            call.cancel()  # the consumer may have stopped: free the server's side
        time.sleep(random.uniform(0.5, 1) * min(pause * 2**failed, 10))


# endregion


# region channel
SERVICE_CONFIG = {
    "loadBalancingConfig": [{"round_robin": {}}],  # default: pick_first, one connection for everything
    "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1},  # no retries while more than about one call in ten fails
    "methodConfig": [
        {
            "name": [{"service": "example.inventory.v1.Inventory", "method": "Reserve"}],
            "timeout": "2s",  # upper bound; a shorter deadline of the call wins
            "retryPolicy": {  # only because Reserve is idempotent by request_id
                "maxAttempts": 3,
                "initialBackoff": "0.1s",
                "maxBackoff": "1s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
}


def channel(target: str, config: dict = SERVICE_CONFIG) -> grpc.Channel:
    """target: dns:///inventory.internal.example:50051 for a headless service, so that all pods are seen."""
    return grpc.insecure_channel(target, options=[("grpc.service_config", json.dumps(config))])


# endregion
