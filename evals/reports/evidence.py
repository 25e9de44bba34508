"""Lays the evidence of a case beside the words it is about: coloured statements, matched words, differing words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from evals.metrics.score import Evidence
from evals.metrics.text import MARKER, stem
from evals.reports.untrusted import visible

# Longer texts are cut before anything looks at them: an answer may be of any length.
ANSWER_CHARACTERS = 20_000
DIFF_TOKENS = 3_000

_LETTER = re.compile(r"[^\W_]")
_WORDS = re.compile(r"\w+|\W+")
_TOKENS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text with one look: `style` is a class of the page, `at` the number of the statement or citation."""

    text: str
    style: str = ""
    at: str = ""
    title: str = ""


def coloured(answer: str, statements: Sequence[Evidence]) -> tuple[Piece, ...]:
    """Return the answer cut into statements, coloured by support, with its citation markers apart.

    A statement is found again by its letters and digits, because scoring dropped marks and emphasis. One that is not
    found (a table row) stays uncoloured here; the page lists it below.
    """
    letters, places = _letters(answer)
    found, start, end = [], 0, 0
    for each in statements:
        wanted = "".join(_LETTER.findall(each.text)).lower()
        at = letters.find(wanted, start) if wanted else -1
        if at < 0:
            continue
        start = at + len(wanted)
        first, last = places[at], places[start - 1] + 1
        found += [Piece(answer[end:first]), _statement(each, answer[first:last])]
        end = last
    found.append(Piece(answer[end:]))
    return tuple(_with_markers(piece for piece in found if piece.text))


def _letters(text: str) -> tuple[str, list[int]]:
    """Return the letters and digits of a text outside of citation markers, and where each stands."""
    kept, places, end = [], [], 0
    for start, stop in [*(marker.span() for marker in MARKER.finditer(text)), (len(text), len(text))]:
        for letter in _LETTER.finditer(text, end, start):
            lowered = letter.group().lower()
            kept.append(lowered)
            places += [letter.start()] * len(lowered)
        end = stop
    return "".join(kept), places


def _statement(each: Evidence, text: str) -> Piece:
    style = {"supported": "good", "useful": "good"}.get(each.verdict, "bad")
    title = "; ".join(filter(None, [f"{each.of}: {each.verdict}", *each.rules]))
    return Piece(text, style, each.of.rpartition(" ")[2], title)


def _with_markers(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        end = 0
        for marker in MARKER.finditer(piece.text):
            yield Piece(visible(piece.text[end : marker.start()]), piece.style, piece.at, piece.title)
            first = re.match(r"\d+", marker.group(1))
            yield Piece(marker.group(), "marker", first.group() if first else "")
            end = marker.end()
        if piece.text[end:]:
            yield Piece(visible(piece.text[end:]), piece.style, piece.at, piece.title)


def matched(window: str, stems: Iterable[str]) -> tuple[Piece, ...]:
    """Return a window with the words a claim shares with it marked."""
    wanted = frozenset(stems)
    return _joined(window, _WORDS.findall(window), lambda word: "word" if stem(word.lower()) in wanted else "")


def _joined(whole: str, words: Sequence[str], style: Callable[[str], str]) -> tuple[Piece, ...]:
    if not words:
        return (Piece(visible(whole)),)
    return tuple(Piece(visible("".join(run)), kind) for kind, run in groupby(words, key=style))


def difference(before: str, now: str) -> tuple[Piece, ...]:
    """Return what changed word by word: pieces that are gone, new, or (without style) in both."""
    then, after = _TOKENS.findall(before)[:DIFF_TOKENS], _TOKENS.findall(now)[:DIFF_TOKENS]
    found = []
    for kind, one, two, three, four in SequenceMatcher(None, then, after, autojunk=True).get_opcodes():
        if kind == "equal":
            found.append(Piece(visible("".join(after[three:four]))))
            continue
        found += [Piece(visible("".join(then[one:two])), "gone"), Piece(visible("".join(after[three:four])), "new")]
    return tuple(piece for piece in found if piece.text)
