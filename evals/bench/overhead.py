"""What the product adds to a model call: time to the first token against the bare SDK on the same scripted server."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from backend_architect import Architect, Delta, Settings
from evals.bench.figures import Figure
from evals.bench.latency import questions
from evals.metrics.score import percentile
from evals.targets import STATE_DIR

CALLS = 60
ANSWER = "Use an idempotency key [1]. " * 40
# The prompt the bare call sends is about as long as ours, so that both pay for the same bytes.
PROMPT_CHARACTERS = 9_000


def measure() -> list[Figure]:
    """Return the time to the first token through the product and through the SDK alone, and the difference."""
    from tests.openai_stub import Reply, StubServer

    with StubServer(lambda _body: Reply(ANSWER)) as stub:
        bare = _sdk_times(stub.base_url)
        ours = _our_times(stub.base_url)
    added = [percentile(ours, share) - percentile(bare, share) for share in (0.50, 0.95)]
    sdk = "bare SDK"
    return [
        Figure(
            f"first token from a model p50 ({CALLS} calls)", percentile(ours, 0.50), "ms", percentile(bare, 0.50), sdk
        ),
        Figure("first token from a model p95", percentile(ours, 0.95), "ms", percentile(bare, 0.95), sdk),
        Figure("added before the first token p50", added[0], "ms", statistics.median(bare), sdk, 15),
        Figure("added before the first token p95", added[1], "ms", percentile(bare, 0.95), sdk),
    ]


def _sdk_times(base_url: str) -> list[float]:
    import openai

    with openai.OpenAI(base_url=base_url, api_key="unused", timeout=30) as client:

        def first_token(question: str) -> None:
            messages: Any = [{"role": "user", "content": "x" * PROMPT_CHARACTERS + question}]
            for chunk in client.chat.completions.create(model="stub", messages=messages, stream=True):
                if chunk.choices and chunk.choices[0].delta.content:
                    return

        return _times(first_token)


def _our_times(base_url: str) -> list[float]:
    settings = Settings(base_url=base_url, model="stub", cache_dir=STATE_DIR / "cache", data_dir=STATE_DIR / "data")
    with Architect(settings=settings) as architect:
        architect.build_index()
        architect.warm_up()

        def first_token(question: str) -> None:
            for event in architect.stream(question):
                if isinstance(event, Delta):
                    return

        return _times(first_token)


def _times(call: Callable[[str], None]) -> list[float]:
    asked = questions()[: CALLS + 1]
    call(asked[0])  # the first call opens the connection and loads what is lazy
    times = []
    for question in asked[1:]:
        start = time.perf_counter()
        call(question)
        times.append((time.perf_counter() - start) * 1000)
    return times
