"""Looks for test questions and nuggets in prompts and in the agent's code, where they would be answers learnt by heart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.loader import DatasetError
from evals.schema import Case

ROOT = Path(__file__).resolve().parents[1]
RUN_WORDS = 8
WATCHED = (("prompts", "*.md"), ("agent", "*.py"))
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Leak:
    """Eight words in a row of a test case that also stand in a file."""

    case: str
    path: str
    words: str

    def __str__(self) -> str:
        return f'{self.path} holds "{self.words}" of test case {self.case}'


def check(cases: Iterable[Case], root: Path = ROOT) -> list[Leak]:
    """Return every leak of a held-out case, one for each case and file; raise DatasetError when there is nothing to read."""
    runs = {run: case.id for case in cases if case.split != "dev" for text in _texts(case) for run in _runs(text)}
    found: dict[tuple[str, str], Leak] = {}
    for folder, pattern in WATCHED:
        paths = sorted((root / folder).rglob(pattern))
        if not paths:
            raise DatasetError([f"{root / folder} holds no {pattern}, so nothing could be checked for leaks"])
        for path in paths:
            name = path.relative_to(root).as_posix()
            for run in _runs(path.read_text(encoding="utf-8")):
                if run in runs:
                    found.setdefault((runs[run], name), Leak(runs[run], name, run))
    return list(found.values())


def _texts(case: Case) -> Iterator[str]:
    yield case.question
    yield from (turn.user for turn in case.turns)
    yield from (nugget.text for nugget in case.every_nugget)


def _runs(text: str) -> Iterator[str]:
    words: Sequence[str] = _WORD.findall(text.lower())
    yield from (" ".join(words[at : at + RUN_WORDS]) for at in range(len(words) - RUN_WORDS + 1))
