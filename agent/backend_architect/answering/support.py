"""Decides whether a section supports a statement: shared words weighed by rarity, negation, and literal atoms.

A statement is supported by a section when, in a window of one to three of its sentences, the weighted share of the
statement's stems is at least `THRESHOLD`, every atom of the statement (number with unit, status code, header, RFC
number, algorithm, identifier) occurs literally, and both say the same under negation. Measured in
docs/decisions/0003-citation-gate.md.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from backend_architect.answering.statements import STOP_WORDS, code_spans, plain, split
from backend_architect.types import Section

THRESHOLD = 0.60
# A different number or an opposite in a sentence that shares less than this is another topic, not a contradiction.
CONFLICT_SHARE = 0.75
# An identifier that differs is weaker evidence of a contradiction than a number: two headers can both be true.
IDENTIFIER_CONFLICT_SHARE = 0.85
# Besides what differs, so many stems must be shared: two words and a status code are a topic, not a claim.
CONFLICT_STEMS = 3
# A single sentence that is all there but for a number or name: the number next door is not its own.
VETO_SHARE = 0.9
# A statement with more atoms missing than this talks about something else.
CONFLICT_ATOMS = 2
WINDOW_SENTENCES = 3
NEGATION_REACH = 3
_WINDOWS_TRIED = 4
# Below this neither support nor contradiction can come of a window.
_LEAST_SHARE = 0.35

Outcome = Literal["supports", "conflicts", "silent"]
Atom = tuple[str, str]

_SOURCE_MARKER = re.compile(r"\[\^[^\]\n]*\]")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?|\d+(?:[.,]\d+)*|[.!?;:,](?=\s|$)|[→|–—]")
_NEGATORS = frozenset("not no never without neither nor none nothing cannot".split())
# Pairs that turn a sentence round without a negation.
_OPPOSITES = {
    a: b
    for pair in (
        "always never|safe unsafe|stateful stateless|before after|synchronous asynchronous|mutable immutable|optional required"
        "|optional mandatory|allow forbid|allow reject|accept reject|enable disable|public private|weak strong|first last|more less"
        "|more fewer|higher lower|increase decrease|increases decreases|faster slower|short long|shorter longer|most least|minimum maximum"
        "|idempotent non-idempotent|valid invalid|secure insecure|blocking non-blocking|inside outside|success failure|unique duplicate"
        "|signed unsigned|encrypted unencrypted|bounded unbounded|cheap expensive|must may|all none|avoid prefer"
        "|same different|earlier later|larger smaller|longer shorter|high low|true false|include exclude"
    ).split("|")
    for one, other in (pair.split(),)
    for a, b in ((one, other), (other, one))
}
_NUMBER_WORDS = {
    word: str(n) for n, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), start=2)
}

_UNITS = {
    "ms": "ms|millisecond|milliseconds",
    "s": "s|sec|secs|second|seconds",
    "min": "min|mins|minute|minutes",
    "h": "h|hr|hrs|hour|hours",
    "day": "d|day|days",
    "week": "week|weeks",
    "month": "month|months",
    "year": "year|years",
    "%": "%|percent|per cent",
    "bit": "bit|bits",
    "byte": "byte|bytes|b",
    "kb": "kb|kib|kilobytes?",
    "mb": "mb|mib|megabytes?",
    "gb": "gb|gib|gigabytes?",
}
_UNIT_OF = {spelling.rstrip("?"): unit for unit, spellings in _UNITS.items() for spelling in spellings.split("|")}
_UNIT = "|".join(sorted((s for spellings in _UNITS.values() for s in spellings.split("|")), key=len, reverse=True))
_ATOMS = re.compile(
    rf"""
    \bRFC[\s-]?(?P<rfc>\d{{3,5}})\b
  | §+\s?(?P<place>\d+(?:\.\d+)*)
  | \b(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|TRACE|QUERY)\b
  | \b(?P<range>[1-5]xx)\b
  | (?P<header>\b[A-Z][A-Za-z]+(?:-[A-Z][A-Za-z]*)+\b)
  | (?P<name>\b(?:[A-Za-z]+[-/.]?\d[\w-]*(?:\.\d+)*|[A-Za-z]\w*_\w+|[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|[A-Z]{{2,}}[a-z]{{2,}}[A-Z]?\w*|ETag)\b
        |\b(?i:bcrypt|scrypt|argon|hmac|rsa|ecdsa|eddsa|pkce|aes|chacha)\b)
  | (?<![\w.,-])(?P<number>\d+(?:[,_]\d{{3}})*(?:\.\d+)*)(?:\s?-?\s?(?P<unit>{_UNIT})(?![\w]))?(?![\w])
    """,
    re.VERBOSE,
)
# "Step 1", "option 2": places in the answer, not facts.
_ORDINAL = re.compile(r"(?:steps?|options?|approach|case|part|example|figure|table)\s$", re.IGNORECASE)
_CODE_WORD = re.compile(r"[A-Za-z_$@][\w$]*(?:[-.:/+][A-Za-z_$][\w$]*)*|\d+(?:\.\d+)*")
_LITERAL_KINDS = frozenset({"header", "name", "code", "method"})
_NUMBERS = frozenset({"number", "status"})
_IDENTIFIERS = frozenset({"header", "name", "code"})


# --- words -------------------------------------------------------------------------------------


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the stem of a lower-case English word: inflections and the two spellings fall together.

    >>> stem("retries") == stem("retrying") and stem("normalize") == stem("normalised") and stem("behavior") == stem("behaviour")
    True
    """
    word = re.sub(r"['’]s?$", "", word)
    if len(word) <= 3:
        return word
    word = re.sub(r"(?<=[a-z]{2})iz(?=e|ing|ation)", "is", word)
    word = re.sub(r"our(?=s?$|al|ed|ing)", "or", word) if len(word) > 4 else word
    if word.endswith("sses"):
        word = word[:-2]
    elif word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending, least in (
        ("ingly", 4),
        ("edly", 4),
        ("ation", 3),
        ("ing", 3),
        ("ed", 3),
        ("ly", 4),
        ("ment", 4),
        ("ion", 4),
        ("er", 4),
    ):
        kept = word[: -len(ending)]
        if word.endswith(ending) and len(kept) >= least and re.search(r"[aeiouy]", kept):
            word = kept
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lszaeiou":
        word = word[:-1]
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 4 and word.endswith("at"):
        word = word[:-2]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 2 else word


@dataclass(frozen=True, slots=True)
class Sentence:
    """What support compares: stems with whether each occurs plain or negated, atoms, and the scope of each negation."""

    stems: Mapping[str, int]  # _PLAIN, _NEGATED or both
    negations: tuple[frozenset[str], ...]
    words: frozenset[str]
    text: str

    @property
    def atoms(self) -> frozenset[Atom]:
        return _atom_set(self.text)

    def has(self, value: str) -> bool:
        """Whether `value`, in lower case, stands in the sentence as a word of its own."""
        text = self.text.lower()
        return value in text and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) is not None


_PLAIN, _NEGATED = 1, 2


def read(text: str) -> Sentence:
    """Return the comparable form of one sentence."""
    text = plain(_SOURCE_MARKER.sub("", text))
    tokens = _TOKEN.findall(text.lower())
    stems: dict[str, int] = {}
    negations: list[set[str]] = []
    reach = 0
    for position, token in enumerate(tokens):
        if _negates(token, "".join(tokens[position + 1 : position + 2])):
            reach = NEGATION_REACH
            negations.append(set())
        elif not token[0].isalnum():
            reach = 0
        elif token not in STOP_WORDS and (len(token) > 1 or token.isdigit()):
            stemmed = stem(token)
            stems[stemmed] = stems.get(stemmed, 0) | (_NEGATED if reach else _PLAIN)
            if reach:
                negations[-1].add(stemmed)
                reach -= 1
    scopes = tuple(frozenset(scope) for scope in negations if scope)
    return Sentence(stems, scopes, frozenset(tokens), text)


def _negates(token: str, following: str) -> bool:
    if token in ("instead", "rather"):
        return following in ("of", "than")
    return (token in _NEGATORS or token.endswith(("n't", "n’t"))) and (token, following) != ("not", "only")


@lru_cache(maxsize=20_000)
def _atom_set(text: str) -> frozenset[Atom]:
    return frozenset(atoms(text))


def atoms(text: str) -> Iterator[Atom]:
    """Yield what must occur literally in a section for it to support `text`, as (kind, normal form).

    >>> sorted(atoms("Return 429 with `Retry-After` within 30 seconds (RFC 9110)."))
    [('header', 'retry-after'), ('number', '30 s'), ('rfc', '9110'), ('status', '429')]
    """
    for is_code, part in code_spans(text):
        yield from _atoms_of_code(part.strip("`")) if is_code else _atoms_of_prose(part)


def _atoms_of_prose(text: str) -> Iterator[Atom]:
    for match in _ATOMS.finditer(text):
        kind = match.lastgroup or ""
        if kind in ("number", "unit"):
            if not _ORDINAL.search(text[max(0, match.start() - 12) : match.start()]):
                yield _number(match["number"], match["unit"])
        else:
            yield ("status" if kind == "range" else kind), match.group(kind).lower()


def _atoms_of_code(code: str) -> Iterator[Atom]:
    taken: set[str] = set()
    for atom in _atoms_of_prose(code):
        taken.add(atom[1])
        yield atom
    for word in _CODE_WORD.findall(code):
        if word.lower() not in taken and not word[0].isdigit() and len(word) > 1:
            yield "code", word.lower()


def _number(digits: str, unit: str | None) -> Atom:
    value = digits.replace(",", "").replace("_", "")
    if unit:
        return "number", f"{value} {_UNIT_OF.get(unit.lower(), unit.lower())}"
    if len(value) == 3 and value.isdigit() and 100 <= int(value) <= 599:
        return "status", value
    return "number", value


# --- sections ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SectionText:
    """A section prepared for comparison."""

    sentences: tuple[Sentence, ...]
    places: Mapping[str, tuple[int, ...]]  # stem -> the sentences it stands in
    code_words: frozenset[str]
    source_atoms: frozenset[Atom]
    words: str  # all prose on one line, lower case, for verbatim quotations


# A pure function of an immutable section: the memo saves a few milliseconds for each section of each question.
@lru_cache(maxsize=256)
def prepare(section: Section) -> SectionText:
    """Return the section ready for comparison; its question is no claim and is left out."""
    prose = _SOURCE_MARKER.sub("", section.prose.removeprefix(section.question))
    units = split(prose)
    sentences = tuple(read(unit.text) for unit in units if unit.kind in ("sentence", "row", "quote", "table"))
    places: dict[str, list[int]] = {}
    for index, sentence in enumerate(sentences):
        for stemmed in sentence.stems:
            places.setdefault(stemmed, []).append(index)
    code = "\n".join(
        [*(listing.code for listing in section.listings), *(unit.text for unit in units if unit.kind == "code")]
    )
    named = " ".join(f"{source.id} {source.title} §{' §'.join(source.places)}" for source in section.sources)
    return SectionText(
        sentences=sentences,
        places={stemmed: tuple(found) for stemmed, found in places.items()},
        code_words=frozenset(
            word for whole in _CODE_WORD.findall(code.lower()) for word in (whole, *re.split(r"[-.:/+]", whole))
        ),
        source_atoms=frozenset(
            atom for atom in _atoms_of_prose(re.sub(r"§+\s*", "§", named)) if atom[0] in ("rfc", "place")
        )
        | frozenset(("rfc", number) for number in re.findall(r"\brfc-?(\d{3,5})", named.lower())),
        words=squeeze(prose),
    )


def squeeze(text: str) -> str:
    """Return the letters and digits of a text as single-spaced lower-case words: equal for equal wording."""
    return " ".join(re.findall(r"\w+", plain(text).lower()))


def weigh(sections: Iterable[Section]) -> dict[str, float]:
    """Return how much each stem tells about what a sentence says (idf over sentences), for a corpus or for the sections of one answer.

    The empty string holds the weight of a stem that occurs nowhere.
    """
    counts: Counter[str] = Counter()
    total = 0
    for section in sections:
        text = prepare(section)
        total += len(text.sentences)
        counts.update({stemmed: len(found) for stemmed, found in text.places.items()})
    weights = {stemmed: _weight(total, count) for stemmed, count in counts.items()}
    return weights | {"": _weight(total, 0)}


def _weight(total: int, count: int) -> float:
    return math.log(1 + (total + 1) / (count + 1))


# --- judging -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a section says about a statement: the share of it that is there, and the reason when it does not support."""

    outcome: Outcome
    share: float
    reason: str = ""
    is_opposite: bool = False  # a conflict by negation, not by a number or name


@dataclass(frozen=True, slots=True)
class _Window:
    sentences: tuple[Sentence, ...]
    share: float

    @property
    def stems(self) -> dict[str, int]:
        joined: dict[str, int] = {}
        for sentence in self.sentences:
            for stemmed, sign in sentence.stems.items():
                joined[stemmed] = joined.get(stemmed, 0) | sign
        return joined


def judge(statement: Sentence, sections: Sequence[SectionText], weights: Mapping[str, float]) -> Evidence:
    """Return what one section, or the union of the best windows of several, says about a statement."""
    if len(sections) == 1:
        return _judge_section(statement, sections[0], weights)
    best = [windows[0] for section in sections if (windows := _windows(statement, section, weights, WINDOW_SENTENCES))]
    joined = tuple(sentence for window in best for sentence in window.sentences)
    share = _share(statement, frozenset(stemmed for sentence in joined for stemmed in sentence.stems), weights)
    return _judge_window(statement, _Window(joined, share), sections, weights) if joined else Evidence("silent", 0.0)


def _judge_section(statement: Sentence, section: SectionText, weights: Mapping[str, float]) -> Evidence:
    best = Evidence("silent", 0.0, "no section says this")
    for size in range(1, WINDOW_SENTENCES + 1):
        for window in _windows(statement, section, weights, size):
            found = _judge_window(statement, window, (section,), weights)
            if found.outcome == "supports":
                # The nearest sentence says otherwise: a wider window only adds words, not agreement.
                return best if size > 1 and _is_veto(best) else found
            if (found.outcome == "conflicts", found.share) > (best.outcome == "conflicts", best.share):
                best = found
    return best


def _is_veto(evidence: Evidence) -> bool:
    return evidence.outcome == "conflicts" and (evidence.is_opposite or evidence.share >= VETO_SHARE)


def _windows(statement: Sentence, section: SectionText, weights: Mapping[str, float], size: int) -> list[_Window]:
    """Return the most similar windows of `size` sentences, best first."""
    unknown = weights.get("", 1.0)
    scores: dict[int, float] = {}
    total = 0.0
    for stemmed in statement.stems:
        weight = weights.get(stemmed, unknown)
        total += weight
        starts = {start for place in section.places.get(stemmed, ()) for start in range(place - size + 1, place + 1)}
        for start in starts:
            scores[start] = scores.get(start, 0.0) + weight
    last = max(0, len(section.sentences) - size)
    ranked = sorted((-score, start) for start, score in scores.items() if 0 <= start <= last)[:_WINDOWS_TRIED]
    return [_Window(section.sentences[start : start + size], -score / total) for score, start in ranked]


def _share(
    statement: Sentence, found: frozenset[str], weights: Mapping[str, float], *, without: frozenset[str] = frozenset()
) -> float:
    unknown = weights.get("", 1.0)
    total = matched = 0.0
    for stemmed in statement.stems:
        if stemmed in without:
            continue
        weight = weights.get(stemmed, unknown)
        total += weight
        matched += weight if stemmed in found else 0.0
    return matched / total if total else 0.0


def _judge_window(
    statement: Sentence, window: _Window, sections: Sequence[SectionText], weights: Mapping[str, float]
) -> Evidence:
    if window.share < _LEAST_SHARE:
        return Evidence("silent", window.share, "no section says this")
    missing = [atom for atom in sorted(statement.atoms) if not _holds(window, atom, sections)]
    if missing:
        return _judge_missing(statement, window, missing, weights)
    share = max(window.share, _share(statement, frozenset(window.stems) | _parts(statement.atoms), weights))
    if share < THRESHOLD:
        return Evidence("silent", share, "no section says this")
    if opposite := _opposite(statement, window):
        # Over several sentences a negation may belong to another thing: no support, but no contradiction either.
        shared = statement.stems.keys() & window.stems.keys()
        if share >= CONFLICT_SHARE and len(window.sentences) == 1 and len(shared) >= CONFLICT_STEMS:
            return Evidence("conflicts", share, opposite, is_opposite=True)
        return Evidence("silent", share * 0.4, opposite)
    return Evidence("supports", share)


def _parts(found: Iterable[Atom]) -> frozenset[str]:
    """Return the stems that atoms are made of; an atom may be held by a listing or a source instead of the window."""
    return frozenset(stem(part) for _, value in found for part in _TOKEN.findall(value))


def _holds(window: _Window, atom: Atom, sections: Sequence[SectionText]) -> bool:
    kind, value = atom
    if any(atom in sentence.atoms for sentence in window.sentences):
        return True
    if kind in _LITERAL_KINDS:
        return any(sentence.has(value) for sentence in window.sentences) or any(
            value in section.code_words for section in sections
        )
    return any(atom in section.source_atoms for section in sections)


def _judge_missing(
    statement: Sentence, window: _Window, missing: Sequence[Atom], weights: Mapping[str, float]
) -> Evidence:
    """A missing atom kills support; it contradicts when the section has another of its kind in the same place."""
    parts = _parts(missing)
    found = frozenset(window.stems)
    share = _share(statement, found, weights, without=parts)
    first = missing[0][1]
    if len(missing) > CONFLICT_ATOMS or len((statement.stems.keys() & found) - parts) < CONFLICT_STEMS:
        return Evidence("silent", share * 0.4, f"{first} is not in the section")
    for kind, value in missing:
        rivals = sorted(_rivals(statement, window, kind, value))
        enough = IDENTIFIER_CONFLICT_SHARE if kind in _IDENTIFIERS else CONFLICT_SHARE
        if rivals and share >= enough:
            return Evidence("conflicts", share, f"says {value}, the section says {rivals[0]}")
    return Evidence("silent", share * 0.4, f"{first} is not in the section")


def _rivals(statement: Sentence, window: _Window, kind: str, value: str) -> Iterator[str]:
    return (
        other
        for sentence in window.sentences
        for other_kind, other in sentence.atoms - statement.atoms
        if (kind in _IDENTIFIERS and other_kind in _IDENTIFIERS)
        or (kind in _NUMBERS and other_kind in _NUMBERS and _is_same_measure(value, other))
        or other_kind == kind not in _NUMBERS
    )


def _is_same_measure(one: str, other: str) -> bool:
    """Whether two numbers can stand for each other: same unit, and both whole or both of one form (3.11 and 3.1)."""
    return one.partition(" ")[2] == other.partition(" ")[2] and one.count(".") == other.count(".")


def _opposite(statement: Sentence, window: _Window) -> str:
    """Return how the window says the opposite of the statement, or ""."""
    stems = window.stems
    scopes = [scope for sentence in window.sentences for scope in sentence.negations]
    nearest = max(window.sentences, key=lambda sentence: len(sentence.stems.keys() & statement.stems.keys()))
    # Two negations that share most words are the same negation: one of them may use a pronoun, or another order.
    pairs = (
        (own, other)
        for own in statement.negations
        for other in scopes
        if 2 * len(own & other) > min(len(own), len(other))
    )
    same = frozenset(stemmed for own, other in pairs for stemmed in own | other)
    matched = [stemmed for stemmed in statement.stems if stemmed in stems]
    turned = [stemmed for stemmed in matched if stemmed not in same and not statement.stems[stemmed] & stems[stemmed]]
    if len(turned) > 0.12 * len(matched):
        return f"negation differs at {turned[0]}"
    for scope in statement.negations:
        inside = [stemmed for stemmed in sorted(scope) if stemmed in stems]
        if inside and not any(stems[stemmed] & _NEGATED for stemmed in inside):
            return f"negation differs at {inside[0]}"
    for scope in nearest.negations:
        inside = [stemmed for stemmed in sorted(scope) if stemmed in statement.stems]
        if len(inside) > len(scope) / 2 and not any(statement.stems[stemmed] & _NEGATED for stemmed in inside):
            return f"negation differs at {inside[0]}"
    return _turned_word(statement, window, nearest)


def _turned_word(statement: Sentence, window: _Window, nearest: Sentence) -> str:
    words = frozenset(word for sentence in window.sentences for word in sentence.words)
    for word in sorted(statement.words - words):
        opposite = _OPPOSITES.get(word)
        if opposite and opposite in nearest.words and opposite not in statement.words:
            return f"says {word}, the section says {opposite}"
        count = _NUMBER_WORDS.get(word)
        others = [other for other in sorted(nearest.words - statement.words) if other in _NUMBER_WORDS]
        if count and others and ("number", count) not in nearest.atoms:
            return f"says {word}, the section says {others[0]}"
    return ""
