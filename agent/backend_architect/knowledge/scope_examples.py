"""Labelled questions for the scope decision: the examples file, and every question the syllabus plans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backend_architect.errors import GuideError
from backend_architect.knowledge.registry import load_syllabus, read_yaml

# The name of the file that holds their vectors.
SCOPE_EXAMPLES = "scope-examples"
LABELS = ("in_scope", "frontend", "devops", "data", "out_of_scope", "greeting_meta")


@dataclass(frozen=True, slots=True)
class ScopeExample:
    """A question and whose it is; `ref` names the section when it comes from the syllabus."""

    label: str
    question: str
    ref: str | None = None


def load_scope_examples(knowledge: Path) -> list[ScopeExample]:
    """Return the labelled questions. Raises GuideError on an unknown or missing label."""
    path = knowledge / "scope_examples.yaml"
    labelled = read_yaml(path)
    if set(labelled) != set(LABELS):
        raise GuideError(f"{path}: the labels must be {', '.join(LABELS)}; there are {', '.join(labelled)}")
    return [*_written(labelled), *_planned(knowledge)]


def _written(labelled: dict[str, list[str]]) -> Iterator[ScopeExample]:
    for label, questions in labelled.items():
        yield from (ScopeExample(label, str(question)) for question in questions)


def _planned(knowledge: Path) -> Iterator[ScopeExample]:
    for ref, section in load_syllabus(knowledge).sections.items():
        yield ScopeExample("in_scope", section.question, ref)
