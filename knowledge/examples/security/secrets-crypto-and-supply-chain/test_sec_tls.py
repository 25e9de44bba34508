from __future__ import annotations

import datetime
import socket
import ssl
import threading
import warnings
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sec_tls import client, client_vulnerable, server


class Authority:
    def __init__(self, folder: Path, name: str):
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.cert = self._sign(self.name, self.key.public_key(), ca=True)
        self.path = str(folder / f"{name}.pem")
        Path(self.path).write_bytes(self.cert.public_bytes(serialization.Encoding.PEM))

    def _sign(self, subject, public_key, ca: bool, host: str | None = None):
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if host:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def issue(self, host: str) -> tuple[str, str]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        cert = self._sign(subject, key.public_key(), ca=False, host=host)
        cert_path, key_path = self.folder / f"{host}.crt", self.folder / f"{host}.key"
        cert_path.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
        key_path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return str(cert_path), str(key_path)


@pytest.fixture(scope="module")
def ours(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ours"), "ours")


@pytest.fixture(scope="module")
def impostor(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("impostor"), "impostor")


def handshake(server_context: ssl.SSLContext, client_context: ssl.SSLContext, host: str) -> str:
    """A real handshake over a socket pair; returns the version, raises what the client sees."""
    left, right = socket.socketpair()
    left.settimeout(3)
    right.settimeout(3)

    def serve() -> None:
        try:
            with server_context.wrap_socket(left, server_side=True) as secured:
                secured.sendall(b"hello")
        except OSError:
            left.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client_context.wrap_socket(right, server_hostname=host) as secured:
            if secured.recv(5) != b"hello":
                raise ssl.SSLError("refused by the server")
            return secured.version()
    finally:
        right.close()
        thread.join()


def test_unverified_client_talks_to_an_impostor(impostor: Authority) -> None:
    assert handshake(server(*impostor.issue("api.example.com")), client_vulnerable(), "api.example.com")


def test_verified_client_does_not(ours: Authority, impostor: Authority) -> None:
    trusted = client(ours.path)
    assert handshake(server(*ours.issue("api.example.com")), trusted, "api.example.com") == "TLSv1.3"
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(server(*impostor.issue("api.example.com")), trusted, "api.example.com")
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        handshake(server(*ours.issue("other.example.com")), trusted, "api.example.com")


def test_old_versions_and_static_rsa_are_gone(ours: Authority) -> None:
    context = server(*ours.issue("api.example.com"))
    old = client(ours.path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError):
        handshake(context, old, "api.example.com")
    offered = [c for c in context.get_ciphers() if c["protocol"] == "TLSv1.2"]
    assert offered and all("ecdhe" in c["kea"] and c["aead"] for c in offered)


def test_mutual_tls_wants_our_authority(ours: Authority, impostor: Authority) -> None:
    context = server(*ours.issue("api.example.com"), client_ca=ours.path)
    assert handshake(context, client(ours.path, *ours.issue("orders")), "api.example.com") == "TLSv1.3"
    for cert in ((None, None), impostor.issue("orders")):
        with pytest.raises(OSError):
            handshake(context, client(ours.path, *cert), "api.example.com")
