"""A local log of questions the guides answered badly or not at all: off unless it is switched on, and never sent anywhere."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from backend_architect.answering.confidence import PARTLY
from backend_architect.types import Answer

log = logging.getLogger("backend_architect")

_FILE = "gaps.jsonl"


class Gap(BaseModel):
    """One question, secrets already taken out, with how sure the answer was and the section that came nearest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: dt.date
    question: str
    outcome: str
    confidence: float
    nearest: str | None


class GapLog:
    """The log in one folder; every line is one gap."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / _FILE

    def note(self, answer: Answer) -> None:
        """Append the question when it was not covered or the answer is unsure. A log that cannot be written stops nothing."""
        if not _is_gap(answer):
            return
        nearest = answer.trace.hits[0].ref if answer.trace.hits else None
        gap = Gap(
            day=dt.date.today(),
            question=answer.question,
            outcome=answer.outcome,
            confidence=answer.confidence,
            nearest=nearest,
        )
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(gap.model_dump_json() + "\n")
        except OSError as error:
            log.warning("the log of gaps cannot be written: %s", error)

    def read(self) -> Iterator[Gap]:
        """Yield the gaps, oldest first; a line that is none (cut off, edited) is passed over."""
        if not self.path.exists():
            return
        for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                yield Gap.model_validate(json.loads(line))
            except (json.JSONDecodeError, ValidationError):
                log.warning("not a gap, passed over: %.60s", line)

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)


def _is_gap(answer: Answer) -> bool:
    return answer.outcome == "not_covered" or (answer.outcome == "answered" and answer.confidence < PARTLY)
