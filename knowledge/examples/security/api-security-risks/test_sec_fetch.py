from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import sec_fetch
from sec_fetch import Limits, Refused, fetch, is_public, preview_vulnerable

REAL = socket.getaddrinfo
PUBLIC = "93.184.215.14"


@pytest.fixture(scope="module")
def inside():
    """Stands for the metadata service: something on a loopback address that outsiders must not reach."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/away":
                self.send_response(302)
                self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/secret")
                self.end_headers()
                return
            body = b"x" * 5000 if self.path == "/big" else b"role-credentials"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def rebinding(port: int):
    """First answer public, every later one loopback: what a DNS server with TTL 0 does."""
    answers = iter([PUBLIC])

    def getaddrinfo(host, *args, **kwargs):
        if host != "rebind.example":
            return REAL(host, *args, **kwargs)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers, "127.0.0.1"), port))]

    return getaddrinfo


def test_rebinding_passes_check_then_connect(inside, monkeypatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", rebinding(inside))
    assert preview_vulnerable(f"http://rebind.example:{inside}/secret") == b"role-credentials"


def test_rebinding_fails_on_the_pinned_connection(inside, monkeypatch) -> None:
    reached = []

    def create_connection(address, *args, **kwargs):
        reached.append(address[0])
        raise TimeoutError("nothing answers there in this test")

    monkeypatch.setattr(socket, "getaddrinfo", rebinding(inside))
    monkeypatch.setattr(socket, "create_connection", create_connection)
    with pytest.raises(TimeoutError):
        fetch(f"http://rebind.example:{inside}/secret", Limits(schemes=("http",), ports=(inside,)))
    assert reached == [PUBLIC]


def open_everything(monkeypatch, port: int) -> Limits:
    """Let the first hop reach the test server; later hops are judged for real."""
    real, hops = sec_fetch.is_public, iter([True])
    monkeypatch.setattr(sec_fetch, "is_public", lambda text: next(hops, None) or real(text))
    return Limits(schemes=("http",), ports=(port,), max_bytes=1000)


def test_a_redirect_inside_is_judged_again(inside, monkeypatch) -> None:
    limits = open_everything(monkeypatch, inside)
    with pytest.raises(Refused, match="not a public address"):
        fetch(f"http://127.0.0.1:{inside}/away", limits)


def test_good_fetch_and_size_limit(inside, monkeypatch) -> None:
    limits = open_everything(monkeypatch, inside)
    assert fetch(f"http://127.0.0.1:{inside}/", limits) == b"role-credentials"
    limits = open_everything(monkeypatch, inside)
    with pytest.raises(Refused, match="too large"):
        fetch(f"http://127.0.0.1:{inside}/big", limits)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.5/",
        "https://100.64.0.1/",
        "https://[fd00::1]/",
        "https://localhost/",
        "http://93.184.215.14/",
        "https://93.184.215.14:8080/",
        "https://user@93.184.215.14/",
        "file:///etc/passwd",
        "gopher://93.184.215.14/",
        "https:///path",
        "https://93.184.215.14:99999/",
        "https://[::1/",
    ],
)
def test_refused(url: str) -> None:
    with pytest.raises(Refused):
        fetch(url)


def test_public_addresses() -> None:
    assert is_public(PUBLIC) and is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")
    assert not is_public("224.0.0.1") and not is_public("192.0.2.1")
    for inside in ("fec0::1", "::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::"):
        assert not is_public(inside), inside
