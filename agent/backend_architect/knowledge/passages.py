"""Cuts sections into passages the embedder can read whole, and lists the questions a section answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_architect.knowledge.markdown import is_list, is_table
from backend_architect.types import Passage, Section

# The embedder reads 256 word pieces and drops the rest. The estimate below is above the true count for nearly all
# technical English, and the contract counts with the real tokenizer, so a cut by estimate is safe and needs no model.
PIECES_READ = 256
_PIECES_PLANNED = 225

_WORD = re.compile(r"[A-Za-z]+|\d+|[^\sA-Za-z\d]")


def estimated_pieces(text: str) -> int:
    """Return about how many word pieces a text has, rather too many than too few."""
    return sum(1 + (len(word) - 1) // (3 if word.isdigit() else 7) for word in _WORD.findall(text))


def prefix(section: Section) -> str:
    """What stands before every passage of a section, so that it can be understood alone."""
    return f"{section.guide_title}: {section.question}\n"


def prose_passages(section: Section) -> Iterator[Passage]:
    """Yield the short answer as a passage of its own, then the body packed at paragraph, item and row borders."""
    head = prefix(section)
    yield Passage(section.ref, "answer", head + section.short_answer)
    room = _PIECES_PLANNED - estimated_pieces(head)
    held: list[str] = []
    used = 0
    for unit in _units(section):
        size = estimated_pieces(unit)
        if held and used + size > room:
            yield Passage(section.ref, "prose", head + "\n".join(held))
            held, used = [], 0
        held.append(unit)
        used += size
    if held:
        yield Passage(section.ref, "prose", head + "\n".join(held))


def question_passages(section: Section) -> Iterator[Passage]:
    """Yield the heading and every other wording: a question is found best by its own kind."""
    for question in (section.question, *section.also_asked):
        yield Passage(section.ref, "question", question)


def detail_passages(section: Section) -> Iterator[Passage]:
    """Yield the narrower questions of a section, in their order."""
    return (Passage(section.ref, "detail", detail.question) for detail in section.details)


def passages(section: Section) -> list[Passage]:
    return [*prose_passages(section), *question_passages(section), *detail_passages(section)]


def symptom_texts(section: Section) -> list[str]:
    """Return the symptoms of a section's pitfalls: not searched, but compared with what somebody describes."""
    return [pitfall.symptom for pitfall in section.pitfalls]


def _units(section: Section) -> Iterator[str]:
    for part in section.parts:
        for block in part.blocks:
            if block.startswith("```"):
                continue
            if is_list(block) or is_table(block):
                yield from (line for line in block.splitlines() if not set(line) <= set("|-: "))
            else:
                yield block
    yield from (f"{pitfall.symptom}: {pitfall.cause}. {pitfall.fix}." for pitfall in section.pitfalls)
    yield from (listing.caption for listing in section.listings if listing.caption)
