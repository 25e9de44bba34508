from __future__ import annotations

import socket

import pytest

from backend_architect.errors import (
    ModelAuthentication,
    ModelContextExceeded,
    ModelError,
    ModelNotFound,
    ModelRateLimited,
    ModelReplyInvalid,
    ModelUnreachable,
)
from tests.models.conftest import ask, find_nothing
from tests.openai_stub import Json, Reply, StubServer

KEY = "sk-very-secret-0123456789"


def chunk(choices: str) -> str:
    return '{"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":' + choices + "}"


def failure(*replies: Reply, key: str = KEY) -> ModelError:
    """Return the error a question ends in, with the address replaced by URL."""
    with StubServer(replies) as stub:
        with pytest.raises(ModelError) as caught:
            ask(stub, api_key=key, search=find_nothing)
        error = caught.value
        error.args = (str(error).replace(stub.base_url, "URL"),)
        return error


@pytest.mark.parametrize(
    ("reply", "kind", "message"),
    [
        (
            Reply(status=401, error={"message": f"Incorrect API key provided: {KEY}"}),
            ModelAuthentication,
            (
                "URL refused the API key (HTTP 401); check OPENAI_API_KEY, "
                "or answer from the guides alone with ARCHITECT_USE_MODEL=false"
            ),
        ),
        (Reply(status=403), ModelAuthentication, "URL refused the API key (HTTP 403)"),
        (
            Reply(status=404, error={"message": "The model `stub` does not exist"}),
            ModelNotFound,
            (
                "URL does not know the model stub (HTTP 404); choose another with ARCHITECT_MODEL, "
                "or check the path of OPENAI_BASE_URL, which often ends in /v1"
            ),
        ),
        (
            Reply(status=429, headers={"retry-after": "500"}),
            ModelRateLimited,
            "URL takes no more requests now (HTTP 429, retry after 500 s); ask later",
        ),
        (
            Reply(status=429, headers={"retry-after": "21"}),
            ModelRateLimited,
            "URL takes no more requests now (HTTP 429, retry after 21 s)",
        ),
        (
            Reply(
                status=429,
                error={"message": "You exceeded your quota", "code": "insufficient_quota"},
                headers={"x-should-retry": "false"},
            ),
            ModelRateLimited,
            "URL takes no more requests now (HTTP 429, the quota of this key is used up)",
        ),
        (
            Reply(status=400, error={"message": "This model's maximum context length is 4096 tokens", "code": "x"}),
            ModelContextExceeded,
            "the prompt is longer than stub at URL takes; lower ARCHITECT_PROMPT_TOKENS (now 4500)",
        ),
        (
            Reply(status=400, error={"message": "too long", "code": "context_length_exceeded"}),
            ModelContextExceeded,
            "the prompt is longer than stub at URL takes",
        ),
        (
            Reply(
                status=500,
                error={"message": "the request exceeds the available context size"},
                headers={"x-should-retry": "false"},
            ),
            ModelContextExceeded,
            "the prompt is longer than stub at URL takes",
        ),
        (
            Reply(status=402, error={"message": "pay first"}),
            ModelError,
            "URL failed with HTTP 402: pay first; ask again",
        ),
        (
            Reply(status=307, headers={"location": "http://elsewhere.example/v1?token=x"}),
            ModelError,
            "URL redirects to http://elsewhere.example/v1 (HTTP 307), which is not followed",
        ),
    ],
)
def test_a_refusal_says_where_what_and_what_to_do(reply: Reply, kind: type[ModelError], message: str) -> None:
    error = failure(reply)

    assert type(error) is kind
    assert str(error).startswith(message)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (
            Reply(raw=b"<html><body>Welcome</body></html>", headers={"content-type": "text/html"}),
            "not a chat completion",
        ),
        (Reply(raw=b'{"error": {"message": "nope"}}'), "not a chat completion"),
        (Reply(raw=b""), "not a chat completion"),
        (Reply(events=()), "not a chat completion"),
        (Reply(events=("[DONE]",)), "not a chat completion"),
        (Reply(events=("{broken",)), "not a chat completion"),
        (
            Reply(events=('{"error": {"message": "GPU lost", "code": 500}}',)),
            "reported an error within its reply: GPU lost;",
        ),
        (Reply(events=(chunk("[]"), "[DONE]")), "ended without its end mark"),
        (Reply(events=(chunk("null"), "[DONE]")), "ended without its end mark"),
        (
            Reply(events=(chunk('[{"index":0,"delta":null,"finish_reason":"stop"}]'), "[DONE]")),
            "not a chat completion",
        ),
        (Reply(events=('{"unknown": 1}', "[DONE]")), "ended without its end mark"),
        (Reply("", finish="stop"), "sent an empty reply (finish reason stop)"),
        (Reply("half an answ", finish=""), "ended without its end mark"),
        (Reply("half an answ", finish="length"), "length limit"),
        (Reply("half an answ", finish="content_filter"), "content filter"),
        (Reply("some words, then nothing", piece=4, cut_after=2), "broke off within its reply"),
    ],
)
def test_a_reply_that_cannot_be_used_says_why(reply: Reply, message: str) -> None:
    error = failure(reply)

    assert type(error) is ModelReplyInvalid
    assert message in str(error)
    assert "URL" in str(error)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=400, error={"message": f"bad header Bearer {KEY}\n\x1b[31mred"}),
        Reply(status=503, error={"message": f"upstream said {KEY} " + "x" * 500}, headers={"x-should-retry": "false"}),
        Reply(events=('{"error": {"message": "bad key ' + KEY + '"}}',)),
    ],
)
def test_no_message_shows_the_key_or_more_than_one_clean_line(reply: Reply) -> None:
    message = str(failure(reply, reply, reply))

    assert KEY not in message
    assert "(key)" in message
    assert message.isprintable()
    assert len(message) < 400


def test_a_failing_server_is_asked_three_times_and_then_named() -> None:
    script = [Reply(status=500, error={"message": "out of memory"})] * 5
    with StubServer(script) as stub, pytest.raises(ModelError) as caught:
        ask(stub, search=find_nothing)

    assert str(caught.value).startswith(f"{stub.base_url} failed with HTTP 500: out of memory;")
    assert len(stub.requests) == 3


def test_a_short_retry_after_is_obeyed_and_the_answer_comes() -> None:
    with StubServer([Reply(status=429, headers={"retry-after": "0"}), Reply("fine")]) as stub:
        ask(stub, search=find_nothing)

    assert len(stub.requests) == 2


def test_a_port_where_nobody_listens_is_unreachable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/v1"

    with pytest.raises(
        ModelUnreachable, match=rf"no connection to http://127\.0\.0\.1:{port}/v1 \(.+\); check OPENAI_BASE_URL"
    ):
        ask(url, model="m")


def test_a_failure_after_a_search_is_not_taken_for_a_refusal_of_tools() -> None:
    def script(body: Json) -> Reply:
        if body["messages"][-1]["role"] == "tool":
            return Reply(status=400, error={"message": "tool messages are odd"})
        return Reply(tool_calls=(("search_guides", {"query": "x"}),))

    with StubServer(script) as stub, pytest.raises(ModelError, match="HTTP 400: tool messages are odd"):
        ask(stub, search=find_nothing)
