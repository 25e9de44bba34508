"""`run.json`: everything a run found out, and the only thing reports are drawn from.

A run is a folder `evals/runs/<stamp>/`. `run.jsonl` gets one line for each finished case at once (what the agent did,
whole, for `--resume` and `rescore`); `run.json` is written at the end. Single cases of a held-out split stand in
`run.json` with their numbers only, unless the run was started with `--reveal`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.metrics.scope import Predicted
from evals.metrics.score import Better, Metric, Score
from evals.schema import Kind, Split
from evals.targets import Observation

RUN_VERSION: Final = 2
RUN_FILE = "run.json"
CASES_FILE = "run.jsonl"

RunMode = Literal["offline", "judged"]
CaseStatus = Literal["passed", "failed", "error", "unscored"]
Outcome = Literal["pass", "warn", "fail"]


class RecordError(Exception):
    """A file of a run cannot be used."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Identity(_Record):
    """What was measured with what. Two runs are compared only where these agree as far as the gate asks for."""

    mode: RunMode
    split: Split
    selection: str  # "whole split", or how it was narrowed
    seed: int
    agent_version: str
    dataset_version: int
    dataset_hash: str
    corpus_hash: str
    embedder_hash: str
    metric_hash: str
    weights_hash: str
    model: str | None = None
    endpoint: str | None = None  # host only
    prompts: tuple[str, ...] = ()
    judge_model: str | None = None
    judge_prompt_hash: str | None = None
    prices_as_of: str | None = None
    self_judged: bool = False
    judged_on: str | None = None  # when the judge was asked, if that was in an earlier run than this one


class CaseRecord(_Record):
    """One case of a run. In an unrevealed held-out run `question` is empty and `observation` is absent."""

    id: str
    hash: str
    kind: Kind
    cluster: str
    folder: str = ""
    tags: tuple[str, ...] = ()  # "style=typo"
    status: CaseStatus
    question: str = ""
    expected: tuple[tuple[str, int], ...] = ()  # section and grade
    observation: Observation | None = None
    predicted: Predicted
    scores: dict[str, Score]
    explanation: str = ""

    def hidden(self) -> CaseRecord:
        """Return the record without words: numbers only."""
        bare = {name: Score(score.status, score.value) for name, score in self.scores.items()}
        nothing = {"question": "", "expected": (), "observation": None, "explanation": "", "scores": bare}
        return self.model_copy(update=nothing)


class Slice(_Record):
    """The metrics of the cases that share a tag, for example `style` = `typo`."""

    tag: str
    value: str
    metrics: tuple[Metric, ...]


class Invariant(_Record):
    """Something that must never happen. One violation fails the run; `upper_bound` is the 95 % bound on its rate."""

    name: str
    attempts: int
    violations: int
    cases: tuple[str, ...] = ()
    upper_bound: float | None = None


class Bound(_Record):
    """A floor or a ceiling held against one metric; `passed` is None when the metric was not measured."""

    metric: str
    kind: Literal["min", "max"]
    limit: float
    value: float | None
    passed: bool | None


class Change(_Record):
    """One metric, now and in the baseline, over the cases both have. `low` and `high` bound the change (now - then)."""

    metric: str
    tag: str = ""  # empty for the whole split, else "style=typo"
    baseline: float | None
    now: float | None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    clusters: int = 0
    p_value: float | None = None
    detectable: float | None = None
    outcome: Outcome
    reason: str = ""
    better: Better = "higher"


class GateRecord(_Record):
    """What the comparison with the baseline came to."""

    baseline: str
    changes: tuple[Change, ...]
    tag_warnings: tuple[Change, ...] = ()
    compared_cases: int = 0
    new_cases: int = 0
    gone_cases: int = 0
    changed_cases: int = 0
    flipped: tuple[str, ...] = ()  # "+id" now passes, "-id" now fails


class Counts(_Record):
    run: int
    clusters: int
    parked: int
    passed: int
    failed: int
    errors: int
    unscored: int


class RunVerdict(_Record):
    """What the run comes to, as an exit code and as a line."""

    exit_code: int
    line: str
    reasons: tuple[str, ...] = ()


class Run(_Record):
    """A finished run."""

    version: Literal[2] = RUN_VERSION
    identity: Identity
    started: str
    finished: str
    seconds: float
    revealed: bool
    verdict: RunVerdict
    counts: Counts
    invariants: tuple[Invariant, ...] = ()
    metrics: tuple[Metric, ...]
    bounds: tuple[Bound, ...] = ()
    gate: GateRecord | None = None
    detectable_change: float | None = None  # share; this run can detect changes of this size or more
    slices: tuple[Slice, ...] = ()
    confusion: dict[str, dict[str, int]] = {}
    notes: tuple[str, ...] = ()  # known holes, warnings that do not change the verdict
    cost_usd: float | None = None
    cases: tuple[CaseRecord, ...]

    @property
    def by_name(self) -> Mapping[str, Metric]:
        return {metric.name: metric for metric in self.metrics}

    def save(self, folder: Path) -> Path:
        """Write `run.json` into the folder and return its path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / RUN_FILE
        path.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")
        return path

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the run of a folder or file; raise RecordError saying what does not fit."""
        file = path / RUN_FILE if path.is_dir() else path
        try:
            return cls.model_validate_json(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise RecordError(f"{file} cannot be read: {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise RecordError(f"{file} is not a run of version {RUN_VERSION}: {where}: {first['msg']}") from error


class Finished(_Record):
    """One line of `run.jsonl`: a finished case as the agent left it."""

    case_hash: str
    observation: Observation


class Journal:
    """The growing `run.jsonl` of a run that may be interrupted at any time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / CASES_FILE
        self._is_whole = False

    def append(self, case_hash: str, observation: Observation) -> None:
        line = Finished(case_hash=case_hash, observation=observation).model_dump_json()
        self._drop_cut_line()
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def _drop_cut_line(self) -> None:
        # The next line would be glued to a line that was cut off, and both be lost.
        if not self._is_whole and self._path.exists():
            with self._path.open("r+b") as file:
                file.truncate(file.read().rfind(b"\n") + 1)
        self._is_whole = True

    def read(self) -> tuple[Finished, ...]:
        """Return the finished cases; a last line that was cut off in the middle is left out."""
        if not self._path.exists():
            return ()
        lines = self._path.read_text(encoding="utf-8").split("\n")
        return tuple(self._lines(lines))

    def _lines(self, lines: list[str]) -> Iterable[Finished]:
        for number, line in enumerate(lines[:-1], 1):
            try:
                yield Finished.model_validate_json(line)
            except ValidationError as error:
                raise RecordError(f"{self._path}:{number}: not a finished case: {error.errors()[0]['msg']}") from error
