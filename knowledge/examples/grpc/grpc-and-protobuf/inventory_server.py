"""The inventory service: deadlines passed on, rich errors, a stream that can be resumed (grpcio 1.85)."""

from __future__ import annotations

import threading
from concurrent import futures

import grpc
import inventory_pb2 as pb  # generated into a build folder
import inventory_pb2_grpc as rpc
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status


# region errors
def rich(code: int, message: str, *details) -> grpc.Status:
    packed = []
    for detail in details:
        item = any_pb2.Any()
        item.Pack(detail)
        packed.append(item)
    return rpc_status.to_status(status_pb2.Status(code=code, message=message, details=packed))


def invalid(field: str, text: str) -> grpc.Status:
    violation = error_details_pb2.BadRequest.FieldViolation(field=field, description=text)
    return rich(code_pb2.INVALID_ARGUMENT, text, error_details_pb2.BadRequest(field_violations=[violation]))


def out_of_stock(sku: str, available: int) -> grpc.Status:
    info = error_details_pb2.ErrorInfo(
        reason="OUT_OF_STOCK",  # what clients switch on: stable, upper case
        domain="inventory.example.com",
        metadata={"sku": sku, "available": str(available)},
    )
    return rich(code_pb2.FAILED_PRECONDITION, f"only {available} of {sku} left", info)


# endregion


class Store:
    def __init__(self, stock: dict[str, int]):
        self.stock, self.done, self.changes = stock, {}, []
        self.changed = threading.Condition()

    def reserve(self, request_id: str, sku: str, quantity: int) -> str | None:
        with self.changed:
            if request_id in self.done:
                return self.done[request_id]
            if self.stock.get(sku, 0) < quantity:
                return None
            self.stock[sku] -= quantity
            self.done[request_id] = f"r{len(self.done) + 1}"
            self.changes.append((len(self.changes) + 1, sku, self.stock[sku]))
            self.changed.notify_all()
            return self.done[request_id]


class Inventory(rpc.InventoryServicer):
    def __init__(self, store: Store, pricing: rpc.InventoryStub | None = None):
        self.store, self.pricing = store, pricing

    # region reserve
    def Reserve(self, request, context):
        if request.quantity < 1:
            context.abort_with_status(invalid("quantity", "must be at least 1"))
        if self.pricing is not None:
            left = context.time_remaining()  # documented as None when the caller set no deadline
            budget = 2.0 if left is None else min(left - 0.05, 2.0)  # keep 50 ms for our reply; never more than 2 s
            if budget <= 0:
                context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "no time left to ask pricing")
            self.pricing.Reserve(request, timeout=budget)
        if not context.is_active():
            return pb.ReserveResponse()  # the caller has gone: do not start the write
        reservation = self.store.reserve(request.request_id, request.sku, request.quantity)
        if reservation is None:
            context.abort_with_status(out_of_stock(request.sku, self.store.stock.get(request.sku, 0)))
        return pb.ReserveResponse(reservation_id=reservation)

    # endregion

    # region watch
    def WatchStock(self, request, context):
        def wake():
            with self.store.changed:
                self.store.changed.notify_all()

        if not context.add_callback(wake):  # called when the client cancels or the deadline passes
            return
        position = request.after_version
        while context.is_active():
            with self.store.changed:
                if len(self.store.changes) <= position:
                    self.store.changed.wait(timeout=1.0)
                fresh = self.store.changes[position:]
            for version, sku, available in fresh:
                position = version
                if sku == request.sku:
                    yield pb.StockChange(version=version, available=available, reason=pb.REASON_SALE)

    # endregion


# region serve
def serve(servicer, credentials: grpc.ServerCredentials | None = None, interceptors=()) -> tuple[grpc.Server, int]:
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=16),  # every open stream holds one of these threads
        interceptors=interceptors,
        maximum_concurrent_rpcs=200,  # beyond it: RESOURCE_EXHAUSTED at once instead of a queue
        options=[("grpc.max_receive_message_length", 1 << 20)],  # default 4 MiB
    )
    rpc.add_InventoryServicer_to_server(servicer, server)
    address = "127.0.0.1:0"
    port = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
    server.start()
    return server, port


# endregion
