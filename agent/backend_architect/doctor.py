"""Looks at this installation and says what works, what does not, and what to do about it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from backend_architect import resources
from backend_architect.errors import ArchitectError
from backend_architect.models.tokens import TABLE, TABLE_SHA256
from backend_architect.settings import Settings, default_cache_dir, default_data_dir

if TYPE_CHECKING:
    from backend_architect.models import Endpoint, ModelAgent

State = Literal["ok", "warn", "fail"]

PYTHON = (3, 11)
CHROMA_SQLITE = (3, 35)

_REINSTALL = "reinstall backend-api-architect"
_TEST_PROMPT = "Reply with the single word: ready"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `message` says what was found and, unless all is well, what to do."""

    name: str
    state: State
    message: str


def examine(settings: Settings) -> Iterator[Check]:
    """Yield every check as it finishes. The endpoint is asked only when one is configured; keys are never shown."""
    yield _python()
    yield _sqlite()
    for name, look in _CHECKS.items():
        try:
            yield look(settings)
        except ArchitectError as error:
            yield Check(name, "fail", str(error))
        except FileNotFoundError as error:
            yield Check(name, "fail", f"{error}; {_REINSTALL}")
    yield from _endpoint(settings)


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < PYTHON:
        return Check("python", "fail", f"Python {found}; 3.11 or newer is needed")
    return Check("python", "ok", f"Python {found}")


def _sqlite() -> Check:
    found = sqlite3.sqlite_version
    try:
        sqlite3.connect(":memory:").execute("create virtual table probe using fts5(text)")
    except sqlite3.OperationalError:
        return Check("sqlite", "fail", f"SQLite {found} lacks FTS5, which word search needs; use another Python build")
    if sqlite3.sqlite_version_info < CHROMA_SQLITE:
        return Check("sqlite", "warn", f"SQLite {found} is too old for Chroma (3.35); search is exact, which is slower")
    return Check("sqlite", "ok", f"SQLite {found} with FTS5")


def _package_data(settings: Settings) -> Check:
    del settings
    return binaries(resources.folder("knowledge"))


def binaries(knowledge: Path) -> Check:
    """Return whether the embedder, its tokenizer and the token table are those that were released."""
    manifest = knowledge / "embedder" / "manifest.json"
    try:
        files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    except (ValueError, KeyError, TypeError):
        return Check("package data", "fail", f"{manifest} does not list the files of the embedder; {_REINSTALL}")
    released = {f"embedder/{name}": sha for name, sha in files.items()} | {f"tiktoken/{TABLE}": TABLE_SHA256}
    for name, expected in released.items():
        found = hashlib.sha256((knowledge / name).read_bytes()).hexdigest()
        if found != expected:
            return Check("package data", "fail", f"{knowledge / name} has another SHA-256 than released; {_REINSTALL}")
    return Check("package data", "ok", f"embedder, tokenizer and token table are intact in {knowledge}")


def _prompts(settings: Settings) -> Check:
    del settings
    from backend_architect.prompts import Prompts

    return Check("prompts", "ok", f"{len(Prompts.load())} prompts in {resources.folder('prompts')}")


def _guides(settings: Settings) -> Check:
    from backend_architect.knowledge import Corpus

    corpus = Corpus.load(own=settings.guides_dir)
    if not corpus.sections:
        return Check("guides", "fail", f"no guide in {resources.folder('knowledge')}; {_REINSTALL}")
    own = sum(section.origin == "own" for section in corpus.sections)
    added = f", {own} of them from {settings.guides_dir}" if settings.guides_dir else ""
    return Check("guides", "ok", f"{len(corpus.sections)} sections in {len(corpus.guides)} guides{added}")


def _embedder(settings: Settings) -> Check:
    del settings
    from backend_architect.retrieval.embedder import DIMENSIONS, Embedder

    started = time.perf_counter()
    vector = Embedder().embed("Does the embedder work?")
    length = float((vector**2).sum()) ** 0.5
    if len(vector) != DIMENSIONS or abs(length - 1) > 0.01:
        return Check(
            "embedder", "fail", f"a vector of {len(vector)} numbers and length {length:.2f} came out; {_REINSTALL}"
        )
    return Check("embedder", "ok", f"loads and embeds in {time.perf_counter() - started:.2f} s")


def _cache_folder(settings: Settings) -> Check:
    folder = settings.cache_dir or default_cache_dir()
    if problem := _write_problem(folder):
        return Check(
            "cache folder",
            "warn",
            f"{problem}; search is exact meanwhile; set ARCHITECT_CACHE_DIR to a folder of yours",
        )
    return Check("cache folder", "ok", f"{folder} can be written")


def _data_folder(settings: Settings) -> Check:
    folder = settings.data_dir or default_data_dir()
    if problem := _write_problem(folder):
        return Check(
            "data folder", "warn", f"{problem}; chat history is not kept; set ARCHITECT_DATA_DIR to a folder of yours"
        )
    return Check("data folder", "ok", f"{folder} can be written")


def _write_problem(folder: Path) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"probe")
    except OSError as error:
        return f"{folder} cannot be written ({error.strerror or error})"
    return ""


def _index(settings: Settings) -> Check:
    if settings.store == "exact":
        return Check("index", "ok", "switched off by ARCHITECT_STORE=exact; search is exact")
    if settings.chroma_url:
        return Check("index", "ok", "on the Chroma server that is configured; architect index build asks it")
    from backend_architect.knowledge import Corpus
    from backend_architect.retrieval import store

    corpus = Corpus.load(own=settings.guides_dir)
    path = store.store_path(settings.cache_dir or default_cache_dir(), corpus.fingerprint)
    if not store.is_built(path):
        return Check(
            "index", "ok", "not built yet; the first chat or architect index build does it, search is exact meanwhile"
        )
    return Check("index", "ok", f"built in {path}")


_CHECKS: Mapping[str, Callable[[Settings], Check]] = {
    "package data": _package_data,
    "prompts": _prompts,
    "guides": _guides,
    "embedder": _embedder,
    "cache folder": _cache_folder,
    "data folder": _data_folder,
    "index": _index,
}


# --- endpoint ----------------------------------------------------------------------------------------


def _endpoint(settings: Settings) -> Iterator[Check]:
    if settings.api_key is None and settings.base_url is None:
        yield Check("endpoint", "ok", "none configured; answers come from the guides")
        return
    if not settings.use_model:
        yield Check("endpoint", "ok", "configured, and switched off by ARCHITECT_USE_MODEL")
        return
    from backend_architect.models import Endpoint

    endpoint = Endpoint(settings)
    key = "with a key" if settings.api_key else "without a key"
    yield Check("endpoint", "ok", f"{endpoint.shown_url}, {key}")
    yield from asyncio.run(_ask(endpoint))


async def _ask(endpoint: Endpoint) -> list[Check]:
    from backend_architect.models import ModelAgent

    agent = ModelAgent(endpoint)
    try:
        return [await _models(endpoint), await _test_call(endpoint, agent)]
    finally:
        await agent.aclose()


async def _models(endpoint: Endpoint) -> Check:
    from backend_architect.models.faults import explain

    wanted = endpoint.settings.model
    try:
        async with asyncio.timeout(endpoint.settings.timeout_seconds):
            listed = [model.id async for model in endpoint.client().models.list()]
    except Exception as error:
        known = explain(error, endpoint, model="", has_begun=False)
        if known is None:
            raise
        return Check("models", "warn", str(known))
    shown = ", ".join(listed[:5]) + (", …" if len(listed) > 5 else "")
    if wanted and wanted not in listed:
        return Check("models", "warn", f"{wanted} is not among those listed ({shown}); the test call decides")
    return Check("models", "ok", f"{len(listed)} listed: {shown}" if listed else "none listed")


async def _test_call(endpoint: Endpoint, agent: ModelAgent) -> Check:
    from backend_architect.models import Finished, Message

    async def search(query: str) -> str:
        return f"nothing found for {query}"

    try:
        events = [event async for event in agent.stream([Message("user", _TEST_PROMPT)], search=search)]
    except ArchitectError as error:
        return Check("test call", "fail", str(error))
    finished = next(event for event in events if isinstance(event, Finished))
    usage, lacks = finished.usage, _lacks(endpoint)
    tokens = f"{usage.prompt_tokens} + {usage.completion_tokens} tokens"
    message = f"{finished.model} replied in {usage.seconds:.1f} s, {tokens}{lacks}"
    return Check("test call", "warn" if lacks else "ok", message)


def _lacks(endpoint: Endpoint) -> str:
    missing = []
    if not endpoint.capabilities.tools:
        missing.append("tools, so the model cannot search on its own")
    if not endpoint.capabilities.stream_usage:
        missing.append("token usage in streams, so costs are not shown")
    return f"; works without {' and '.join(missing)}" if missing else ""
