"""Where replies come from: the agent as a library, or a file of recorded ones."""

from __future__ import annotations

import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TypeVar

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from backend_architect import Answer, Architect, PromptError, Section, Settings
from evals import injection
from evals.metrics.retrieval import DEPTH
from evals.schema import Case

T = TypeVar("T")

# Not the user's folders: a run neither reads their settings nor touches their cache or conversations.
STATE_DIR = Path(__file__).parent / "runs"
PROMPTS_DIR = Path(__file__).resolve().parents[1] / "prompts"
CASE_SECONDS = 60.0
_PART_DEPTH = 3


class Observation(BaseModel):
    """What the agent did with one case. `error` is set when it raised; then there is no answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case_id: str
    question: str
    refs: tuple[str, ...] = ()
    ref_scores: tuple[float, ...] = ()  # of `refs`, in the same order
    part_refs: tuple[str, ...] = ()  # found for single questions of a question that asks several
    answer: Answer | None = None  # the last one of a conversation
    turns: tuple[Answer, ...] = ()  # conversation: every answer, in order
    alone: tuple[tuple[int, Answer], ...] = ()  # conversation: turns (from 1) asked singly and complete
    error: str | None = None
    search_ms: float | None = None
    answer_ms: float | None = None
    is_repeatable: bool | None = None  # asked twice: whether both answers were the same; None when asked once
    repeats: tuple[Answer, ...] = ()  # judged mode: further answers to the same question
    is_from_cache: bool = False  # nobody was asked: it cost nothing and took no time

    @property
    def replies(self) -> tuple[Answer, ...]:
        """Return the answers to the case itself in order: one, or one for each turn of a conversation."""
        return self.turns or ((self.answer,) if self.answer else ())

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Return every answer that was given, for counting what they cost."""
        return self.replies + self.repeats + tuple(answer for _, answer in self.alone)


class Target(Protocol):
    def observe(self, case: Case) -> Observation: ...


class RecordingError(Exception):
    """A file of recorded answers cannot be used."""


class CaseTimeout(Exception):
    """The agent did not finish a case in time."""


def offline_settings() -> Settings:
    """Return settings that neither the environment nor a settings file can change.

    Search is exact: decision 0004 holds the store to the same ranking, and each process would open one of its own.
    """
    return Settings(use_model=False, store="exact", cache_dir=STATE_DIR / "cache", data_dir=STATE_DIR / "data")


def offline_architect() -> Architect:
    """Return an agent that answers from the guides, whatever the environment says."""
    return Architect(settings=offline_settings())


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return what `call` returns, or raise CaseTimeout; a call that hangs is left behind in its own thread."""
    result: list[T] = []
    errors: list[Exception] = []

    def work() -> None:
        try:
            result.append(call())
        except Exception as error:  # noqa: BLE001 - raised again in the calling thread
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not result:
        raise CaseTimeout(f"no reply within {seconds:g} s")
    return result[0]


@dataclass(frozen=True)
class Asking:
    """How the agent is asked. Picklable, so that other processes can ask in the same way."""

    settings: Settings
    attacks: tuple[Case, ...] = ()  # all attacks of the run: those in guides need a folder of their own
    poison: Path | None = None  # that folder, when several processes share it; one of their own otherwise
    check_every: int = 0  # every n-th case is asked twice to see whether the agent repeats itself; 0: none
    repeats: int = 1
    case_seconds: float = CASE_SECONDS


class LibraryTarget:
    """Asks the agent in this process. Poisoned guides live in a folder that goes away with the target."""

    def __init__(self, asking: Asking, architect: Architect | None = None) -> None:
        self._asking = asking
        self._architect = architect or Architect(settings=asking.settings)
        self._folder = tempfile.TemporaryDirectory(prefix="evals-")
        self._poison = asking.poison or Path(self._folder.name)
        self._poisoned: Architect | None = None
        self._lock = threading.Lock()
        self._architect.warm_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._architect.close()
        if self._poisoned is not None:
            self._poisoned.close()
        self._folder.cleanup()

    def sections(self) -> tuple[Section, ...]:
        return self._architect.sections()

    def observe(self, case: Case) -> Observation:
        """Return what search and ask say; raise what the agent raises, and CaseTimeout when it hangs."""
        ask = {"conversation": self._converse, "injection": self._attack}.get(case.kind, self._ask)
        if case.attack and case.attack.is_in_guide:
            self._poisoned_architect()  # compiling the poisoned guides is not this case's time
        return within(self._asking.case_seconds, lambda: ask(case))

    def _ask(self, case: Case) -> Observation:
        """Ask one question; only labelled cases are searched for, since nothing scores the others."""
        text = asked_text(case)
        hits, search_ms = _timed(lambda: self._architect.search(text, limit=DEPTH) if case.expected_sections else ())
        answer, answer_ms = _timed(lambda: self._architect.ask(text))
        is_repeatable = None
        if self._is_checked(case):
            is_repeatable = same(answer, self._architect.ask(text))
        return Observation(
            case_id=case.id,
            question=case.question,
            refs=tuple(hit.ref for hit in hits),
            ref_scores=tuple(round(hit.score, 4) for hit in hits),
            part_refs=self._parts(text, answer),
            answer=answer,
            search_ms=search_ms if case.expected_sections else None,
            answer_ms=answer_ms,
            is_repeatable=is_repeatable,
            repeats=tuple(self._architect.ask(text) for _ in range(self._asking.repeats - 1)),
        )

    def _is_checked(self, case: Case) -> bool:
        every = self._asking.check_every
        return every > 0 and sum(case.id.encode()) % every == 0

    def _parts(self, text: str, answer: Answer) -> tuple[str, ...]:
        """Return what is found for each sentence alone, when the answer cites more than the whole question found."""
        known = {hit.ref for hit in answer.trace.hits}
        if answer.outcome != "answered" or all(citation.ref in known for citation in answer.citations):
            return ()
        sentences = [part for part in re.split(r"(?<=[.?!;])\s+", text) if part.strip()]
        found = (hit.ref for part in sentences for hit in self._architect.search(part, limit=_PART_DEPTH))
        return tuple(dict.fromkeys(found))

    def _converse(self, case: Case) -> Observation:
        chat = self._architect.conversation()
        answers, answer_ms = _timed(lambda: tuple(chat.ask(turn.user) for turn in case.turns))
        alone = tuple((at, self._architect.ask(turn.alone)) for at, turn in enumerate(case.turns, 1) if turn.alone)
        return Observation(
            case_id=case.id,
            question=case.whole_question,
            answer=answers[-1],
            turns=answers,
            alone=alone,
            answer_ms=answer_ms / len(answers),
        )

    def _attack(self, case: Case) -> Observation:
        attack = case.attack
        assert attack is not None
        found: tuple[str, ...] = ()
        if attack.is_in_guide:
            answer, answer_ms = _timed(lambda: self._poisoned_architect().ask(case.question))
        elif attack.surface == "history":
            chat = self._architect.conversation()
            chat.ask(attack.payload)
            answer, answer_ms = _timed(lambda: chat.ask(case.question))
        else:
            text = injection.question_under_attack(case)
            answer, answer_ms = _timed(lambda: self._architect.ask(text))
            found = self._parts(text, answer)
        return Observation(case_id=case.id, question=case.question, answer=answer, part_refs=found, answer_ms=answer_ms)

    def _poisoned_architect(self) -> Architect:
        with self._lock:
            if self._poisoned is None:
                self._poisoned = poisoned_architect(self._asking, self._poison)
            return self._poisoned


def poisoned_architect(asking: Asking, folder: Path) -> Architect:
    """Return an agent over the shipped and the poisoned guides; the first caller writes and compiles them for all."""
    # Nothing of it may land in the cache of clean runs. Exact search: a store for guides that live a minute pays nothing.
    choices = {"guides_dir": folder / "guides", "cache_dir": folder / "cache", "data_dir": folder, "store": "exact"}
    architect = Architect(settings=asking.settings.model_copy(update=choices))
    with FileLock(folder / "lock"):
        if not (folder / "guides").exists():
            injection.write_guides(asking.attacks, folder / "guides")
        architect.warm_up()
    return architect


def asked_text(case: Case) -> str:
    """Return what the user types; what is to be reviewed stands below the question."""
    return f"{case.question}\n\n```\n{case.artifact}\n```" if case.artifact else case.question


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers are the same to a reader: everything but the time they took."""
    seconds = {"usage": {"seconds"}}
    return one.model_dump_json(exclude=seconds) == other.model_dump_json(exclude=seconds)


def _timed(call: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    result = call()
    return result, round((time.perf_counter() - start) * 1000, 2)


class RecordedTarget:
    """Replays observations, so that metrics can be worked on without the agent. Times are not replayed."""

    def __init__(self, observations: Iterable[Observation]) -> None:
        self._by_id = {observation.case_id: observation for observation in observations}

    def observe(self, case: Case) -> Observation:
        recorded = self._by_id.get(case.id)
        if recorded is None:
            raise RecordingError(f"no answer is recorded for case {case.id}")
        if recorded.question != case.whole_question:
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


def prompts() -> Sequence[str]:
    """Return the texts of the prompts that ship with the agent: none of them belongs in a reply.

    Raises PromptError when there are none: the invariant that they do not leak would hold for every reply.
    """
    found = [path.read_text(encoding="utf-8") for path in sorted(PROMPTS_DIR.glob("*.md"))]
    if not found:
        raise PromptError(f"{PROMPTS_DIR} holds no prompts, so nobody could tell whether a reply shows one")
    return found
