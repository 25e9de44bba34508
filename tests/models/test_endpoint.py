from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from backend_architect.errors import ModelError, ModelNotFound
from backend_architect.models import Endpoint
from backend_architect.models.endpoint import Capabilities, without
from backend_architect.settings import Settings
from tests.models.conftest import ask, find_nothing, text_of
from tests.openai_stub import Reply, StubServer

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("listed", "taken"),
    [
        (("llama3.1",), "llama3.1"),
        (("nomic-embed-text", "qwen3:8b", "llama3.1"), "qwen3:8b"),
        (("text-embedding-x",), "text-embedding-x"),
    ],
)
def test_a_named_server_is_asked_which_model_it_has(listed: tuple[str, ...], taken: str) -> None:
    with StubServer([Reply("yes")], models=listed) as stub:
        ask(stub)

    assert stub.requests[0]["model"] == taken


def test_a_chosen_model_is_used_without_asking() -> None:
    with StubServer([Reply("yes")]) as stub:
        ask(stub, model="gpt-6-mini", search=find_nothing)

    assert stub.paths == ["POST /v1/chat/completions"]
    assert stub.requests[0]["model"] == "gpt-6-mini"


def test_a_server_without_models_and_one_without_a_list_say_what_to_set() -> None:
    with (
        StubServer(models=()) as stub,
        pytest.raises(ModelNotFound, match="lists no model; load one there, or name it with"),
    ):
        ask(stub)
    with (
        StubServer(models=None) as stub,
        pytest.raises(ModelNotFound, match=r"does not list its models .* ARCHITECT_MODEL"),
    ):
        ask(stub)


def test_openai_itself_gets_the_default_model() -> None:
    for settings in (Settings(api_key="k"), Settings(base_url="https://api.openai.com/v1")):
        assert asyncio.run(Endpoint(settings).model()) == "gpt-5.5"


def test_a_server_without_accounts_needs_no_key_and_a_key_is_sent_as_a_bearer() -> None:
    with StubServer([Reply("a"), Reply("b")]) as stub:
        ask(stub, model="m")
        ask(stub, model="m", api_key="sk-mine")

    assert [headers["authorization"] for headers in stub.headers] == ["Bearer none", "Bearer sk-mine"]


def test_messages_show_the_address_without_user_password_and_query() -> None:
    endpoint = Endpoint(Settings(base_url="https://me:pass@models.example:8443/v1?key=abc"))

    assert endpoint.shown_url == "https://models.example:8443/v1"


def test_a_redirect_is_not_followed() -> None:
    with (
        StubServer([Reply("stolen")]) as other,
        StubServer([Reply(status=307, headers={"location": other.base_url})]) as stub,
        pytest.raises(ModelError, match="which is not followed"),
    ):
        ask(stub, model="m")

    assert other.paths == []


@pytest.mark.parametrize(
    ("complaint", "left"),
    [
        ("unknown field stream_options", Capabilities(stream_usage=False)),
        ("this model does not support tools", Capabilities(tools=False)),
        ("bad request", Capabilities(tools=False, stream_usage=False)),
    ],
)
def test_a_complaint_drops_the_feature_it_names_and_otherwise_all(complaint: str, left: Capabilities) -> None:
    assert without(Capabilities(), complaint) == left


def test_with_nothing_left_to_drop_there_is_no_further_try() -> None:
    assert without(Capabilities(tools=False, stream_usage=False), "does not support tools") is None


SILENT = """
import asyncio, json, sys
seen = set()
def watch(event, args):
    if event == "socket.connect":
        seen.add(str(args[1]))
    elif event == "socket.getaddrinfo":
        seen.add(str(args[:2]))
sys.addaudithook(watch)
from backend_architect.models import Endpoint, Message, ModelAgent
from backend_architect.settings import Settings

async def nothing(query):
    return "nothing"

async def main():
    agent = ModelAgent(Endpoint(Settings.load()))
    events = [e async for e in agent.stream((Message("user", "q"),), search=nothing)]
    await agent.aclose()
    return len(events)

count = asyncio.run(main())
print(json.dumps([count, sorted(seen)]))
"""


def test_no_host_but_the_endpoint_is_contacted_whatever_the_environment_asks_for() -> None:
    tempting = {
        "LANGSMITH_TRACING": "true",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGSMITH_API_KEY": "ls-key",
        "LANGSMITH_ENDPOINT": "http://127.0.0.1:9/tracing",
        "LANGSMITH_GATEWAY": "http://127.0.0.1:9/gateway",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "OPENAI_PROXY": "http://127.0.0.1:9",
        "OPENAI_API_BASE": "http://127.0.0.1:9/v1",
    }
    with StubServer([Reply(tool_calls=(("search_guides", {"query": "x"}),)), Reply("done")]) as stub:
        env = {**os.environ, **tempting, "OPENAI_BASE_URL": stub.base_url, "PYTHONPATH": str(ROOT / "agent")}
        done = subprocess.run(
            [sys.executable, "-c", SILENT], env=env, capture_output=True, text=True, timeout=60, check=False
        )

    assert done.returncode == 0, done.stderr
    count, seen = json.loads(done.stdout)
    assert count >= 2
    assert {place for place in seen if str(stub.port) not in place} == set()
    assert seen


def test_tools_are_sent_on_the_chat_completions_path_also_for_model_names_that_prefer_another() -> None:
    with StubServer([Reply("yes")]) as stub:
        events = ask(stub, model="gpt-6", search=find_nothing)

    assert text_of(events) == "yes"
    assert "tools" in stub.requests[0]
