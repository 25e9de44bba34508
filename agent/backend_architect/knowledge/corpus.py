"""The corpus: every section of the shipped guides and of the user's own, by reference."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from backend_architect import resources
from backend_architect.errors import GuideError
from backend_architect.knowledge.guides import GuideFile, RoadmapStage, read_guide, to_section
from backend_architect.knowledge.passages import passages
from backend_architect.knowledge.questions import load_questions
from backend_architect.knowledge.registry import Fact, SourceEntry, load_facts, load_sources
from backend_architect.types import Section


@dataclass(frozen=True)
class Corpus:
    """Sections in the order of their references, with the facts they rest on."""

    sections: tuple[Section, ...]
    facts: Mapping[str, Fact]
    roadmap: tuple[RoadmapStage, ...]
    fingerprint: str

    @classmethod
    def load(cls, knowledge: Path | None = None, *, own: Path | None = None) -> Corpus:
        """Return the shipped corpus, and the guides of the folder `own` after it.

        An own guide may not take the id of a shipped one. Raises GuideError naming file and line.
        """
        root = knowledge or resources.folder("knowledge")
        sources = load_sources(root)
        files = [read_guide(path) for path in guide_paths(root)]
        own_files = [read_guide(path) for path in own_guide_paths(own)] if own else []
        own_sources = sources | (load_sources(own) if own else {})
        sections = [section for guide in files for section in _sections(guide, sources, root)]
        shipped = {guide.front.id for guide in files}
        for guide in own_files:
            _refuse_taken_id(guide, shipped)
            sections += [to_section(raw, guide, own_sources, origin="own") for raw in guide.sections]
        return cls(
            sections=tuple(sorted(sections, key=lambda section: section.ref)),
            facts=load_facts(root),
            roadmap=tuple(stage for guide in files for stage in guide.front.roadmap),
            fingerprint=_fingerprint(sections),
        )

    @cached_property
    def by_ref(self) -> Mapping[str, Section]:
        return {section.ref: section for section in self.sections}

    @cached_property
    def guides(self) -> Mapping[str, tuple[Section, ...]]:
        """The sections of each guide, by guide id."""
        found: dict[str, list[Section]] = {}
        for section in self.sections:
            found.setdefault(section.guide, []).append(section)
        return {guide: tuple(sections) for guide, sections in found.items()}

    def overdue(self, refs: tuple[str, ...], today: dt.date) -> tuple[str, ...]:
        """Return the ids of facts behind these sections that are past their review date."""
        named = (fact for ref in refs for fact in self.by_ref[ref].facts)
        return tuple(dict.fromkeys(f for f in named if f in self.facts and self.facts[f].is_overdue(today)))


def guide_paths(knowledge: Path) -> list[Path]:
    """Return the guide files of a knowledge folder, the scope card among them."""
    scope = knowledge / "scope.md"
    return ([scope] if scope.is_file() else []) + sorted((knowledge / "guides").rglob("*.md"))


def own_guide_paths(folder: Path) -> list[Path]:
    """Return the guide files of a user's folder: either laid out like ours or plain Markdown files."""
    return sorted(path for path in folder.rglob("*.md") if not path.name.startswith((".", "README")))


def _sections(guide: GuideFile, sources: Mapping[str, SourceEntry], root: Path) -> list[Section]:
    questions = load_questions(root, guide.front.id)
    return [to_section(raw, guide, sources, questions=questions.get(raw.id, ())) for raw in guide.sections]


def _refuse_taken_id(guide: GuideFile, shipped: set[str]) -> None:
    if guide.front.id in shipped:
        raise GuideError(f"{guide.path}: guide id {guide.front.id} belongs to a shipped guide; choose another")


def _fingerprint(sections: list[Section]) -> str:
    """Name the indexed content: it changes when any text that is searched changes, and only then."""
    digest = hashlib.sha256()
    for section in sorted(sections, key=lambda section: section.ref):
        for passage in passages(section):
            digest.update(f"{passage.ref}\0{passage.text}\0".encode())
    return digest.hexdigest()[:16]
