import logging
import sys
import time
from pathlib import Path

import grpc
import pytest
from breaking_check import breaking
from grpc_health.v1 import health_pb2, health_pb2_grpc
from health_service import NOT_SERVING, SERVING, add_health, shut_down
from mask_interceptor import LogAndMask
from proto_lab import generate_stubs, messages

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    generate_stubs(tmp_path_factory.mktemp("stubs"), HERE / "inventory.proto")
    import inventory_client
    import inventory_server

    yield inventory_server, inventory_client
    for name in ("inventory_server", "inventory_client", "inventory_pb2", "inventory_pb2_grpc"):
        sys.modules.pop(name, None)


def test_exception_text_stays_in_the_log(lab, caplog):
    service, _ = lab

    class Broken(service.rpc.InventoryServicer):
        def Reserve(self, message, context):
            if message.sku == "cup":
                raise RuntimeError("password=hunter2")
            context.abort(grpc.StatusCode.NOT_FOUND, "no such sku")

    server, port = service.serve(Broken(), interceptors=[LogAndMask()])
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel, caplog.at_level(logging.INFO, "rpc"):
            stub = service.rpc.InventoryStub(channel)
            with pytest.raises(grpc.RpcError) as bug:
                stub.Reserve(service.pb.ReserveRequest(sku="cup"), timeout=1)
            with pytest.raises(grpc.RpcError) as expected:
                stub.Reserve(service.pb.ReserveRequest(sku="pot"), timeout=1)
    finally:
        server.stop(None).wait(1)
    assert bug.value.code() is grpc.StatusCode.INTERNAL
    assert "hunter2" not in bug.value.details() and "hunter2" in caplog.text
    assert (expected.value.code(), expected.value.details()) == (grpc.StatusCode.NOT_FOUND, "no such sku")
    assert "code=NOT_FOUND" in caplog.text


# region retry
def attempts(lab, config, code):
    """How often the server sees one call that always fails with `code`."""
    service, client = lab
    seen = []

    class Failing(service.rpc.InventoryServicer):
        def Reserve(self, _message, context):
            seen.append(dict(context.invocation_metadata()).get("grpc-previous-rpc-attempts"))
            context.abort(code, "no")

    server, port = service.serve(Failing())
    try:
        with client.channel(f"127.0.0.1:{port}", config) as channel, pytest.raises(grpc.RpcError):
            service.rpc.InventoryStub(channel).Reserve(service.pb.ReserveRequest(), timeout=2)
    finally:
        server.stop(None).wait(1)
    return seen


def test_nothing_is_retried_without_a_policy(lab):
    assert attempts(lab, {}, grpc.StatusCode.UNAVAILABLE) == [None]


def test_the_policy_retries_only_the_listed_code(lab):
    config = lab[1].SERVICE_CONFIG
    # A client that reads response headers before the failing trailers is committed and may not retry (gRFC A6),
    # which happens on a busy machine, for many calls in a row: one call is enough to show the policy, none may exceed it.
    seen, give_up = [None], time.monotonic() + 60
    while len(seen) == 1 and time.monotonic() < give_up:
        seen = attempts(lab, config, grpc.StatusCode.UNAVAILABLE)
    assert seen[:2] == [None, "1"] and len(seen) <= 3  # maxAttempts includes the first one
    assert attempts(lab, config, grpc.StatusCode.INTERNAL) == [None]


# endregion


def test_health_follows_readiness_and_shutdown(lab):
    service, _ = lab
    server, port = service.serve(service.Inventory(service.Store({})))
    servicer = add_health(server, "example.inventory.v1.Inventory")
    states = []
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = health_pb2_grpc.HealthStub(channel)

        def check(name="example.inventory.v1.Inventory"):
            return stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=1).status

        assert check() == NOT_SERVING
        servicer.set("example.inventory.v1.Inventory", SERVING)
        assert check() == SERVING
        with pytest.raises(grpc.RpcError) as unknown:
            check("nobody")
        assert unknown.value.code() is grpc.StatusCode.NOT_FOUND
        shut_down(server, servicer, drain=0, grace=1, sleep=lambda _s: states.append(check()))
    assert states == [NOT_SERVING]  # asked while the server still answered


def descriptor(source):
    return next(iter(messages(source).values())).DESCRIPTOR.file


def proto(source):
    from google.protobuf.descriptor_pb2 import FileDescriptorProto

    copy = FileDescriptorProto()
    descriptor(source).CopyToProto(copy)
    return copy


OLD = 'edition = "2023"; package lab; message M { string a = 1; int32 b = 2; }'


@pytest.mark.parametrize(
    ("new", "binary", "json"),
    [
        ("message M { string a = 1; int32 b = 2; string c = 3; }", 0, 0),
        ("message M { string a2 = 1; int32 b = 2; }", 0, 1),
        ("message M { reserved 2; string a = 1; }", 0, 1),
        ("message M { string a = 1; }", 1, 1),
        ("message M { string a = 1; string b = 2; }", 1, 1),
        ("message M { string a = 1; repeated int32 b = 2; }", 1, 1),
        ("message N { string a = 1; }", 1, 1),
    ],
)
def test_breaking_changes_are_found(new, binary, json):
    old, newer = proto(OLD), proto(f'edition = "2023"; package lab; {new}')
    assert (len(breaking(old, newer, json=False)), len(breaking(old, newer))) == (binary, json)


# region editions
def test_which_editions_the_bundled_compiler_takes(capfd):
    for header in ('syntax = "proto3";', 'edition = "2023";', 'edition = "2024";'):
        assert messages(f"{header} package lab; message M {{ string a = 1; }}")
    with pytest.raises(ValueError):
        messages('edition = "2026"; package lab; message M { string a = 1; }')
    assert "2026" in capfd.readouterr().err


# endregion


