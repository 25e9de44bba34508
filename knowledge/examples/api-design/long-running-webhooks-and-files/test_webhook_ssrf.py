import http.server
import socket
import threading

import pytest

import webhook_ssrf
from webhook_ssrf import Refused, deliver, deliver_wrong, is_public, public_address

PUBLIC = "1.1.1.1"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
     "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "::127.0.0.1", "240.0.0.1"],
)  # fmt: skip
def test_internal_addresses(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700::1111"])
def test_public_addresses(address):
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "localhost", "0", "[::1]"])
def test_other_spellings_of_loopback_are_caught_after_resolution(host):
    with pytest.raises(Refused):
        public_address(host.strip("[]"), 443)


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example/", "https://u:p@hooks.example/", "https://:p@hooks.example/", "https://@hooks.example/", "https://hooks.example:22/", "file:///etc/passwd", "https:///x"],
)
def test_urls_that_never_reach_the_resolver(url, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: pytest.fail("resolved"))
    with pytest.raises(Refused):
        deliver(url, b"{}", {})


@pytest.fixture
def internal():
    hits = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port, hits
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def rebinding(monkeypatch):
    """A name server under the attacker's control: public at the first question, loopback afterwards."""
    answers = iter([PUBLIC])

    def resolve(host, port, *args, **kwargs):
        address = next(answers, "127.0.0.1") if host == "rebind.example" else host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def test_rebinding_reaches_the_internal_service_through_check_then_connect(internal, rebinding):
    port, hits = internal
    assert deliver_wrong(f"http://rebind.example:{port}/admin", b"{}") == 200
    assert hits == ["/admin"]


def test_the_pinned_connection_goes_where_the_check_looked(internal, rebinding, monkeypatch):
    tried = []

    def connect(address, timeout):
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(webhook_ssrf.socket, "create_connection", connect)
    with pytest.raises(ConnectionRefusedError):
        deliver("https://rebind.example/admin", b"{}", {})
    assert tried == [(PUBLIC, 443)] and internal[1] == []
