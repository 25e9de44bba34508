"""The committed result that runs are compared with: one file per mode, one line per case, so that diffs can be read.

It holds numbers only, no questions and no answers, so that it may name cases of the held-out split.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from evals.metrics.score import Metric
from evals.metrics.stats import Parts
from evals.record import CaseStatus, Identity, Run, RunMode
from evals.scoring import GATED, parts

BASELINES = Path(__file__).parent / "baselines"
BASELINE_VERSION: Final = 1
_DIGITS = 4


class BaselineError(Exception):
    """There is no baseline, or it cannot be read or written."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _spread(value: Any) -> Any:  # Any: whatever JSON holds, checked afterwards
    """Return the parts of each metric; a plain number is a value over one case."""
    return {name: (each, 1.0) if isinstance(each, int | float) else each for name, each in value.items()}


class BaselineCase(_Record):
    """The numbers of one case: what it added to each gated metric."""

    hash: str
    cluster: str
    status: CaseStatus
    parts: Annotated[dict[str, Parts], BeforeValidator(_spread)]


class Acceptance(_Record):
    """Why this baseline replaced the one before it."""

    on: dt.date
    reason: str


class Baseline(_Record):
    """A blessed run."""

    version: Literal[1] = BASELINE_VERSION
    identity: Identity
    metrics: tuple[Metric, ...]
    accepted: tuple[Acceptance, ...]
    cases: dict[str, BaselineCase]

    @classmethod
    def of(cls, run: Run, reason: str, before: Baseline | None = None, *, today: dt.date | None = None) -> Self:
        """Return the baseline that a finished run makes."""
        cases = {
            record.id: BaselineCase(
                hash=record.hash,
                cluster=record.cluster,
                status=record.status,
                parts={
                    name: tuple(round(each, _DIGITS) for each in found)
                    for name in GATED
                    if (found := parts(name, record)) is not None
                },
            )
            for record in run.cases
        }
        accepted = (*(before.accepted if before else ()), Acceptance(on=today or dt.date.today(), reason=reason))
        return cls(identity=run.identity, metrics=run.metrics, accepted=accepted, cases=cases)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the baseline of a file; raise BaselineError when it is missing or of another version."""
        try:
            return cls.model_validate_json(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise BaselineError(
                f"no baseline at {path}: {error.strerror}; make one with `python -m evals bless`"
            ) from error
        except (UnicodeDecodeError, ValidationError) as error:
            raise BaselineError(f"{path} is not a baseline of version {BASELINE_VERSION}: {error}") from error

    def save(self, path: Path) -> None:
        """Write the file with sorted keys, one line per metric and per case."""
        data = self.model_dump(mode="json")
        cases = data.pop("cases")
        metrics = data.pop("metrics")
        lines = [f' "{name}": {json.dumps(_short(case), sort_keys=True)}' for name, case in sorted(cases.items())]
        head = json.dumps(data, indent=1, sort_keys=True).removesuffix("\n}")
        rows = [f"  {json.dumps(_rounded(metric), sort_keys=True)}" for metric in metrics]
        text = f'{head},\n "metrics": [\n' + ",\n".join(rows) + '\n ],\n "cases": {\n' + ",\n".join(lines) + "\n }\n}\n"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def baseline_path(mode: RunMode) -> Path:
    """Return where the baseline of a mode is committed."""
    return BASELINES / f"{mode}.json"


def _short(case: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """Return a case with plain values written as one number."""
    short = {name: each[0] if each[1:] == [1.0] else each for name, each in case["parts"].items()}
    return case | {"parts": short}


def _rounded(metric: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    return {name: round(each, _DIGITS) if isinstance(each, float) else each for name, each in metric.items()}
