import contextlib
import datetime
import ipaddress
import sys
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from proto_lab import generate_stubs

HERE = Path(__file__).parent


def pem(key):
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())


class Authority:
    def __init__(self, name):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.cert = self._sign(self.name, self.key, [x509.BasicConstraints(ca=True, path_length=None)])

    def _sign(self, subject, key, extensions):
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=1))
            .not_valid_after(now + datetime.timedelta(hours=1))
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(self.key, hashes.SHA256())

    def pem(self):
        return self.cert.public_bytes(serialization.Encoding.PEM)

    def issue(self, *names):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, str(names[0].value))])
        cert = self._sign(subject, key, [x509.SubjectAlternativeName(names)])
        return pem(key), cert.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def pki():
    ours, other = Authority("ours"), Authority("other")
    loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    return {
        "ours": ours,
        "server": ours.issue(loopback, x509.DNSName("inventory.internal.example")),
        "client": ours.issue(x509.DNSName("orders.internal.example")),
        "stranger": other.issue(x509.DNSName("orders.internal.example")),
    }


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    generate_stubs(tmp_path_factory.mktemp("stubs"), HERE / "inventory.proto")
    import call_auth
    import inventory_server

    yield call_auth, inventory_server
    for name in ("inventory_server", "inventory_pb2", "inventory_pb2_grpc"):
        sys.modules.pop(name, None)


@contextlib.contextmanager
def secured(lab, pki):
    auth, service = lab
    callers = []

    class Who(service.rpc.InventoryServicer):
        def Reserve(self, _message, context):
            callers.append(auth.caller(context))
            return service.pb.ReserveResponse(reservation_id="ok")

    verify = {"good": {"sub": "user-7"}}.get
    server, port = service.serve(
        Who(), auth.server_tls(*pki["server"], pki["ours"].pem()), interceptors=[auth.RequireToken(verify)]
    )
    try:
        yield port, callers
    finally:
        server.stop(None).wait(1)


def call(service, port, credentials):
    with grpc.secure_channel(f"127.0.0.1:{port}", credentials) as channel:
        message = service.pb.ReserveRequest(sku="cup", quantity=1)
        return service.rpc.InventoryStub(channel).Reserve(message, timeout=2).reservation_id


# region refused
def test_service_and_user_are_both_identified(lab, pki):
    auth, service = lab
    with secured(lab, pki) as (port, callers):
        good = auth.client_credentials(pki["ours"].pem(), *pki["client"], lambda: "good")
        assert call(service, port, good) == "ok"
        assert callers == [{"orders.internal.example"}]


@pytest.mark.parametrize(
    ("who", "token", "code"),
    [
        ("client", "forged", grpc.StatusCode.UNAUTHENTICATED),  # right service, no valid user
        ("stranger", "good", grpc.StatusCode.UNAVAILABLE),  # the TLS handshake fails: no application code runs
    ],
)
def test_either_one_missing_is_refused(lab, pki, who, token, code):
    auth, service = lab
    with secured(lab, pki) as (port, callers):
        credentials = auth.client_credentials(pki["ours"].pem(), *pki[who], lambda: token)
        with pytest.raises(grpc.RpcError) as caught:
            call(service, port, credentials)
        assert caught.value.code() is code
        assert callers == []


# endregion


def test_a_client_without_certificate_is_refused(lab, pki):
    _, service = lab
    with secured(lab, pki) as (port, callers):
        with pytest.raises(grpc.RpcError):
            call(service, port, grpc.ssl_channel_credentials(pki["ours"].pem()))
        assert callers == []


def test_call_credentials_are_not_sent_over_plaintext(lab, pki):
    auth, service = lab
    server, port = service.serve(service.rpc.InventoryServicer())
    token = grpc.access_token_call_credentials("good")
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel, pytest.raises(grpc.RpcError) as caught:
            service.rpc.InventoryStub(channel).Reserve(service.pb.ReserveRequest(), timeout=1, credentials=token)
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
    finally:
        server.stop(None).wait(1)
