import contextlib
import sys
import threading
import time
from pathlib import Path

import grpc
import pytest
from proto_lab import generate_stubs

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    generate_stubs(tmp_path_factory.mktemp("stubs"), HERE / "inventory.proto")
    import call_auth
    import inventory_client
    import inventory_server

    class Lab:
        server, client, auth = inventory_server, inventory_client, call_auth
        pb, rpc = inventory_server.pb, inventory_server.rpc

    yield Lab
    for name in ("inventory_server", "inventory_client", "inventory_pb2", "inventory_pb2_grpc"):
        sys.modules.pop(name, None)


@contextlib.contextmanager
def running(lab, servicer=None, store=None, **options):
    servicer = servicer or lab.server.Inventory(store or lab.server.Store({"cup": 5}))
    server, port = lab.server.serve(servicer, **options)
    try:
        yield port
    finally:
        server.stop(None).wait(1)


def request(lab, quantity=1, request_id="a"):
    return lab.pb.ReserveRequest(request_id=request_id, sku="cup", quantity=quantity)


# region deadline
def test_deadline_exceeded_does_not_mean_nothing_happened(lab):
    store = lab.server.Store({"cup": 5})

    class Slow(lab.server.Inventory):
        def Reserve(self, message, context):
            reply = super().Reserve(message, context)
            time.sleep(0.3)  # the write is done, the reply is late
            return reply

    with running(lab, Slow(store)) as port, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = lab.rpc.InventoryStub(channel)
        with pytest.raises(grpc.RpcError) as caught:
            stub.Reserve(request(lab), timeout=0.1)
        assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert store.stock["cup"] == 4
        assert stub.Reserve(request(lab), timeout=2).reservation_id == "r1"  # the repeat is recognised
        assert store.stock["cup"] == 4


# endregion


def test_remaining_time_is_passed_on(lab):
    seen = []

    class Pricing(lab.rpc.InventoryServicer):
        def Reserve(self, _message, context):
            seen.append(context.time_remaining())
            return lab.pb.ReserveResponse()

    with running(lab, Pricing()) as inner, grpc.insecure_channel(f"127.0.0.1:{inner}") as channel:
        servicer = lab.server.Inventory(lab.server.Store({"cup": 5}), lab.rpc.InventoryStub(channel))
        with running(lab, servicer) as port, grpc.insecure_channel(f"127.0.0.1:{port}") as outer:
            lab.rpc.InventoryStub(outer).Reserve(request(lab), timeout=2.0)
    assert 0 < seen[0] < 1.99


def test_python_does_not_propagate_by_itself(lab):
    seen = []

    class Pricing(lab.rpc.InventoryServicer):
        def Reserve(self, _message, context):
            seen.append(context.time_remaining())
            return lab.pb.ReserveResponse()

    class Forgetful(lab.rpc.InventoryServicer):
        def Reserve(self, message, context):
            return inner_stub.Reserve(message)  # no timeout given

    with running(lab, Pricing()) as inner, grpc.insecure_channel(f"127.0.0.1:{inner}") as channel:
        inner_stub = lab.rpc.InventoryStub(channel)
        with running(lab, Forgetful()) as port, grpc.insecure_channel(f"127.0.0.1:{port}") as outer:
            lab.rpc.InventoryStub(outer).Reserve(request(lab), timeout=1.0)
    assert seen == [None] or seen[0] > 60


def test_rich_error_reaches_the_client(lab):
    with running(lab) as port, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = lab.rpc.InventoryStub(channel)
        with pytest.raises(lab.client.OutOfStock) as caught:
            lab.client.reserve(stub, request(lab, quantity=9))
        assert caught.value.available == 5
        with pytest.raises(grpc.RpcError) as invalid:
            lab.client.reserve(stub, request(lab, quantity=0))
        assert invalid.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_an_exception_becomes_unknown_and_shows_its_text(lab):
    class Broken(lab.rpc.InventoryServicer):
        def Reserve(self, _message, _context):
            raise RuntimeError("password=hunter2")

    with running(lab, Broken()) as port, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        with pytest.raises(grpc.RpcError) as caught:
            lab.rpc.InventoryStub(channel).Reserve(request(lab), timeout=1)
        assert caught.value.code() is grpc.StatusCode.UNKNOWN
        assert "hunter2" in caught.value.details()  # the Python server sends the text of the exception


def test_stream_resumes_after_the_last_version(lab):
    store = lab.server.Store({"cup": 9})
    with running(lab, store=store) as port, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = lab.rpc.InventoryStub(channel)
        for n in range(3):
            store.reserve(str(n), "cup", 1)
        changes = lab.client.follow(stub, "cup", position=1, timeout=0.2)
        assert [next(changes).version, next(changes).version] == [2, 3]
        threading.Timer(0.3, store.reserve, ("x", "cup", 1)).start()  # after the first stream has timed out
        assert next(changes).version == 4
        changes.close()


def test_a_feed_that_is_gone_raises_instead_of_ending_quietly(lab):
    with grpc.insecure_channel("127.0.0.1:1") as channel:
        changes = lab.client.follow(lab.rpc.InventoryStub(channel), "cup", 0, timeout=2, failures=2, pause=0.01)
        with pytest.raises(grpc.RpcError) as caught:
            next(changes)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


def test_a_caller_without_a_deadline_gets_the_cap(lab):
    seen = []

    class Pricing(lab.rpc.InventoryServicer):
        def Reserve(self, _message, context):
            seen.append(context.time_remaining())
            return lab.pb.ReserveResponse()

    with running(lab, Pricing()) as inner, grpc.insecure_channel(f"127.0.0.1:{inner}") as channel:
        servicer = lab.server.Inventory(lab.server.Store({"cup": 5}), lab.rpc.InventoryStub(channel))
        with running(lab, servicer) as port, grpc.insecure_channel(f"127.0.0.1:{port}") as outer:
            assert lab.rpc.InventoryStub(outer).Reserve(request(lab)).reservation_id == "r1"
    assert 1 < seen[0] < 2.5


def test_server_notices_that_the_client_cancelled(lab):
    store = lab.server.Store({"cup": 9})
    with running(lab, store=store) as port, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        before = threading.active_count()
        call = lab.rpc.InventoryStub(channel).WatchStock(lab.pb.WatchStockRequest(sku="cup"), timeout=5)
        store.reserve("1", "cup", 1)
        assert next(call).available == 8
        call.cancel()
        time.sleep(0.1)
        assert threading.active_count() <= before + 2


# region balance
def counts(lab, config):
    """Thirty calls over one channel to two servers."""
    hits = [0, 0]

    def server(index):
        class Counting(lab.rpc.InventoryServicer):
            def Reserve(self, _message, _context):
                hits[index] += 1
                return lab.pb.ReserveResponse()

        return running(lab, Counting())

    with server(0) as a, server(1) as b, lab.client.channel(f"ipv4:127.0.0.1:{a},127.0.0.1:{b}", config) as channel:
        stub = lab.rpc.InventoryStub(channel)
        for _ in range(30):
            stub.Reserve(request(lab), timeout=2, wait_for_ready=True)
    return sorted(hits)


def test_the_default_policy_sends_every_call_to_one_server(lab):
    assert counts(lab, {}) == [0, 30]


def test_round_robin_spreads_calls(lab):
    assert counts(lab, lab.client.SERVICE_CONFIG)[0] >= 10


# endregion


def test_message_over_the_limit_is_resource_exhausted(lab):
    with running(lab) as port, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        big = lab.pb.ReserveRequest(request_id="x" * (1 << 20), sku="cup", quantity=1)
        with pytest.raises(grpc.RpcError) as caught:
            lab.rpc.InventoryStub(channel).Reserve(big, timeout=2)
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
