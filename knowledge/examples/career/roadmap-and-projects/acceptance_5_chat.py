"""Acceptance test of project 5, the real-time chat. Needs httpx and websockets.

    BASE_URL=http://127.0.0.1:8000 pytest acceptance_5_chat.py
    BASE_URL_2=http://127.0.0.1:8001 adds the test that two instances share rooms through Redis.

Contract
  POST /rooms    -> 201 {"id"}
  POST /tickets  with a bearer token (TOKEN_A, TOKEN_B; default user-a, user-b) -> 201 {"ticket"}: one use, 30 seconds
  WS   /rooms/{id}?ticket=...&after=0; foreign Origin or bad ticket -> the handshake is refused with 401 or 403
  Send     {"client_id": unique per message, "text"}
  Receive  {"seq": 1, 2, 3 ... per room, "from", "text"}; a repeated client_id is not delivered again
  after=n replays everything behind n first. A message over 64 KiB closes with 1009.
"""

import json
import os
import uuid
from urllib.parse import urlsplit

import httpx
import pytest

websockets = pytest.importorskip("websockets")
from websockets.exceptions import ConnectionClosed, InvalidStatus  # noqa: E402
from websockets.sync.client import ClientConnection, connect  # noqa: E402

pytestmark = pytest.mark.skipif("BASE_URL" not in os.environ, reason="set BASE_URL to the service under test")
USERS = {"a": os.environ.get("TOKEN_A", "user-a"), "b": os.environ.get("TOKEN_B", "user-b")}


def post(path: str, user: str = "a") -> dict:
    headers = {"Authorization": f"Bearer {USERS[user]}"}
    reply = httpx.post(os.environ["BASE_URL"] + path, headers=headers, timeout=5, trust_env=False)
    assert reply.status_code == 201, reply.text
    body: dict = reply.json()
    return body


def enter(room: str, user: str = "a", after: int = 0, ticket: str | None = None, base: str = "", **options: object) -> ClientConnection:
    ticket = ticket or post("/tickets", user)["ticket"]
    host = urlsplit(base or os.environ["BASE_URL"]).netloc
    return connect(f"ws://{host}/rooms/{room}?ticket={ticket}&after={after}", proxy=None, open_timeout=5, **options)


def say(socket: ClientConnection, text: str, client_id: str | None = None) -> None:
    socket.send(json.dumps({"client_id": client_id or str(uuid.uuid4()), "text": text}))


def hear(socket: ClientConnection) -> dict:
    message: dict = json.loads(socket.recv(timeout=5))
    return message


# region chat
def test_everyone_hears_the_same_messages_in_the_same_order() -> None:
    room = post("/rooms")["id"]
    with enter(room, "a") as a, enter(room, "b") as b:
        for n in range(5):
            say(a, f"a{n}")
            say(b, f"b{n}")
        at_a, at_b = [hear(a) for _ in range(10)], [hear(b) for _ in range(10)]
    assert at_a == at_b
    assert [message["seq"] for message in at_a] == list(range(1, 11))


def test_a_dropped_client_resumes_without_loss_and_a_resend_is_not_doubled() -> None:
    room = post("/rooms")["id"]
    with enter(room, "a") as a:
        say(a, "one", "id-1")
        last = hear(a)["seq"]
    with enter(room, "b") as b:
        assert hear(b)["text"] == "one"
        say(b, "two")
        hear(b)
    with enter(room, "a", after=last) as a:
        assert hear(a)["text"] == "two"
        say(a, "one", "id-1")  # the client never saw the reply and sends again
        say(a, "three")
        assert hear(a)["text"] == "three"


def test_a_ticket_works_once_and_a_foreign_page_is_refused() -> None:
    room, ticket = post("/rooms")["id"], post("/tickets")["ticket"]
    with enter(room, ticket=ticket):
        pass
    for attempt in ({"ticket": ticket}, {"ticket": "invented"}, {"origin": "https://evil.example"}):
        with pytest.raises(InvalidStatus) as refused:
            enter(room, **attempt).close()
        assert refused.value.response.status_code in (401, 403)


# endregion


def test_a_huge_message_closes_only_its_sender() -> None:
    room = post("/rooms")["id"]
    with enter(room, "a") as a, enter(room, "b") as b:
        say(a, "x" * 70_000)
        with pytest.raises(ConnectionClosed) as closed:
            hear(a)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1009
        say(b, "still here")
        assert hear(b)["text"] == "still here"


@pytest.mark.skipif("BASE_URL_2" not in os.environ, reason="set BASE_URL_2 to a second instance")
def test_two_instances_share_a_room() -> None:
    room = post("/rooms")["id"]
    with enter(room, "a") as a, enter(room, "b", base=os.environ["BASE_URL_2"]) as b:
        say(a, "across")
        assert hear(b)["text"] == "across"
