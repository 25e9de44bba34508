"""Lays a brief out as messages for a model, within a token budget; everything from guides and people becomes data."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from backend_architect.answering.details import near_details
from backend_architect.answering.intent import Intent, wants_code
from backend_architect.answering.statements import plain
from backend_architect.models import Message, count_tokens
from backend_architect.prompts import Prompt
from backend_architect.types import Brief, Hit, Listing, Section, Turn

# What every request carries besides the texts: roles, the description of the search tool, a margin.
_FRAME_TOKENS = 150
# The first prompt aims at this share of the budget; the rest is kept for what the model looks up itself.
_FIRST_SHARE = 0.55
# Upper bounds as shares of what the fixed text leaves. Together with _LEAST_SECTIONS they stay below 1.
_QUESTION_SHARE, _LEDGER_SHARE, _TURNS_SHARE = 0.4, 0.08, 0.15
_LEAST_SECTIONS = 0.25

_SECTIONS = 6
_LISTINGS_PER_SECTION = 2
_TURNS = 6
_LAST_TURN_TOKENS, _OLDER_TURN_TOKENS = 250, 80
_RESULT_SECTIONS = 3
_RESULT_SHARE = 0.6  # of what is left, so that a second search finds room too
_LEAST_RESULT = 120
_SEARCH_TOKENS = 60  # the call itself, which the next request repeats

_CUT = " […]"
_TAGS = re.compile(r"<(?=\s*/?\s*(?:settled|conversation|sections?|question|results?)\b)", re.IGNORECASE)

# Parts in the order a section shows them, and per intent those that come before the others when room is short.
_ORDER = ("details", "how", "compare", "numbers", "why", "pitfalls", "code")
_FIRST = {
    "howto": ("how",),
    "code": ("how", "code"),
    "compare": ("compare", "how"),
    "debug": ("how", "pitfalls"),
    "review": ("how", "pitfalls"),
    "explain": ("how", "why"),
    "learn": ("how", "compare"),
}


@dataclass(slots=True)
class Shelf:
    """The sections the model was given, in the order of their numbers: `[1]` is the first."""

    sections: list[Section] = field(default_factory=list)

    def number(self, ref: str) -> int | None:
        return next((n for n, section in enumerate(self.sections, 1) if section.ref == ref), None)

    def add(self, section: Section) -> int:
        """Return the number of a section that is new to the shelf."""
        self.sections.append(section)
        return len(self.sections)


@dataclass(frozen=True, slots=True)
class Piece:
    """A block of a section: earlier stages are taken first, `place` is where it stands in the section."""

    stage: int
    place: int
    text: str


class Layout:
    """One question's prompt and what may still be added to it."""

    def __init__(self, brief: Brief, *, system: str, context: Prompt, budget: int) -> None:
        self.shelf = Shelf()
        self._brief = brief
        fixed = count_tokens(system) + count_tokens(context.body) + _FRAME_TOKENS
        rest = max(0, budget - fixed)
        question = _question(brief, int(rest * _QUESTION_SHARE))
        ledger = _ledger(brief, int(rest * _LEDGER_SHARE))
        turns = _turns(brief.turns, int(rest * _TURNS_SHARE))
        around = count_tokens(question) + count_tokens(ledger) + count_tokens(turns)
        room = max(int(rest * _LEAST_SECTIONS), int(budget * _FIRST_SHARE) - fixed - around)
        sections = self._render(brief.hits[:_SECTIONS], room)
        user = context.fill(
            ledger=ledger or "(nothing yet)",
            turns=turns or "(this is the first question)",
            sections=sections or "(the guides have no section on this)",
            question=question,
        )
        self.messages = (Message("system", system), Message("user", user))
        self._left = budget - count_tokens(system) - count_tokens(user) - _FRAME_TOKENS

    def results(self, hits: Sequence[Hit]) -> tuple[str, tuple[Section, ...]]:
        """Return a search's result as the model reads it, and the sections that are new, numbered on from the last."""
        self._left -= _SEARCH_TOKENS
        room = int(self._left * _RESULT_SHARE)
        if room < _LEAST_RESULT:
            return "There is no room for more sections. Answer from what you have.", ()
        known = [number for hit in hits if (number := self.shelf.number(hit.ref)) is not None]
        before = len(self.shelf.sections)
        shown = self._render([hit for hit in hits if self.shelf.number(hit.ref) is None][:_RESULT_SECTIONS], room)
        again = f"You already have: {', '.join(f'[{number}]' for number in known)}." if known else ""
        text = "\n".join(
            filter(None, [f"<results>\n{shown}\n</results>" if shown else "No further section matches.", again])
        )
        self._left -= count_tokens(text)
        return text, tuple(self.shelf.sections[before:])

    def _render(self, hits: Sequence[Hit], room: int) -> str:
        """Return as much of the sections as fits and put them on the shelf.

        Short answers of all first, then part by part in rank order, so that a long section cannot crowd out the next.
        """
        taken: list[tuple[Section, list[Piece]]] = []
        for hit in hits:
            frame = count_tokens(_opening(99, hit.section)) + 8
            # Even a short answer may be long in somebody's own guide.
            start = cut(_start(hit.section), room - frame)
            if start:
                taken.append((hit.section, [Piece(0, 0, start)]))
                room -= count_tokens(start) + frame
        for stage in (1, 2):
            for section, kept in taken:
                for piece in _pieces(section, self._brief, stage):
                    cost = _piece_cost(piece.text)
                    if cost <= room:
                        kept.append(piece)
                        room -= cost
        return "\n\n".join(
            f"{_opening(self.shelf.add(section), section)}\n{_joined(kept)}\n</section>" for section, kept in taken
        )


def as_data(text: str) -> str:
    """Return `text` with the tags of our own blocks made harmless, so that nothing inside can end its block."""
    return _TAGS.sub("&lt;", text)


def cut(text: str, tokens: int) -> str:
    """Return the beginning of `text` that takes at most `tokens`, marked where it was cut; empty when nothing fits."""
    if tokens <= 0:
        return ""
    if count_tokens(text) <= tokens:
        return text
    low, high = 0, min(len(text), tokens * 12)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count_tokens(text[:middle].rstrip() + _CUT) <= tokens else (low, middle - 1)
    return text[:low].rstrip() + _CUT if low else ""


@functools.lru_cache(maxsize=4096)  # the same blocks come back with every question on their section
def _piece_cost(text: str) -> int:
    return count_tokens(text) + 1


def _start(section: Section) -> str:
    return as_data(f"Question: {section.question}\nShort answer: {section.short_answer}")


def _pieces(section: Section, brief: Brief, stage: int) -> list[Piece]:
    """Return the section's blocks of one stage: 1 is what the question asks for, 2 the rest."""
    first = ("details", *_FIRST.get(brief.intent, ("how",))) + (("code",) if _is_code_first(brief) else ())
    return [
        Piece(stage, place, as_data(text))
        for place, name in enumerate(_ORDER, 1)
        if (name in first) == (stage == 1)
        for text in _blocks(section, name, brief)
    ]


def _blocks(section: Section, name: str, brief: Brief) -> list[str]:
    if name == "pitfalls":
        return [f"Pitfall: {p.symptom} → {p.cause} → {p.fix}" for p in section.pitfalls]
    if name == "details":
        return [f"Detail: {detail.question} {detail.answer}" for detail in near_details(section, brief)]
    if name == "code":
        return [f"{item.caption}\n```{item.language}\n{item.code}\n```" for item in _listings(section, brief)]
    return list(section.part(name))


def _listings(section: Section, brief: Brief) -> Sequence[Listing]:
    """Return the listings worth their tokens: those in an asked language, else the first; none if nobody wants code."""
    if not (_is_code_first(brief) or wants_code(brief.standalone, cast("Intent", brief.intent))):
        return ()
    shown = [listing for listing in section.listings if not listing.is_counter_example]
    asked = [listing for listing in shown if listing.language in brief.languages]
    return (asked or shown)[:_LISTINGS_PER_SECTION]


def _is_code_first(brief: Brief) -> bool:
    return brief.intent == "code" or bool(brief.languages or brief.frameworks)


def _opening(number: int, section: Section) -> str:
    title = as_data(section.guide_title).replace('"', "'")
    return f'<section number="[{number}]" guide="{title}">'


def _joined(pieces: Sequence[Piece]) -> str:
    return "\n".join(piece.text for piece in sorted(pieces, key=lambda piece: piece.place))


def _question(brief: Brief, room: int) -> str:
    asked = (
        f"Asked for: {', '.join((*brief.languages, *brief.frameworks))}" if brief.languages or brief.frameworks else ""
    )
    meant = f"In full: {as_data(brief.standalone)}" if brief.standalone not in ("", brief.question) else ""
    first = (
        f"Say this first, from {as_data(section.question)}: {as_data(text)}" for text, section in brief.corrections
    )
    after = "\n".join(filter(None, [meant, asked, *first]))
    extra = cut(after, room // 4)
    question = cut(as_data(brief.question), room - count_tokens(extra) - 1)
    return f"{question}\n{extra}".strip()


def _ledger(brief: Brief, room: int) -> str:
    return cut("\n".join(f"- {as_data(line)}" for line in brief.ledger.lines()), room)


def _turns(turns: Sequence[Turn], room: int) -> str:
    """Return the latest turns that fit, oldest first, without their citation numbers: those meant other sections."""
    kept: list[str] = []
    for age, turn in enumerate(reversed(turns[-_TURNS:])):
        most = _LAST_TURN_TOKENS if age == 0 else _OLDER_TURN_TOKENS
        text = f"Asker: {cut(as_data(turn.question), most)}\nYou: {cut(as_data(plain(turn.answer)), most)}"
        room -= count_tokens(text) + 1
        if room < 0:
            break
        kept.append(text)
    return "\n".join(reversed(kept))
