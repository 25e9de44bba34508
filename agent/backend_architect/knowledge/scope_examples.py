"""Labelled questions for the scope decision: the examples file, and every question the syllabus plans."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from backend_architect.errors import GuideError
from backend_architect.knowledge.registry import load_syllabus, read_yaml

LABELS = ("in_scope", "frontend", "devops", "data", "out_of_scope", "greeting_meta")


def load_scope_examples(knowledge: Path) -> Mapping[str, tuple[str, ...]]:
    """Return the example questions by label. Raises GuideError on an unknown or missing label."""
    path = knowledge / "scope_examples.yaml"
    found = {label: tuple(map(str, questions)) for label, questions in read_yaml(path).items()}
    if set(found) != set(LABELS):
        raise GuideError(f"{path}: the labels must be {', '.join(LABELS)}; there are {', '.join(found)}")
    planned = tuple(section.question for section in load_syllabus(knowledge).sections.values())
    return found | {"in_scope": found["in_scope"] + planned}
