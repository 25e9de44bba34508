from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from backend_architect.errors import ModelReplyInvalid, ModelTimeout, QuestionError
from backend_architect.models import Finished, Message, Searched, TextPiece
from tests.models.conftest import agent_for, ask, closing, collect, find_nothing, text_of
from tests.openai_stub import Json, Reply, StubServer


def search_call(query: str = "jwt storage") -> Reply:
    return Reply(tool_calls=(("search_guides", {"query": query}),))


def test_a_reply_arrives_in_pieces_as_the_server_sends_them() -> None:
    with StubServer([Reply("Use a cursor for lists.", piece=8)]) as stub:
        events = ask(stub)

    assert [event.text for event in events if isinstance(event, TextPiece)] == ["Use a cu", "rsor for", " lists."]


def test_streamed_usage_and_cached_tokens_are_reported() -> None:
    usage: Json = {
        "prompt_tokens": 1200,
        "completion_tokens": 80,
        "total_tokens": 1280,
        "prompt_tokens_details": {"cached_tokens": 1024},
    }
    with StubServer([Reply("yes", usage=usage)]) as stub:
        events = ask(stub, search=find_nothing)

    finished = events[-1]
    assert isinstance(finished, Finished)
    assert finished.model == "stub"
    assert (finished.usage.prompt_tokens, finished.usage.cached_tokens, finished.usage.completion_tokens) == (
        1200,
        1024,
        80,
    )
    assert finished.usage.model_calls == 1
    assert finished.usage.seconds > 0


def test_usage_that_a_server_repeats_on_every_chunk_is_counted_once() -> None:
    usage: Json = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    with StubServer([Reply("one two three four", usage=usage, usage_everywhere=True)]) as stub:
        events = ask(stub)

    finished = events[-1]
    assert isinstance(finished, Finished)
    assert (finished.usage.prompt_tokens, finished.usage.completion_tokens) == (10, 5)


def test_the_model_may_search_and_then_answers_from_what_it_read() -> None:
    async def search(query: str) -> str:
        return f"[7] about {query}"

    with StubServer([search_call(), Reply("Keep it in a cookie [7].")]) as stub:
        events = ask(stub, search=search)

    assert Searched("jwt storage") in events
    assert text_of(events) == "Keep it in a cookie [7]."
    assert stub.requests[1]["messages"][-1]["content"] == "[7] about jwt storage"
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert finished.usage.model_calls == 2


def test_text_from_before_a_search_is_set_apart_from_the_answer() -> None:
    with StubServer([Reply("One moment.", tool_calls=(("search_guides", {"query": "x"}),)), Reply("Done.")]) as stub:
        events = ask(stub, search=find_nothing)

    assert text_of(events) == "One moment.\n\nDone."


def test_results_of_a_search_never_come_out_as_the_models_words() -> None:
    async def search(query: str) -> str:
        return "SECRET SECTION TEXT"

    with StubServer([search_call(), Reply("Done.")]) as stub:
        events = ask(stub, search=search)

    assert "SECRET" not in text_of(events)


def test_the_fourth_call_has_no_tools_so_that_an_answer_comes() -> None:
    def eager(body: Json) -> Reply:
        return search_call() if "tools" in body else Reply("Enough read.")

    with StubServer(eager) as stub:
        events = ask(stub, search=find_nothing)

    assert text_of(events) == "Enough read."
    assert ["tools" in request for request in stub.requests] == [True, True, True, False]


def test_a_model_that_searches_for_ever_is_stopped_after_four_calls() -> None:
    with StubServer([search_call()] * 9) as stub, pytest.raises(ModelReplyInvalid, match="last of its 4 calls"):
        ask(stub, search=find_nothing)

    assert len(stub.requests) == 4


@pytest.mark.parametrize(
    "call",
    [
        ("search_guides", '{"query": '),
        ("search_guides", {"wrong": 1}),
        ("delete_everything", {}),
    ],
    ids=["arguments that are no JSON", "an argument that does not exist", "a tool that does not exist"],
)
def test_a_malformed_tool_call_costs_one_more_call_and_not_the_answer(call: tuple[str, Json | str]) -> None:
    with StubServer([Reply(tool_calls=(call,)), Reply("Here it is.")]) as stub:
        events = ask(stub, search=find_nothing)

    assert text_of(events) == "Here it is."
    assert len(stub.requests) == 2


def test_an_error_of_our_own_search_is_not_blamed_on_the_model() -> None:
    async def search(query: str) -> str:
        raise QuestionError("the query is too long")

    with StubServer([search_call(), Reply("never")]) as stub, pytest.raises(QuestionError, match="too long"):
        ask(stub, search=search)


def test_a_server_that_refuses_tools_is_asked_plainly_and_that_is_remembered() -> None:
    async def two_turns() -> None:
        agent = agent_for(stub)
        assert text_of(await collect(agent, search=find_nothing)) == "plain"
        assert text_of(await collect(agent, search=find_nothing)) == "plain"
        await agent.aclose()

    with StubServer([Reply("plain"), Reply("plain")], takes_tools=False) as stub:
        asyncio.run(two_turns())

    assert ["tools" in request for request in stub.requests] == [True, False, False]


def test_a_server_that_refuses_stream_options_is_asked_without_and_that_is_remembered() -> None:
    async def two_turns() -> None:
        agent = agent_for(stub)
        await collect(agent, search=find_nothing)
        await collect(agent, search=find_nothing)
        await agent.aclose()

    with StubServer([Reply("a"), Reply("b")], takes_stream_options=False) as stub:
        asyncio.run(two_turns())

    assert ["stream_options" in request for request in stub.requests] == [True, False, False]
    assert all("tools" in request for request in stub.requests)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
        (404, "No endpoints found that support tool use"),
        (500, "tools param requires --jinja flag"),
        (422, "Extra inputs are not permitted"),
    ],
)
def test_the_refusals_of_common_servers_lead_to_a_plain_request(status: int, message: str) -> None:
    def refuses(body: Json) -> Reply:
        headers = {"x-should-retry": "false"}
        return Reply(status=status, error={"message": message}, headers=headers) if "tools" in body else Reply("plain")

    with StubServer(refuses) as stub:
        events = ask(stub, search=find_nothing)

    assert text_of(events) == "plain"
    assert len(stub.requests) == 2


def test_a_refused_request_is_not_repeated_for_ever() -> None:
    with (
        StubServer(lambda body: Reply(status=400, error={"message": "no"})) as stub,
        pytest.raises(Exception, match="HTTP 400: no;"),
    ):
        ask(stub, search=find_nothing)

    assert len(stub.requests) == 2


def test_closing_the_stream_closes_the_connection_at_once() -> None:
    async def leave_early() -> float:
        agent = agent_for(stub)
        events = agent.stream((Message("user", "q"),), search=find_nothing)
        await anext(events)
        started = time.monotonic()
        await events.aclose()
        seconds = time.monotonic() - started
        await agent.aclose()
        return seconds

    with StubServer([Reply("x" * 4000, piece=4, gap=0.01)]) as stub:
        seconds = asyncio.run(leave_early())

        assert stub.wait_for_disconnect()
    assert seconds < 1


@pytest.mark.parametrize("search", [find_nothing, None], ids=["agent", "plain call"])
def test_cancelling_the_task_closes_the_connection_at_once(search: Any) -> None:
    async def cancelled() -> float:
        agent = agent_for(stub)
        task = asyncio.create_task(collect(agent, search=search))
        while not stub.requests:  # noqa: ASYNC110  # the server is another thread, and importing takes its time
            await asyncio.sleep(0.02)
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        seconds = time.monotonic() - started
        await agent.aclose()
        return seconds

    with StubServer([Reply("x" * 4000, piece=4, gap=0.01)]) as stub:
        seconds = asyncio.run(cancelled())

        assert stub.wait_for_disconnect()
    assert seconds < 1


def test_twenty_questions_at_once_do_not_mix() -> None:
    def echo(body: Json) -> Reply:
        asked = next(m["content"] for m in body["messages"] if m["role"] == "user")
        if body["messages"][-1]["role"] != "tool":
            return search_call(asked)
        return Reply(f"{asked} / {body['messages'][-1]['content']}", piece=3, gap=0.002)

    async def ask_all() -> list[str]:
        agent = agent_for(stub)
        replies = await asyncio.gather(*(collect(agent, f"question {n}", find_nothing) for n in range(20)))
        await agent.aclose()
        return [text_of(events) for events in replies]

    with StubServer(echo) as stub:
        texts = asyncio.run(ask_all())

    assert texts == [f"question {n} / nothing on question {n}" for n in range(20)]


def test_one_agent_works_in_one_event_loop_after_the_other() -> None:
    with StubServer([Reply("first"), Reply("second"), Reply("third")]) as stub:
        agent = agent_for(stub)

        texts = [text_of(asyncio.run(closing(agent, collect(agent, search=find_nothing)))) for _ in range(3)]

    assert texts == ["first", "second", "third"]


def test_a_server_that_goes_silent_is_left_after_the_time_limit() -> None:
    with StubServer([Reply("some words and then nothing", piece=4, stall_after=2)]) as stub:
        with pytest.raises(ModelTimeout, match=r"went silent for 0\.6 s within its reply; raise ARCHITECT_TIMEOUT"):
            ask(stub, timeout_seconds=0.6)

        assert stub.wait_for_disconnect()


def test_a_server_that_never_answers_is_left_after_the_time_limit_retries_included() -> None:
    started = time.monotonic()
    with (
        StubServer([Reply(first_delay=30)] * 3) as stub,
        pytest.raises(ModelTimeout, match=r"no reply from .* within 0\.6 s"),
    ):
        ask(stub, timeout_seconds=0.6)

    assert time.monotonic() - started < 5


def test_inside_another_langchain_run_the_models_raw_text_does_not_leak_into_that_runs_stream() -> None:
    from langchain_core.runnables import RunnableLambda

    async def embedded(question: str) -> str:
        agent = agent_for(stub)
        await closing(agent, collect(agent, question, find_nothing))
        return "checked text"

    async def outer() -> list[Any]:
        return [event async for event in RunnableLambda(embedded).astream_events("q", version="v2")]

    with StubServer([Reply("raw unchecked text")]) as stub:
        events = asyncio.run(outer())

    assert any("checked text" in str(event) for event in events)
    assert not any("unchecked" in str(event) for event in events)
