"""Run by hand with pact-python 4.2.0: pytest pact_bookings.py. In real life the two halves live in two repositories."""

import threading
import time

import httpx
import uvicorn
from bookings_app import Booking, create_app
from conftest_bookings import SIGNING, bearer
from pact import Pact, Verifier, match


# region consumer
def test_invoices_reads_the_nights(tmp_path) -> None:
    """Consumer's repository: the expectation runs against a mock server and becomes a file."""
    pact = Pact("invoices", "bookings")
    (
        pact.upon_receiving("the nights of a booking")
        .given("booking 1 of ann exists")
        .with_request("GET", "/bookings/1")
        .will_respond_with(200)
        .with_body({"id": match.int(1), "nights": match.int(2)}, "application/json")  # only what we read
    )
    with pact.serve() as server:
        assert httpx.get(f"{server.url}/bookings/1").json()["nights"] == 2  # our own client goes here
    pact.write_file(tmp_path)  # CI publishes it to the broker with the commit and the branch
    verify_provider(tmp_path)
# endregion consumer


# region provider
def verify_provider(pacts) -> None:
    """Provider's repository: the real service, with the named states set up for each interaction."""
    store: dict[int, Booking] = {}
    app = create_app(SIGNING.public_key(), store)
    server = uvicorn.Server(uvicorn.Config(app, port=8765, log_level="error"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)

    def booking_exists(**_: object) -> None:
        store[1] = Booking(id=1, owner="ann", room="204", nights=2)

    verifier = Verifier("bookings", host="127.0.0.1").add_transport(url="http://127.0.0.1:8765")
    verifier.add_custom_header("Authorization", bearer("ann")["Authorization"])  # never recorded in the file
    verifier.state_handler({"booking 1 of ann exists": booking_exists}, teardown=False)
    verifier.add_source(pacts)  # in CI: broker_source(url, token=…)
    verifier.verify()  # raises when an interaction fails
    server.should_exit = True
# endregion provider
