import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import Mock

import httpx
import pytest
from rates_client import Rates, RatesUnavailable


# region stub-server
class StubRates(BaseHTTPRequestHandler):
    """Answers by pair, so that one server plays every mood of the real one."""

    def do_GET(self) -> None:
        self.server.seen.append(self.path)
        if "SLOW" in self.path:
            time.sleep(0.4)
        status, body = (500, b"oops") if "DOWN" in self.path else (200, b'{"rate": "1.0842"}')
        body = b"<html>maintenance</html>" if "HTML" in self.path else body
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args) -> None: ...
# endregion stub-server


@pytest.fixture(scope="module")
def stub() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), StubRates)
    server.seen = []
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


# region wire
@pytest.fixture
def rates(stub) -> Iterator[Rates]:
    with httpx.Client(base_url=f"http://127.0.0.1:{stub.server_port}", timeout=0.15) as http:
        yield Rates(http)  # the real client, the real sockets, the real timeout


def test_the_request_on_the_wire(rates: Rates, stub) -> None:
    assert rates.rate("EUR", "USD") == Decimal("1.0842")
    assert stub.seen[-1] == "/v1/rates?pair=EUR%2FUSD"  # encoding is part of the contract


@pytest.mark.parametrize("mood", ["DOWN", "SLOW", "HTML"])
def test_every_failure_becomes_ours(rates: Rates, mood: str) -> None:
    with pytest.raises(RatesUnavailable):
        rates.rate("EUR", mood)
# endregion wire


# region mock-transport
def test_without_sockets() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"rate": None}))
    with pytest.raises(RatesUnavailable):
        Rates(httpx.Client(transport=transport, base_url="https://rates.example")).rate("EUR", "USD")
# endregion mock-transport


def test_a_mocked_client_hides_the_missing_base_url() -> None:
    http = Mock()
    http.get.return_value.json.return_value = {"rate": "1"}
    assert Rates(http).rate("EUR", "USD") == 1  # green
    with pytest.raises(RatesUnavailable):  # the real client cannot send a relative URL
        Rates(httpx.Client()).rate("EUR", "USD")
