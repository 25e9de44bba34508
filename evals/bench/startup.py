"""How long a fresh process takes until it is useful, beside a bare interpreter."""

from __future__ import annotations

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
PROMPT = "> "
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
    """Return the start-up figures, medians over fresh processes."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        environment = clean_environment(state / "built")
        bare = _median(lambda: _wall((sys.executable, "-c", "pass"), environment))
        chroma = _median(lambda: _wall((sys.executable, "-c", "import chromadb"), environment), runs=3)
        _wall((sys.executable, "-c", BUILD_INDEX), environment)
        fresh = (clean_environment(state / f"fresh-{number}") for number in range(2 * FIRST_STARTS))

        def started(name: str, command: tuple[str, ...], budget: float | None = None) -> Figure:
            seconds = _median(lambda: _wall(command, environment))
            return Figure(name, seconds, "s", bare, "bare interpreter", budget)

        prompt = _median(lambda: _until_prompt(environment))
        first = _median(lambda: _wall(ASK, next(fresh)), FIRST_STARTS)
        built = _median(lambda: _wall((sys.executable, "-c", BUILD_INDEX), next(fresh)), FIRST_STARTS)
        return [
            started("`import backend_architect`", (sys.executable, "-c", "import backend_architect")),
            started("`architect --help`", (*COMMAND, "--help"), 0.3),
            started("`architect --version`", (*COMMAND, "--version"), 0.3),
            Figure("chat prompt usable", prompt, "s", bare, "bare interpreter", 0.6),
            started("first offline answer, cache built", ASK, 1.0),
            Figure("very first start: answer, cache empty", first, "s", bare, "bare interpreter", 5.0),
            Figure("very first start: cache built", built, "s", chroma, "`import chromadb`", 5.0),
        ]


def _median(run: Callable[[], float], runs: int = RUNS) -> float:
    return statistics.median(run() for _ in range(runs))


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
        chat.expect_exact(PROMPT)
        return time.perf_counter() - start
    finally:
        chat.close(force=True)
