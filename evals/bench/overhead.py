"""What the product adds to a model call, against the bare SDK on the same scripted server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from backend_architect import Architect, Delta, Settings
from evals.bench.figures import Figure
from evals.bench.latency import questions
from evals.metrics.score import percentile
from evals.targets import STATE_DIR

CALLS = 100
WARM_UP = 5  # the first calls open the connection and load what is lazy
ANSWER = "Use an idempotency key [1]. " * 40
# The prompt the bare call sends is about as long as ours, so that both pay for the same bytes.
PROMPT_CHARACTERS = 9_000


def measure() -> list[Figure]:
    """Return the time until a request reaches the server and until text comes back, through us and through the SDK."""
    from tests.openai_stub import Reply, StubServer

    arrivals: list[float] = []

    def reply(_body: object) -> Reply:
        arrivals.append(time.perf_counter())
        return Reply(ANSWER)

    with StubServer(reply) as stub:
        bare = _sdk_calls(stub.base_url, arrivals)
        ours = _our_calls(stub.base_url, arrivals)
    sdk = "bare SDK"
    added = [percentile(ours.sent, share) - percentile(bare.sent, share) for share in (0.50, 0.95)]
    return [
        Figure("request reaches the model p50", percentile(ours.sent, 0.50), "ms", percentile(bare.sent, 0.50), sdk),
        Figure(f"added before a model call p50 ({len(ours.sent)} calls)", added[0], "ms", budget=15),
        Figure("added before a model call p95", added[1], "ms"),
        Figure("first checked text shown p50", percentile(ours.shown, 0.50), "ms", percentile(bare.shown, 0.50), sdk),
        Figure("first checked text shown p95", percentile(ours.shown, 0.95), "ms", percentile(bare.shown, 0.95), sdk),
    ]


@dataclass(slots=True)
class _Calls:
    """Milliseconds from the question to its arrival at the server, and to the first text that came back."""

    sent: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)


def _sdk_calls(base_url: str, arrivals: list[float]) -> _Calls:
    import openai

    with openai.OpenAI(base_url=base_url, api_key="unused", timeout=30) as client:

        def texts(question: str) -> Iterator[str]:
            messages: Any = [{"role": "user", "content": "x" * PROMPT_CHARACTERS + question}]
            for chunk in client.chat.completions.create(model="stub", messages=messages, stream=True):
                if chunk.choices and chunk.choices[0].delta.content:
                    yield chunk.choices[0].delta.content

        return _time(texts, arrivals)


def _our_calls(base_url: str, arrivals: list[float]) -> _Calls:
    settings = Settings(base_url=base_url, model="stub", cache_dir=STATE_DIR / "cache", data_dir=STATE_DIR / "data")
    with Architect(settings=settings) as architect:
        architect.build_index()
        architect.warm_up()

        def texts(question: str) -> Iterator[str]:
            return (event.text for event in architect.stream(question) if isinstance(event, Delta))

        return _time(texts, arrivals)


def _time(texts: Callable[[str], Iterator[str]], arrivals: list[float]) -> _Calls:
    calls = _Calls()
    everything = questions()
    # Taken evenly from all files, for one file asks long stories and another two words.
    spread = everything[:: len(everything) // (CALLS + WARM_UP)][: CALLS + WARM_UP]
    for number, question in enumerate(spread):
        before = len(arrivals)
        start = time.perf_counter()
        stream = texts(question)
        next(stream, None)
        shown = time.perf_counter()
        for _ in stream:  # the answer is read to its end, so that no call pays for the one before
            pass
        if len(arrivals) > before and number >= WARM_UP:  # a hand-off never reaches the model
            calls.sent.append((arrivals[before] - start) * 1000)
            calls.shown.append((shown - start) * 1000)
    return calls
