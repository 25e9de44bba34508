"""Keeps what endpoints said, so that a repeated judged run costs nothing; errors and empty replies are never kept."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import backend_architect
from evals.schema import Case
from evals.targets import STATE_DIR, Asking, Observation, Target, asked_text, prompts

CACHE_VERSION = 1
CACHE_DIR = STATE_DIR / "responses"

CacheMode = Literal["read-write", "read-only", "off"]


@dataclass(frozen=True, slots=True)
class Cache:
    """Replies by key: everything that decides a reply is part of its key."""

    mode: CacheMode = "read-write"
    folder: Path = CACHE_DIR

    def get(self, key: str) -> str | None:
        file = self.folder / f"{key}.json"
        if self.mode == "off" or not file.is_file():
            return None
        return file.read_text(encoding="utf-8")

    def put(self, key: str, reply: str) -> None:
        """Keep a reply; written under another name first, so that an interruption leaves no half of it."""
        if self.mode != "read-write" or not reply.strip():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f".{key}.{time.monotonic_ns()}"
        draft.write_text(reply, encoding="utf-8")
        draft.replace(self.folder / f"{key}.json")

    def entries(self) -> Iterator[Path]:
        yield from sorted(self.folder.glob("*.json"))

    def prune(self, days: float) -> int:
        """Delete what was not written for so many days and return how many that were."""
        oldest = time.time() - days * 86_400
        old = [path for path in self.entries() if path.stat().st_mtime < oldest]
        for path in old:
            path.unlink()
        return len(old)


def key_of(**parts: object) -> str:
    """Return the key of a reply: the same for the same parts, in this version of the cache."""
    text = json.dumps({"version": CACHE_VERSION, **parts}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class CachedTarget:
    """A target whose answers are remembered.

    The suite sees the agent through its public API, not the messages it sends; so the key holds all that decides those
    messages: the case, the agent's code, its prompts, the guides, the settings and the endpoint.
    """

    def __init__(self, target: Target, asking: Asking, cache: Cache, *, corpus_hash: str) -> None:
        self._target = target
        self._cache = cache
        settings = asking.settings
        self._agent = {
            "code": _code_hash(),
            "prompts": hashlib.sha256("\0".join(prompts()).encode()).hexdigest(),
            "corpus": corpus_hash,
            "settings": settings.model_dump(
                mode="json", include={"model", "base_url", "gate", "max_words", "prompt_tokens"}
            ),
            "repeats": asking.repeats,
        }

    def observe(self, case: Case) -> Observation:
        key = key_of(
            **self._agent,
            id=case.id,
            asked=asked_text(case),
            turns=[turn.user for turn in case.turns],
            attack=case.attack,
        )
        kept = self._cache.get(key)
        if kept is not None:
            unasked = {"is_from_cache": True, "search_ms": None, "answer_ms": None}
            return Observation.model_validate_json(kept).model_copy(update=unasked)
        seen = self._target.observe(case)
        is_whole = seen.error is None and all(answer.text.strip() and answer.mode == "model" for answer in seen.answers)
        if is_whole:
            self._cache.put(key, seen.model_dump_json())
        return seen


def _code_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(backend_architect.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
