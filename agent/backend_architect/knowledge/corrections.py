"""What people often want or believe and must not: insecure wishes and false premises, each with the sentence that says so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from backend_architect.errors import GuideError
from backend_architect.knowledge.registry import read_yaml, validated


class Correction(BaseModel):
    """One wish or belief. It is met when a word of every group of `all` stands in a question and none of `unless` does.

    A word may be a phrase, and may end in `*` for any ending. `say` is what the answer leads with; `section` supports it.
    `asked` and `not_asked` are questions that must and must not meet it; the tests hold both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    kind: Literal["wish", "premise"]
    all: tuple[tuple[str, ...], ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()
    say: str = Field(min_length=20)
    section: str
    asked: tuple[str, ...] = Field(min_length=3)
    not_asked: tuple[str, ...] = Field(min_length=2)

    def is_met_by(self, question: str) -> bool:
        """Whether a question wishes or believes this."""
        # Looking for the first letters of each word is cheap; a pattern is compiled only for the few that have them.
        lowered = question.lower()
        could_be = all(any(start in lowered for start in starts) for starts in self._starts)
        return (
            could_be and all(group.search(question) for group in self._groups) and not self._exceptions.search(question)
        )

    @cached_property
    def _starts(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(_START.split(word.lower(), maxsplit=1)[0] for word in words) for words in self.all)

    @cached_property
    def _groups(self) -> tuple[re.Pattern[str], ...]:
        return tuple(_any_of(words) for words in self.all)

    @cached_property
    def _exceptions(self) -> re.Pattern[str]:
        return _any_of((*self.unless, *_ASKS_FOR_THE_CURE[self.kind]))


# Where the fixed start of a word ends: every text that has the word has what stands before.
_START = re.compile(r"[* -]")

# Who asks how to get rid of a thing does not wish for it.
_CURE = (
    "migrat* from",
    "move away from",
    "get rid of",
    "prevent*",
    "protect* against",
    "defend* against",
    "detect*",
    "mitigat*",
    "attack*",
    "vulnerab*",
    "exploit*",
)
_ASKS_FOR_THE_CURE = {"wish": _CURE, "premise": ()}


def load_corrections(knowledge: Path) -> tuple[Correction, ...]:
    """Return all corrections in the order of the file, none when there is no file. Raises GuideError on a broken entry."""
    path = knowledge / "corrections.yaml"
    if not path.exists():
        return ()
    entries = read_yaml(path) or []
    if not isinstance(entries, list):
        raise GuideError(f"{path}: must be a list of corrections")
    found = tuple(validated(Correction, entry, f"{path}: entry {at}") for at, entry in enumerate(entries, 1))
    if repeated := {one.id for one in found if sum(one.id == other.id for other in found) > 1}:
        raise GuideError(f"{path}: the id {min(repeated)} stands twice")
    return found


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern for any of some words or phrases; `*` stands for any ending, a space for any gap of spaces."""
    if not words:
        return re.compile(r"(?!)")
    alternatives = (
        re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"[\s-]+")
        for word in sorted(words, key=len, reverse=True)
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)", re.IGNORECASE)
