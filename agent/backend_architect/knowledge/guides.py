"""Reads one guide file into its front matter and sections, with line numbers for whoever has to mend it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend_architect.errors import GuideError
from backend_architect.knowledge.markdown import Block, blocks, item_text, take_markers
from backend_architect.knowledge.registry import SourceEntry, parse_yaml, resolve
from backend_architect.types import Detail, Listing, Part, Pitfall, Section, Source

PART_NAMES = ("Why", "How", "Compare", "Numbers", "Code", "Pitfalls", "Details", "Sources")
BODY_PARTS = ("Why", "How", "Compare", "Numbers")
ARROW = " → "

_HEADING = re.compile(r"^## (?P<question>.+?)\s*\{#(?P<id>[a-z0-9-]+)\}\s*$")
_FACT = re.compile(r"^[A-Z]\d{2,3}$")
_CITED = re.compile(r"^(?P<id>[a-z0-9][a-z0-9.-]*)(?:\s+(?P<places>.+))?$")
_SHORT = "**Short answer.**"
_NOT_EXECUTED = "not-executed"


class RoadmapStage(BaseModel):
    """A stage of the learning roadmap, as data beside the text of its section."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: int = Field(ge=1, le=7)
    title: str
    hours: int | None
    section: str
    prerequisites: tuple[int, ...] = ()
    topics: tuple[str, ...] = ()
    exit_test: str


class FrontMatter(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9-]+(/[a-z0-9-]+)?$")
    title: str = Field(min_length=3)
    area: str
    seed: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    updated: dt.date
    facts: tuple[str, ...] = ()
    owns: tuple[str, ...] = ()
    roadmap: tuple[RoadmapStage, ...] = ()


@dataclass(slots=True)
class RawPart:
    name: str
    line: int
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class RawSection:
    """A section as written: what the contract looks at."""

    id: str
    question: str
    line: int
    preamble: list[Block] = field(default_factory=list)
    parts: list[RawPart] = field(default_factory=list)

    def part(self, name: str) -> RawPart | None:
        return next((part for part in self.parts if part.name == name), None)

    @property
    def also_asked(self) -> tuple[str, ...]:
        for block in self.preamble:
            if block.lines[0].strip() == "Also asked:":
                return tuple(item_text(line) for line in block.text.splitlines()[1:])
        return ()

    @property
    def short_answer(self) -> str:
        found = next((block.text for block in self.preamble if block.text.startswith(_SHORT)), "")
        return found.removeprefix(_SHORT).strip()


@dataclass(frozen=True, slots=True)
class GuideFile:
    path: Path
    front: FrontMatter
    intro: str
    sections: tuple[RawSection, ...]


def read_guide(path: Path) -> GuideFile:
    """Return a guide as written. Raises GuideError naming file, line and what to do when it cannot be taken apart."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GuideError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    lines = text.splitlines()
    if not lines or lines[0] != "---" or "---" not in lines[1:]:
        raise GuideError(f"{path}:1: a guide begins with front matter between two lines of ---")
    end = lines.index("---", 1)
    front = _front_matter("\n".join(lines[1:end]), path)
    intro, sections = _sections(lines, end + 1, path)
    return GuideFile(path, front, intro, sections)


def _front_matter(text: str, path: Path) -> FrontMatter:
    try:
        return FrontMatter.model_validate(parse_yaml(text, f"{path}:1"))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise GuideError(f"{path}:1: front matter {place}: {first['msg']}") from error


def _sections(lines: list[str], start: int, path: Path) -> tuple[str, tuple[RawSection, ...]]:
    intro: list[str] = []
    sections: list[RawSection] = []
    for block in _with_headings(lines, start):
        first = block.lines[0] if block.lines else ""
        if not block.is_fence and first.startswith("## "):
            heading = _HEADING.match(first)
            if heading is None:
                raise GuideError(f"{path}:{block.line}: heading needs an id: ## Question? {{#section-id}}")
            sections.append(RawSection(heading["id"], heading["question"], block.line))
        elif not sections:
            intro.append(block.text)
        elif not block.is_fence and first.startswith("### "):
            sections[-1].parts.append(RawPart(first[4:].strip(), block.line))
        elif sections[-1].parts:
            sections[-1].parts[-1].blocks.append(block)
        else:
            sections[-1].preamble.append(block)
    return "\n\n".join(intro), tuple(sections)


def _with_headings(lines: list[str], start: int) -> list[Block]:
    """Return the blocks from line index `start`, a heading always being a block of its own."""
    out: list[Block] = []
    for block in blocks(lines[start:], start + 1):
        if block.is_fence:
            out.append(block)
            continue
        held: list[str] = []
        at = block.line
        for offset, line in enumerate(block.lines):
            if line.startswith(("## ", "### ")):
                if held:
                    out.append(Block(at, tuple(held)))
                    held = []
                out.append(Block(block.line + offset, (line,)))
                at = block.line + offset + 1
            else:
                held.append(line)
        if held:
            out.append(Block(at, tuple(held)))
    return out


# --- from what is written to what the product uses ----------------------------------------------


def to_section(
    raw: RawSection,
    guide: GuideFile,
    sources: Mapping[str, SourceEntry],
    *,
    questions: tuple[str, ...] = (),
    origin: Literal["shipped", "own"] = "shipped",
) -> Section:
    """Return the section as answers use it: markers taken out, sources resolved, `questions` added to its wordings.

    Raises GuideError on an unknown source.
    """
    marks: list[str] = []

    def clean(text: str) -> str:
        shown, found = take_markers(text)
        marks.extend(found)
        return shown

    short_answer = clean(raw.short_answer)
    parts = tuple(
        Part(part.name.lower(), tuple(_block_markdown(block, clean) for block in part.blocks))
        for part in raw.parts
        if part.name in BODY_PARTS
    )
    code = raw.part("Code")
    pitfalls = raw.part("Pitfalls")
    details = raw.part("Details")
    listed = raw.part("Sources")
    return Section(
        ref=f"{guide.front.id}#{raw.id}",
        guide_title=guide.front.title,
        question=raw.question,
        also_asked=tuple(dict.fromkeys((*raw.also_asked, *questions))),
        short_answer=short_answer,
        parts=parts,
        listings=tuple(listings(code.blocks)) if code else (),
        pitfalls=tuple(pitfall_of(clean(item)) for item in items(pitfalls.blocks)) if pitfalls else (),
        details=tuple(detail_of(clean(item)) for item in items(details.blocks)) if details else (),
        sources=_sources(listed, marks, sources, f"{guide.path}:{raw.line}"),
        see_also=see_also(listed),
        facts=tuple(dict.fromkeys(mark for mark in marks if _FACT.match(mark))),
        languages=guide.front.languages,
        frameworks=guide.front.frameworks,
        origin=origin,
    )


def _block_markdown(block: Block, clean: Any) -> str:
    if block.is_fence:
        return f"```{block.info}\n{block.text}\n```"
    return str(clean(block.text))


def items(of: list[Block]) -> list[str]:
    """Return the list items of some blocks, each on one line."""
    return [item_text(line) for block in of if not block.is_fence for line in block.text.splitlines()]


def pitfall_of(item: str) -> Pitfall:
    """Return a pitfall from `symptom → cause → fix`; raise GuideError when it has not exactly two arrows."""
    pieces = [piece.strip().rstrip(".") for piece in item.split(ARROW.strip())]
    if len(pieces) != 3:
        raise GuideError(f"a pitfall reads 'symptom → cause → fix', this has {len(pieces) - 1} arrows: {item[:80]}")
    return Pitfall(*pieces)


def detail_of(item: str) -> Detail:
    """Return a detail from `question → answer`; raise GuideError when it has not exactly one arrow."""
    pieces = [piece.strip() for piece in item.split(ARROW.strip())]
    if len(pieces) != 2:
        raise GuideError(f"a detail reads 'question → answer', this has {len(pieces) - 1} arrows: {item[:80]}")
    return Detail(*pieces)


def listings(of: list[Block]) -> list[Listing]:
    """Return the code blocks of a Code part, each with the `Listing:` line above it."""
    found: list[Listing] = []
    caption = ""
    for block in of:
        if not block.is_fence:
            text = block.text
            caption = text.partition("Listing:")[2].strip() if "Listing:" in text else ""
            continue
        words = (block.info or "").split()
        language = words[0] if words else ""
        example = words[1] if len(words) > 1 and words[1] != _NOT_EXECUTED else None
        found.append(Listing(caption, language, block.text, example, executed=_NOT_EXECUTED not in words))
        caption = ""
    return found


def split_marks(marks: list[str]) -> tuple[list[str], list[tuple[str, tuple[str, ...]]]]:
    """Return the fact ids among marker texts, and the (source id, places) pairs."""
    facts: list[str] = []
    cited: list[tuple[str, tuple[str, ...]]] = []
    for mark in marks:
        if _FACT.match(mark):
            facts.append(mark)
        elif match := _CITED.match(mark):
            cited.append((match["id"], _places(match["places"])))
    return facts, cited


def source_items(part: RawPart | None) -> list[tuple[str, tuple[str, ...]]]:
    """Return the (source id, places) pairs of a Sources part."""
    if part is None:
        return []
    lines = [item for item in items(part.blocks) if not item.startswith("See also:")]
    return split_marks(lines)[1]


def see_also(part: RawPart | None) -> tuple[str, ...]:
    if part is None:
        return ()
    line = next((item for item in items(part.blocks) if item.startswith("See also:")), "")
    return tuple(ref.strip(" `.") for ref in line.removeprefix("See also:").split(",") if ref.strip(" `."))


def _places(text: str | None) -> tuple[str, ...]:
    return tuple(place.strip().removeprefix("§").strip() for place in (text or "").split(",") if place.strip())


def _sources(
    listed: RawPart | None, marks: list[str], known: Mapping[str, SourceEntry], where: str
) -> tuple[Source, ...]:
    places: dict[str, list[str]] = {}
    for source_id, named in source_items(listed) + split_marks(marks)[1]:
        places.setdefault(source_id, []).extend(place for place in named if place not in places.get(source_id, []))
    for source_id in places:
        if source_id not in known:
            raise GuideError(f"{where}: unknown source id {source_id}; add it to knowledge/sources/ or correct it")
    return tuple(resolve(known[source_id], source_id, tuple(named)) for source_id, named in places.items())
