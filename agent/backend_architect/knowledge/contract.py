"""The authoring contract of docs/authoring.md as machine checks: each finding says where, which rule, and how to mend it."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from backend_architect import resources
from backend_architect.errors import GuideError
from backend_architect.knowledge import listings as code_listings
from backend_architect.knowledge.corpus import guide_paths
from backend_architect.knowledge.guides import (
    BODY_PARTS,
    PART_NAMES,
    GuideFile,
    RawSection,
    detail_of,
    listings,
    pitfall_of,
    read_guide,
    see_also,
    source_items,
    split_marks,
    to_section,
)
from backend_architect.knowledge.markdown import Block, is_list, is_table, numbered_items, take_markers, words
from backend_architect.knowledge.passages import PIECES_READ, passages
from backend_architect.knowledge.questions import QUESTIONS, load_questions
from backend_architect.knowledge.registry import (
    Fact,
    SourceEntry,
    Syllabus,
    load_facts,
    load_sources,
    load_syllabus,
    parse_yaml,
)
from backend_architect.types import Detail

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LANGUAGES = frozenset(
    [
        "python",
        "javascript",
        "typescript",
        "java",
        "kotlin",
        "go",
        "rust",
        "php",
        "csharp",
        "sql",
        "graphql",
        "protobuf",
        "bash",
    ]
)
FRAMEWORKS = frozenset(
    [
        "express",
        "fastify",
        "nestjs",
        "hono",
        "koa",
        "django",
        "flask",
        "fastapi",
        "spring-boot",
        "ktor",
        "gin",
        "actix-web",
        "axum",
        "laravel",
        "symfony",
        "aspnet-core",
    ]
)
INLINE_FENCES = frozenset({"json", "yaml", "http", "text", "console"})
ALSO_ASKED = (5, 10)
SHORT_ANSWER_WORDS = (40, 80)
BODY_WORDS = 220
UNIT_WORDS = 110
INTRO_WORDS = 60
LISTING_LINES = 40
PITFALLS = 2
DETAILS = (3, 8)
DETAIL_QUESTION_WORDS = (4, 22)
DETAIL_ANSWER_WORDS = (8, 60)
SEE_ALSO = 3
SATELLITE_WORDS = 120

_SCOPE = "scope"
_YES_NO = re.compile(r"^(?:Is|Are|Do|Does|Did|Can|Should|Must|Will|May|Has|Have)\b")
_VERDICT = re.compile(r"^(?:Yes|No|Not|Only|Never|Always|Rarely|Seldom|Usually|Mostly|Both|Neither)\b")
_VAGUE = ("it depends", "as above", "this approach", "as mentioned", "see above", "in this section")
_HTML = re.compile(
    r"<(?:/?(?:div|span|br|p|b|i|a|img|table|tr|td|ul|li|sub|sup|details|summary|script|style)\b[^>]*|!--)>?"
)
_CODE_SPAN = re.compile(r"`[^`]*`")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One broken rule: where it is, which rule, and what mends it."""

    file: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: [{self.rule}] {self.message}"


@dataclass(frozen=True, slots=True)
class _Known:
    knowledge: Path
    sources: dict[str, SourceEntry]
    facts: dict[str, Fact]
    syllabus: Syllabus
    today: dt.date


_Check = Callable[[RawSection, GuideFile, _Known], Iterator[tuple[int, str, str]]]


def check(knowledge: Path | None = None, *, guide: str | None = None, today: dt.date | None = None) -> list[Finding]:
    """Return every broken rule of the corpus (or of one guide), sorted by file and line; empty when all is well.

    Raises GuideError when a registry (sources, facts, syllabus) cannot be read at all.
    """
    root = knowledge or resources.folder("knowledge")
    known = _Known(root, load_sources(root), load_facts(root), load_syllabus(root), today or dt.date.today())
    findings: list[Finding] = []
    for path in guide_paths(root):
        shown = path.relative_to(root).as_posix()
        try:
            file = read_guide(path)
        except GuideError as error:
            findings.append(_from_error(shown, error))
            continue
        if guide is None or file.front.id == guide:
            findings += [Finding(shown, *found) for found in _check_guide(file, known)]
    if guide is None:
        findings += [*_overdue(known), *_example_names(root), *_nouns(known)]
    return sorted(set(findings))


def missing_core(knowledge: Path | None = None) -> list[str]:
    """Return the core sections of the syllabus that no guide holds yet, in syllabus order."""
    root = knowledge or resources.folder("knowledge")
    written = {f"{file.front.id}#{raw.id}" for file in map(read_guide, guide_paths(root)) for raw in file.sections}
    return [ref for ref, planned in load_syllabus(root).sections.items() if planned.core and ref not in written]


def _from_error(shown: str, error: GuideError) -> Finding:
    match = re.match(r"^.*?:(\d+): (.*)$", str(error), re.DOTALL)
    return Finding(shown, int(match[1]), "format", match[2]) if match else Finding(shown, 1, "format", str(error))


def _overdue(known: _Known) -> Iterator[Finding]:
    for fact_id, fact in known.facts.items():
        if fact.is_overdue(known.today):
            message = (
                f"fact {fact_id} was due for review on {fact.review_by}; look it up again, correct it, move the date"
            )
            yield Finding("facts.yaml", 1, "fact-overdue", message)


def _nouns(known: _Known) -> Iterator[Finding]:
    """Every noun of the seed is proved by core sections that are written; the scope card has no core."""
    planned = known.syllabus.sections
    written = {f"{file.front.id}#{raw.id}" for file in _readable(known.knowledge) for raw in file.sections}
    for noun, refs in known.syllabus.nouns.items():
        for ref in refs:
            is_core = ref.startswith(f"{_SCOPE}#") or (ref in planned and planned[ref].core)
            if not (is_core and ref in written):
                missing = "not written" if is_core else "no core section of the plan"
                yield Finding("syllabus.yaml", 1, "noun", f'"{noun}" rests on {ref}, which is {missing}')


def _readable(knowledge: Path) -> Iterator[GuideFile]:
    """Yield the guides that can be read; the others are findings of their own."""
    for path in guide_paths(knowledge):
        with contextlib.suppress(GuideError):
            yield read_guide(path)


def _example_names(knowledge: Path) -> Iterator[Finding]:
    """Python examples import each other by name, so a name may stand once in the whole tree."""
    seen: dict[str, Path] = {}
    for path in sorted((knowledge / "examples").rglob("*.py")):
        first = seen.setdefault(path.name, path)
        if first != path and path.name not in ("conftest.py", "__init__.py"):
            shown = first.relative_to(knowledge)
            yield Finding(
                path.relative_to(knowledge).as_posix(),
                1,
                "examples",
                f"{path.name} exists already: {shown}; rename one",
            )


# --- one guide ---------------------------------------------------------------------------------


def _check_guide(file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    yield from _front_matter(file, known)
    if words(file.intro) > INTRO_WORDS:
        yield 1, "intro", f"the introduction has {words(file.intro)} words, at most {INTRO_WORDS}; it is not indexed"
    yield from _facts_used(file, known)
    yield from _core_sections(file, known)
    yield from _questions(file, known)
    seen: set[str] = set()
    for raw in file.sections:
        if raw.id in seen:
            yield raw.line, "id", f"section id {raw.id} occurs twice; ids are permanent and unique"
        seen.add(raw.id)
        for rule in _SECTION_RULES:
            yield from rule(raw, file, known)


def _front_matter(file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    front = file.front
    relative = file.path.relative_to(known.knowledge).with_suffix("").as_posix().removeprefix("guides/")
    if front.id != relative:
        yield 1, "id", f"front matter id {front.id} must equal the path {relative}"
    if front.area != front.id.partition("/")[0]:
        yield 1, "area", f"area {front.area} must be the first part of {front.id}"
    for code in front.seed:
        if code not in known.syllabus.seed:
            yield 1, "seed", f"unknown seed code {code}; codes are in syllabus.yaml"
    for name, given, allowed in (
        ("languages", front.languages, LANGUAGES),
        ("frameworks", front.frameworks, FRAMEWORKS),
    ):
        for value in given:
            if value not in allowed:
                yield 1, name, f"unknown {name[:-1]} {value}; known are {', '.join(sorted(allowed))}"


def _facts_used(file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    front = file.front
    used = {fact for raw in file.sections for fact in split_marks(_marks(raw))[0]}
    if used != set(front.facts):
        difference = ", ".join(sorted(used ^ set(front.facts)))
        yield 1, "facts", f"front matter facts differ from the facts used below: {difference}"


def _core_sections(file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    front = file.front
    planned = known.syllabus.by_guide.get(front.id)
    if planned is None:
        if front.id != _SCOPE:
            yield 1, "id", f"guide {front.id} is not in syllabus.yaml"
        return
    written = {raw.id for raw in file.sections}
    for section in planned.sections:
        if section.core and section.id not in written:
            yield 1, "core", f"core section {section.id} is missing: {section.question}"


def _questions(file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    low, high = QUESTIONS
    try:
        asked = load_questions(known.knowledge, file.front.id)
    except GuideError as error:
        yield 1, "questions", str(error)
        return
    for section_id in asked.keys() - {raw.id for raw in file.sections}:
        yield 1, "questions", f"questions/{file.front.id}.txt names a section that the guide lacks: {section_id}"
    for raw in file.sections:
        wordings = asked.get(raw.id, ())
        if asked and not low <= len(wordings) <= high:
            yield (
                raw.line,
                "questions",
                f"{len(wordings)} wordings in questions/{file.front.id}.txt, {low} to {high} are needed",
            )


# --- one section -------------------------------------------------------------------------------


def _heading(raw: RawSection, file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    ref = f"{file.front.id}#{raw.id}"
    if file.front.id in known.syllabus.by_guide and ref not in known.syllabus.sections:
        yield raw.line, "id", f"{ref} is not in syllabus.yaml; a new section is planned there first"
    if not raw.question.endswith("?"):
        yield raw.line, "heading", "the heading is a question and ends with ?"
    if _YES_NO.match(raw.question) and not re.match(r"(?:Yes|No)\b", raw.short_answer):
        yield raw.line, "heading", "a yes/no question is answered with Yes or No first"


def _also_asked(raw: RawSection, file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    low, high = ALSO_ASKED
    if not low <= len(raw.also_asked) <= high:
        yield (
            raw.line,
            "also-asked",
            f"{len(raw.also_asked)} other wordings, {low} to {high} are needed under 'Also asked:'",
        )
    if len({wording.casefold() for wording in raw.also_asked}) < len(raw.also_asked):
        yield raw.line, "also-asked", "a wording occurs twice"


def _short_answer(raw: RawSection, file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    text, _ = take_markers(raw.short_answer)
    low, high = SHORT_ANSWER_WORDS
    if not low <= words(text) <= high:
        yield raw.line, "short-answer", f"the short answer has {words(text)} words, {low} to {high} are allowed"
    for phrase in _VAGUE:
        if phrase in text.casefold():
            yield (
                raw.line,
                "short-answer",
                f"'{phrase}' does not stand alone; name the rule and the condition that flips it",
            )


def _parts(raw: RawSection, file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    names = [part.name for part in raw.parts]
    for part in raw.parts:
        if part.name not in PART_NAMES:
            yield part.line, "parts", f"unknown part {part.name!r}; known are {', '.join(PART_NAMES)}"
    if [name for name in PART_NAMES if name in names] != [name for name in names if name in PART_NAMES]:
        yield raw.line, "parts", f"parts come once each in this order: {', '.join(PART_NAMES)}; here {', '.join(names)}"
    if not set(names) & set(BODY_PARTS):
        yield raw.line, "parts", f"at least one of {', '.join(BODY_PARTS)} is needed"
    if file.front.id != _SCOPE:
        for needed in ("Pitfalls", "Sources"):
            if needed not in names:
                yield raw.line, "parts", f"### {needed} is missing"


def _body(raw: RawSection, file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    body = [part for part in raw.parts if part.name in BODY_PARTS]
    total = sum(words(text) for part in body for block in part.blocks for text in _units(block))
    ref = f"{file.front.id}#{raw.id}"
    limit = SATELLITE_WORDS if ref in known.syllabus.owner_of else BODY_WORDS
    if total > limit:
        reason = "a satellite of an owner section" if limit == SATELLITE_WORDS else "the body"
        yield raw.line, "body", f"{reason} has {total} words, at most {limit}"
    for part in [*body, *(part for part in raw.parts if part.name == "Pitfalls")]:
        for block in part.blocks:
            for text in _units(block):
                if words(text) > UNIT_WORDS:
                    yield block.line, "body", f"{words(text)} words in one paragraph, item or row, at most {UNIT_WORDS}"


def _fences(raw: RawSection, file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    for block in _all_blocks(raw):
        if not block.is_fence:
            continue
        info = (block.info or "").split()
        if len(block.lines) > LISTING_LINES:
            yield block.line, "listing", f"{len(block.lines)} lines, at most {LISTING_LINES}"
        if len(info) > 1 and "#" in info[1]:
            yield from _listing_matches(block, info[1], file, known)
        elif not info or info[0] not in INLINE_FENCES:
            kinds = ", ".join(sorted(INLINE_FENCES))
            yield (
                block.line,
                "listing",
                f"code points at its example as ```language file#region; only {kinds} stand alone",
            )
        else:
            yield from _parses(block, info[0])


def _listing_matches(block: Block, pointer: str, file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    examples = known.knowledge / "examples" / file.front.id
    try:
        expected = code_listings.read_region(examples, code_listings.parse_pointer(pointer))
    except GuideError as error:
        yield block.line, "listing", str(error)
        return
    if "\n".join(block.lines).rstrip() != expected.rstrip():
        yield block.line, "listing", f"differs from {pointer}; run 'architect knowledge sync'"


def _parses(block: Block, language: str) -> Iterator[tuple[int, str, str]]:
    text = "\n".join(block.lines)
    try:
        if language == "json":
            json.loads(text)
        elif language == "yaml":
            parse_yaml(text, "block")
    except (ValueError, GuideError) as error:
        yield block.line, "listing", f"the {language} block does not parse: {error}"


def _captions(raw: RawSection, file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    code = raw.part("Code")
    for listing in listings(code.blocks) if code else []:
        if not listing.caption:
            yield (
                raw.line,
                "listing",
                f"the line above the {listing.language} block starts with 'Listing:' and says what it shows",
            )
    if code and not any(block.is_fence for block in code.blocks):
        yield code.line, "listing", "### Code holds no code block"


def _pitfalls(raw: RawSection, file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    part = raw.part("Pitfalls")
    if part is None:
        return
    found = [item for block in part.blocks for item in numbered_items(block)]
    if len(found) < PITFALLS:
        yield part.line, "pitfalls", f"{len(found)} pitfalls, at least {PITFALLS}"
    for line, item in found:
        try:
            pitfall_of(item)
        except GuideError as error:
            yield line, "pitfalls", str(error)


def _details(raw: RawSection, file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    part = raw.part("Details")
    if part is None:
        return
    found = [item for block in part.blocks for item in numbered_items(block)]
    low, high = DETAILS
    if not low <= len(found) <= high:
        yield part.line, "details", f"{len(found)} details, {low} to {high} are needed"
    asked = {raw.question.casefold(), *(wording.casefold() for wording in raw.also_asked)}
    for line, item in found:
        try:
            detail = detail_of(take_markers(item)[0])
        except GuideError as error:
            yield line, "details", str(error)
            continue
        if detail.question.casefold() in asked:
            yield line, "details", "this is asked already; a detail is a narrower question"
        asked.add(detail.question.casefold())
        yield from ((line, "details", message) for message in _detail_faults(detail))


def _detail_faults(detail: Detail) -> Iterator[str]:
    if not detail.question.endswith("?"):
        yield "the question ends with ?"
    for name, text, (low, high) in (
        ("question", detail.question, DETAIL_QUESTION_WORDS),
        ("answer", detail.answer, DETAIL_ANSWER_WORDS),
    ):
        if not low <= words(text) <= high:
            yield f"the {name} has {words(text)} words, {low} to {high} are allowed"
    if not detail.answer.endswith("."):
        yield "the answer is whole sentences and ends with a full stop"
    if _YES_NO.match(detail.question) and not _VERDICT.match(detail.answer):
        yield "a yes/no question is answered with its verdict first (Yes, No, Only, Rarely …)"
    yield from (f"'{phrase}' does not stand alone" for phrase in _VAGUE if phrase in detail.answer.casefold())


def _sources(raw: RawSection, file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    part = raw.part("Sources")
    listed = source_items(part)
    if part is not None and not listed and file.front.id != _SCOPE:
        yield part.line, "sources", "at least one primary source is needed: - source-id §section"
    facts, cited = split_marks(_marks(raw))
    for source_id, _ in [*listed, *cited]:
        if source_id not in known.sources:
            yield raw.line, "sources", f"unknown source id {source_id}; add it to knowledge/sources/"
    missing = {source_id for source_id, _ in cited} - {source_id for source_id, _ in listed}
    if missing:
        yield raw.line, "sources", f"cited in the text but not under ### Sources: {', '.join(sorted(missing))}"
    for fact in facts:
        if fact not in known.facts:
            yield raw.line, "facts", f"unknown fact id {fact}; facts are in facts.yaml"


def _see_also(raw: RawSection, file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    part = raw.part("Sources")
    refs = see_also(part)
    if len(refs) > SEE_ALSO:
        yield raw.line, "see-also", f"{len(refs)} sections, at most {SEE_ALSO}"
    for ref in refs:
        if ref not in known.syllabus.sections and not ref.startswith(f"{_SCOPE}#"):
            yield raw.line, "see-also", f"{ref} is not in syllabus.yaml"
    owner = known.syllabus.owner_of.get(f"{file.front.id}#{raw.id}")
    if owner and owner not in refs:
        yield raw.line, "owner", f"a satellite names its owner under See also: {owner}"


def _passages(raw: RawSection, file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    try:
        section = to_section(raw, file, known.sources)
    except GuideError:
        return  # the rule that is broken has its own finding
    tokenizer = _tokenizer(known.knowledge)
    for passage in passages(section):
        pieces = len(tokenizer.encode(passage.text).ids)
        if pieces > PIECES_READ:
            yield (
                raw.line,
                "passages",
                f"{pieces} word pieces, the embedder reads {PIECES_READ}: {passage.text[-60:]!r}",
            )


def _html(raw: RawSection, file: GuideFile, known: _Known) -> Iterator[tuple[int, str, str]]:
    for block in _all_blocks(raw):
        if not block.is_fence and (found := _HTML.search(_CODE_SPAN.sub("", block.text))):
            yield block.line, "html", f"raw HTML is not allowed: {found.group()}"


_SECTION_RULES: tuple[_Check, ...] = (
    _heading,
    _also_asked,
    _short_answer,
    _parts,
    _body,
    _fences,
    _captions,
    _pitfalls,
    _details,
    _sources,
    _see_also,
    _passages,
    _html,
)


def _all_blocks(raw: RawSection) -> Iterator[Block]:
    yield from raw.preamble
    for part in raw.parts:
        yield from part.blocks


def _marks(raw: RawSection) -> list[str]:
    claims = [part for part in raw.parts if part.name != "Sources"]
    texts = [block.text for block in raw.preamble] + [b.text for part in claims for b in part.blocks if not b.is_fence]
    return [mark for text in texts for mark in take_markers(text)[1]]


def _units(block: Block) -> list[str]:
    """The pieces of a block that are quoted alone: paragraphs, items, table rows; code is none."""
    if block.is_fence:
        return []
    text, _ = take_markers(block.text)
    return text.splitlines() if is_list(text) or is_table(text) else [text]


@cache
def _tokenizer(knowledge: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(knowledge / "embedder" / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
