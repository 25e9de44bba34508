"""The registries beside the guides: primary sources, dated facts, the syllabus."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend_architect.errors import GuideError
from backend_architect.types import Source

# The C loader is ten times faster; wheels of PyYAML carry it, source builds may not.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_M = TypeVar("_M", bound=BaseModel)

_RFC_SECTION = re.compile(r"^(?:§\s*)?(\d+(?:\.\d+)*|[A-Z](?:\.\d+)+)$")


class SourceEntry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=3)
    publisher: str = Field(min_length=2)
    url: str = Field(pattern=r"^https?://\S+$")
    read: dt.date


class Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(min_length=5)
    source: str
    certainty: str = Field(min_length=1)
    checked: dt.date
    review_by: dt.date

    def is_overdue(self, today: dt.date) -> bool:
        return today > self.review_by


class PlannedSection(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    core: bool
    question: str


class PlannedGuide(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    seed: tuple[str, ...]
    sections: tuple[PlannedSection, ...]


class Ownership(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: str
    owner: str
    satellites: tuple[str, ...]


class Syllabus(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: dict[str, str]
    owners: tuple[Ownership, ...]
    guides: tuple[PlannedGuide, ...]
    nouns: dict[str, tuple[str, ...]] = {}

    @cached_property
    def sections(self) -> Mapping[str, PlannedSection]:
        """The planned sections by full reference, `guide#section`."""
        return {f"{guide.id}#{section.id}": section for guide in self.guides for section in guide.sections}

    @cached_property
    def by_guide(self) -> Mapping[str, PlannedGuide]:
        return {guide.id: guide for guide in self.guides}

    @cached_property
    def owner_of(self) -> Mapping[str, str]:
        """The owner section of each satellite section."""
        return {satellite: rule.owner for rule in self.owners for satellite in rule.satellites}


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file; raise GuideError naming file and line when it is not YAML."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader, in C
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise GuideError(f"{path}: cannot be read as YAML: {_first_line(error)}") from error


def parse_yaml(text: str, where: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, in C
    except yaml.YAMLError as error:
        raise GuideError(f"{where}: front matter is not YAML: {_first_line(error)}") from error


def load_sources(knowledge: Path) -> dict[str, SourceEntry]:
    """Return all primary sources by id. Raises GuideError on a duplicate id or a broken entry."""
    found: dict[str, SourceEntry] = {}
    for path in sorted((knowledge / "sources").glob("*.yaml")):
        for key, value in _mapping(path).items():
            if key in found:
                raise GuideError(
                    f"{path}: source id {key} exists already in another file of the folder; rename or drop it"
                )
            found[key] = validated(SourceEntry, value, f"{path}: source {key}")
    return found


def load_facts(knowledge: Path) -> dict[str, Fact]:
    """Return all dated facts by id, from `facts.yaml` and the files of `facts.d/`."""
    found: dict[str, Fact] = {}
    for path in [knowledge / "facts.yaml", *sorted((knowledge / "facts.d").glob("*.yaml"))]:
        if not path.exists():
            continue
        for key, value in _mapping(path).get("facts", {}).items():
            if key in found:
                raise GuideError(f"{path}: fact id {key} exists already; use another")
            found[key] = validated(Fact, value, f"{path}: fact {key}")
    return found


def load_syllabus(knowledge: Path) -> Syllabus:
    path = knowledge / "syllabus.yaml"
    return validated(Syllabus, read_yaml(path), str(path))


def resolve(entry: SourceEntry, source_id: str, places: tuple[str, ...]) -> Source:
    """Return the source as a citation shows it; a single RFC section becomes a deep link."""
    url = entry.url
    first = _RFC_SECTION.match(places[0]) if places else None
    if first and source_id.startswith("rfc"):
        name = "appendix" if first.group(1)[0].isalpha() else "section"
        url = f"{url}#{name}-{first.group(1)}"
    return Source(source_id, entry.title, entry.publisher, url, places)


def _mapping(path: Path) -> dict[str, Any]:
    content = read_yaml(path) or {}  # a file of comments only is an empty registry
    if not isinstance(content, dict):
        raise GuideError(f"{path}: must be a mapping of ids")
    return content


def validated(model: type[_M], value: Any, where: str) -> _M:
    """Return a value read as the model; raise GuideError naming place and value when it does not fit."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise GuideError(f"{where}: {place}: {first['msg']} (is {first['input']!r})") from error


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
