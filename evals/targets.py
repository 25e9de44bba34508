"""Where replies come from: the agent as a library, or a file of recorded ones."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from backend_architect import Answer, Architect, Section, Settings
from evals.metrics.retrieval import DEPTH
from evals.schema import Case

# Not the user's folders: a run neither reads their settings nor touches their cache or conversations.
STATE_DIR = Path(__file__).parent / "runs"


class Observation(BaseModel):
    """What the agent did with one case. `error` is set when it raised; then there is no answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case_id: str
    question: str
    refs: tuple[str, ...] = ()
    ref_scores: tuple[float, ...] = ()  # of `refs`, in the same order
    answer: Answer | None = None  # the last one of a conversation
    turns: tuple[Answer, ...] = ()  # conversation: every answer, in order
    error: str | None = None
    search_ms: float | None = None
    answer_ms: float | None = None
    is_repeatable: bool | None = None  # asked twice: whether both answers were the same; None when asked once
    repeats: tuple[Answer, ...] = ()  # judged mode: further answers to the same question


class Target(Protocol):
    def observe(self, case: Case) -> Observation: ...


class RecordingError(Exception):
    """A file of recorded answers cannot be used."""


def offline_architect() -> Architect:
    """Return an agent that neither the environment nor a settings file can change."""
    settings = Settings(use_model=False, cache_dir=STATE_DIR / "cache", data_dir=STATE_DIR / "data")
    return Architect(settings=settings)


class LibraryTarget:
    """Asks the agent in this process."""

    def __init__(self, architect: Architect) -> None:
        self._architect = architect
        architect.warm_up()

    def sections(self) -> tuple[Section, ...]:
        return self._architect.sections()

    def observe(self, case: Case) -> Observation:
        """Return what search and ask say; only labelled cases are searched for, since nothing scores the others."""
        refs: tuple[str, ...] = ()
        search_ms = None
        if case.expected_sections:
            start = time.perf_counter()
            refs = tuple(hit.ref for hit in self._architect.search(case.question, limit=DEPTH))
            search_ms = (time.perf_counter() - start) * 1000
        start = time.perf_counter()
        answer = self._architect.ask(case.question)
        answer_ms = (time.perf_counter() - start) * 1000
        return Observation(
            case_id=case.id,
            question=case.question,
            refs=refs,
            answer=answer,
            search_ms=search_ms,
            answer_ms=answer_ms,
        )


class RecordedTarget:
    """Replays observations, so that metrics can be worked on without the agent. Times are not replayed."""

    def __init__(self, observations: Iterable[Observation]) -> None:
        self._by_id = {observation.case_id: observation for observation in observations}

    def observe(self, case: Case) -> Observation:
        recorded = self._by_id.get(case.id)
        if recorded is None:
            raise RecordingError(f"no answer is recorded for case {case.id}")
        if recorded.question != case.question:
            raise RecordingError(f"case {case.id} asked something else when it was recorded")
        return recorded.model_copy(update={"search_ms": None, "answer_ms": None})


def save(observations: Iterable[Observation], path: Path) -> None:
    path.write_text("".join(observation.model_dump_json() + "\n" for observation in observations), encoding="utf-8")


def load(path: Path) -> tuple[Observation, ...]:
    """Return the observations of a file written by `save`; raise RecordingError naming the line that does not fit."""
    observations = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"recorded answers {path} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        try:
            observations.append(Observation.model_validate_json(line))
        except ValidationError as error:
            raise RecordingError(f"{path}:{number}: not a recorded answer: {error.errors()[0]['msg']}") from error
    return tuple(observations)
