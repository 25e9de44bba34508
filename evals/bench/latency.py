"""How long the next answer of a session takes, and what a thousand of them leave in memory."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from evals.bench.figures import Figure
from evals.bench.startup import clean_environment, python
from evals.loader import load_cases
from evals.metrics.score import percentile
from evals.targets import offline_architect

INDEX_DIR = Path(__file__).resolve().parents[2] / "knowledge" / "index"
MEMORY_QUESTIONS = 1000
MEMORY_EARLY = 200
CHROMA_RESULTS = 8
# Printing from a fresh process keeps whatever this one has loaded out of the numbers.
MEMORY_WORKER = "from evals.bench.latency import print_memory; print_memory()"
BARE_MEMORY = "from evals.bench.latency import resident_mb; print(resident_mb())"


def questions() -> list[str]:
    """Return every real question of the dev split."""
    return [item.case.question for item in load_cases() if item.case.split == "dev" and item.case.question.strip()]


def measure() -> list[Figure]:
    """Return answer and search latency beside a bare Chroma query over as many vectors, and memory."""
    asked = questions()
    with offline_architect() as architect:
        architect.build_index()
        architect.warm_up()
        architect.ask(asked[0])
        answers = milliseconds(architect.ask, asked)
        searches = milliseconds(architect.search, asked)
    vectors = shipped_vectors()
    chroma = bare_chroma(vectors, len(asked))
    bare = f"Chroma query over {vectors} vectors"
    return [
        Figure(
            f"next answer p50 ({len(asked)} questions)",
            percentile(answers, 0.50),
            "ms",
            percentile(chroma, 0.50),
            bare,
            40,
        ),
        Figure("next answer p99", percentile(answers, 0.99), "ms", percentile(chroma, 0.99), bare, 120),
        Figure("search alone p50", percentile(searches, 0.50), "ms", percentile(chroma, 0.50), bare),
        Figure("search alone p95", percentile(searches, 0.95), "ms", percentile(chroma, 0.95), bare),
        *memory(),
    ]


def milliseconds(call: Callable[[str], object], texts: Iterable[str]) -> list[float]:
    """Return how long each call took."""
    times = []
    for text in texts:
        start = time.perf_counter()
        call(text)
        times.append((time.perf_counter() - start) * 1000)
    return times


def shipped_vectors() -> int:
    """Return how many vectors ship with the guides."""
    import numpy as np

    total = 0
    for path in INDEX_DIR.rglob("*.npz"):
        with np.load(path, allow_pickle=False) as stored:
            total += len(stored["vectors"])
    return total


def bare_chroma(vectors: int, queries: int) -> list[float]:
    """Return the times of plain queries against a plain persistent collection of random unit vectors."""
    import numpy as np
    from chromadb import PersistentClient
    from chromadb.config import Settings

    random = np.random.default_rng(7)
    rows = random.standard_normal((vectors + queries, 384)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    with tempfile.TemporaryDirectory() as folder:
        client = PersistentClient(folder, Settings(anonymized_telemetry=False))
        collection = client.create_collection(
            "bare", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        for start in range(0, vectors, 1000):
            part = rows[start : min(start + 1000, vectors)]
            collection.add(ids=[str(start + number) for number in range(len(part))], embeddings=part)
        times = []
        for row in rows[vectors:]:
            start_time = time.perf_counter()
            collection.query(query_embeddings=[row], n_results=CHROMA_RESULTS, include=["distances"])
            times.append((time.perf_counter() - start_time) * 1000)
    return times


def memory() -> list[Figure]:
    """Return resident memory of a fresh process after a few and after many questions."""
    with tempfile.TemporaryDirectory() as folder:
        environment = clean_environment(Path(folder))
        bare = float(_output(BARE_MEMORY, environment))
        early, late = json.loads(_output(MEMORY_WORKER, environment))
    name = "bare interpreter"
    return [
        Figure(f"resident after {MEMORY_EARLY} questions", early, "MB", bare, name, 450),
        Figure(f"resident after {MEMORY_QUESTIONS} questions", late, "MB", bare, name, 450),
    ]


def print_memory() -> None:
    """Ask many questions and print resident memory on the way and at the end."""
    asked = itertools.cycle(questions())
    readings = []
    with offline_architect() as architect:
        architect.build_index()
        for number in range(1, MEMORY_QUESTIONS + 1):
            architect.ask(next(asked))
            if number in (MEMORY_EARLY, MEMORY_QUESTIONS):
                readings.append(resident_mb())
    print(json.dumps(readings))


def resident_mb() -> float:
    """Return the resident memory of this process; where the system does not say, its highest so far."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _output(code: str, environment: dict[str, str]) -> str:
    return subprocess.run(python(code), env=environment, check=True, capture_output=True, text=True).stdout
