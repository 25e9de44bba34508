"""How long a fresh process takes until it is useful, beside a bare interpreter."""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from evals.bench.figures import Figure

RUNS = 5
FIRST_STARTS = 3
QUESTION = "How do I make POST safe to retry?"
# The editor turns bracketed paste on when it has drawn the prompt and reads keys.
READY = "\x1b[?2004h"
PROMPT_TIMEOUT_SECONDS = 20
COMMAND = (sys.executable, "-m", "backend_architect")
ASK = (*COMMAND, "ask", "--no-model", QUESTION)
BUILD_INDEX = "from backend_architect import Architect; Architect(use_model=False).build_index()"


def clean_environment(state: Path) -> dict[str, str]:
    """Return the environment without an endpoint, with every folder of the product below `state`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "ARCHITECT_"))}
    folders = {
        name: str(state / name.lower()) for name in ("ARCHITECT_CACHE_DIR", "ARCHITECT_DATA_DIR", "XDG_CONFIG_HOME")
    }
    return kept | folders | {"TERM": "xterm-256color"}


def measure() -> list[Figure]:
    """Return the start-up figures over fresh processes; each run of ours is followed by one of its baseline."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        built = clean_environment(state / "built")
        _wall(python(BUILD_INDEX), built)
        fresh = (clean_environment(state / f"fresh-{number}") for number in itertools.count())

        def started(name: str, run: Callable[[], float], budget: float | None = None, runs: int = RUNS) -> Figure:
            return _beside("bare interpreter", lambda: _wall(python("pass"), built), name, run, budget, runs)

        return [
            started("`import backend_architect`", lambda: _wall(python("import backend_architect"), built)),
            started("`architect --help`", lambda: _wall((*COMMAND, "--help"), built), 0.3),
            started("`architect --version`", lambda: _wall((*COMMAND, "--version"), built), 0.3),
            started("chat prompt usable", lambda: _until_prompt(built), 0.6),
            started("first offline answer, cache built", lambda: _wall(ASK, built), 1.0),
            started("very first start: answer, cache empty", lambda: _wall(ASK, next(fresh)), 5.0, FIRST_STARTS),
            _beside(
                "`import chromadb`",
                lambda: _wall(python("import chromadb"), built),
                "very first start: cache built",
                lambda: _wall(python(BUILD_INDEX), next(fresh)),
                5.0,
                FIRST_STARTS,
            ),
        ]


def python(code: str) -> tuple[str, ...]:
    """Return the command that runs a line of Python in a fresh process."""
    return (sys.executable, "-c", code)


def _beside(
    baseline_name: str,
    baseline: Callable[[], float],
    name: str,
    run: Callable[[], float],
    budget: float | None,
    runs: int,
) -> Figure:
    # In turns, so that whatever else the machine does weighs on both.
    pairs = [(run(), baseline()) for _ in range(runs)]
    ours, theirs = zip(*pairs, strict=True)
    return Figure(name, statistics.median(ours), "s", statistics.median(theirs), baseline_name, budget, min(ours))


def _wall(command: tuple[str, ...], environment: Mapping[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return time.perf_counter() - start


def _until_prompt(environment: Mapping[str, str]) -> float:
    import pexpect

    start = time.perf_counter()
    chat = pexpect.spawn(
        COMMAND[0], list(COMMAND[1:]), env=dict(environment), timeout=PROMPT_TIMEOUT_SECONDS, encoding="utf-8"
    )
    try:
        chat.expect_exact(READY)
        return time.perf_counter() - start
    finally:
        chat.close(force=True)
