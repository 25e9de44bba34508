"""Does every statement of an answer rest on a section it cites, and is every citation of use?

Markers are read as decision 0002 says a reader reads them: a marker belongs to the sentence it follows; one that ends a
paragraph or list also covers the sentences before it that have none; "Table from [1]." covers the table above it. What
is covered must still be supported by the cited section, so marking a paragraph buys nothing that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from backend_architect import Answer, Section
from evals.metrics.score import NOT_APPLICABLE, Evidence, Score, scored
from evals.metrics.text import (
    IDENTIFIER_KINDS,
    Atom,
    Content,
    Unit,
    atoms,
    content,
    content_words,
    holds,
    numbers,
    opposite,
    plain,
    prose,
    squeeze,
    stands_in,
    stem,
    units,
)
from evals.metrics.weights import Weights

THRESHOLD = 0.60
WINDOW_SENTENCES = 3
STATEMENT_WORDS = 6
QUOTED_WORDS = 5
_TRIED = 4
# The nearest sentence says nearly the same and is turned round: a wider window adds words, not agreement.
_VETO_SHARE = 0.85

_BRIDGE = re.compile(
    r"^(?:here(?:'s|’s| is| are)\b.{0,80}|in short\W*|for example\W*|(?:the|these) (?:following|steps|main|key)\b[^.]{0,80}:|in summary\W*"
    r"|(?:let's|let us|let me)\b.{0,120}|(?:see|read) also\b.*|sources?:.*|related:.*|[^.]{0,120}:)$",
    re.IGNORECASE | re.DOTALL,
)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|welcome|thanks|thank you|good (?:morning|afternoon|evening|question)|great question|you(?:'|’)re welcome"
    r"|i hope (?:this|that) helps|happy to help|glad to help|let me know|feel free)\b",
    re.IGNORECASE,
)
_HAND_OFF = re.compile(
    r"frontend & ui specialist|devops & infrastructure|database & data specialist|the guides (?:do not|don['’]t) cover",
    re.IGNORECASE,
)
_TABLE_FROM = re.compile(r"^(?:table|list|code|example|listing|numbers) from\b", re.IGNORECASE)
_QUOTATION = re.compile(r"“([^”\n]+)”|(?<![\w=])\"([^\"\n]+)\"(?!\w)")


# --- sections ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Said:
    text: str
    content: Content

    @cached_property
    def signs(self) -> Mapping[str, int]:
        return self.content.signs


class Prepared:
    """A section ready for comparison."""

    def __init__(self, section: Section) -> None:
        self.ref = section.ref
        # The question is no claim; footnote marks of sources are no citations of ours.
        text = re.sub(r"\[\^[^\]\n]*\]", "", section.prose.removeprefix(section.question))
        self.said = tuple(_Said(plain(each), content(each)) for each in prose(text).sentences)
        self.places: dict[str, list[int]] = {}
        for at, each in enumerate(self.said):
            for name in each.signs:
                self.places.setdefault(name, []).append(at)
        self.code = "\n".join([*(listing.code for listing in section.listings), prose(text).code]).lower()
        named = " ".join(f"{source.id} {source.title} {source.url}" for source in section.sources)
        self.rfcs = frozenset(re.findall(r"\brfc[\s-]?(\d{3,5})\b", named.lower()))
        self.words = squeeze(f"{text}\n{self.code}\n{section.question}")

    def holds(self, atom: Atom) -> bool:
        """Whether listings or sources hold an identifier or RFC that the window does not repeat."""
        kind, value = atom
        if kind == "rfc":
            return value in self.rfcs
        return kind in IDENTIFIER_KINDS and stands_in(self.code, value)


class Library:
    """All sections by reference, prepared when first asked for."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = {section.ref: section for section in sections}
        self._prepared: dict[str, Prepared] = {}

    def __contains__(self, ref: str) -> bool:
        return ref in self._sections

    def get(self, ref: str) -> Prepared | None:
        if ref not in self._prepared and ref in self._sections:
            self._prepared[ref] = Prepared(self._sections[ref])
        return self._prepared.get(ref)

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Return the hosts that the sources of the guides live on."""
        urls = (source.url for section in self._sections.values() for source in section.sources)
        return frozenset(host.lower() for url in urls for host in re.findall(r"^https?://([^/:]+)", url))


# --- support -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Support:
    """What sections say about a statement: the share that is there, the window, and the rule that denied support."""

    is_supported: bool
    share: float = 0.0
    window: str = ""
    rule: str = ""


def support(text: str, sections: Sequence[Prepared], weights: Weights) -> Support:
    """Return whether one of the sections, or the union of their best windows, supports a statement."""
    claim, needed = content(text), atoms(text)
    if not claim.stems:
        return Support(is_supported=False, rule="nothing to support")
    each = [_by_section(claim, needed, section, weights) for section in sections]
    best = max(each, key=lambda found: (found.is_supported, found.share), default=Support(is_supported=False))
    if best.is_supported or len(sections) < 2:
        return best
    nearest = [window for section in sections for window in _windows(claim, section, weights, WINDOW_SENTENCES)[:1]]
    union = [said for window in nearest for said in window]
    return _judge(claim, needed, union, sections, weights) if union else best


def _by_section(claim: Content, needed: frozenset[Atom], section: Prepared, weights: Weights) -> Support:
    best = Support(is_supported=False)
    for size in range(1, WINDOW_SENTENCES + 1):
        for window in _windows(claim, section, weights, size):
            found = _judge(claim, needed, window, [section], weights)
            if found.is_supported:
                is_vetoed = size > 1 and best.share >= _VETO_SHARE and bool(best.rule)
                return best if is_vetoed else found
            best = max(best, found, key=lambda each: each.share)
    return best


def _windows(claim: Content, section: Prepared, weights: Weights, size: int) -> list[tuple[_Said, ...]]:
    """Return the windows of `size` sentences that share most with the claim, best first."""
    shares: dict[int, float] = {}
    for name in claim.signs:
        starts = {start for place in section.places.get(name, ()) for start in range(place - size + 1, place + 1)}
        for start in starts:
            shares[start] = shares.get(start, 0.0) + weights.of(name)
    last = max(0, len(section.said) - size)
    ranked = sorted((-share, start) for start, share in shares.items() if 0 <= start <= last)[:_TRIED]
    return [section.said[start : start + size] for _, start in ranked]


def _judge(
    claim: Content, needed: frozenset[Atom], window: Sequence[_Said], sections: Sequence[Prepared], weights: Weights
) -> Support:
    joined = Content(
        tuple(pair for said in window for pair in said.content.stems),
        tuple(denied for said in window for denied in said.content.denials),
    )
    text = " ".join(said.text for said in window)
    missing = sorted(atom for atom in needed if not holds(text, atom) and not any(s.holds(atom) for s in sections))
    # An identifier that a listing or a source holds counts as said.
    given = joined.signs.keys() | {
        stem(part) for atom in needed - set(missing) for part in re.findall(r"[a-z]+|\d+", atom[1])
    }
    total = sum(weights.of(name) for name in claim.signs)
    share = sum(weights.of(name) for name in claim.signs if name in given) / total
    if share < THRESHOLD:
        return Support(is_supported=False, share=share, window=text)
    if missing:
        return Support(is_supported=False, share=share, window=text, rule=f"{missing[0][1]} is missing")
    if turned := opposite(claim, joined):
        return Support(is_supported=False, share=share, window=text, rule=f"negation differs at {turned}")
    return Support(is_supported=True, share=share, window=text)


# --- statements and their markers --------------------------------------------------------------


@dataclass(slots=True)
class _Piece:
    """A unit of the answer with the citation numbers that speak for it. `own` are those written in it."""

    unit: Unit
    text: str
    own: tuple[int, ...]
    covered: tuple[int, ...] = ()
    is_statement: bool = False

    @property
    def cited(self) -> tuple[int, ...]:
        return self.own or self.covered


def _pieces(text: str) -> list[_Piece]:
    """Return the units of an answer with their markers spread over what they cover."""
    found = [_Piece(unit, plain(unit.text), numbers(unit.text)) for unit in units(text) if unit.kind != "code"]
    found = _without_bare_markers(found)
    for at, piece in enumerate(found):
        piece.is_statement = is_statement(piece.unit)
        ends_block = at + 1 == len(found) or found[at + 1].unit.block != piece.unit.block
        if piece.own and ends_block:
            _cover(found[:at], piece.unit.block, piece.own)
        if piece.own and _TABLE_FROM.match(piece.text) and at:
            _cover(found[:at], found[at - 1].unit.block, piece.own)
    return found


def _without_bare_markers(found: Sequence[_Piece]) -> list[_Piece]:
    """Return the pieces with a marker that stands alone given to the piece before it."""
    kept: list[_Piece] = []
    for piece in found:
        if kept and piece.own and not re.search(r"\w", piece.text):
            kept[-1].own += piece.own
        else:
            kept.append(piece)
    return kept


def _cover(before: Sequence[_Piece], block: int, cited: tuple[int, ...]) -> None:
    for piece in reversed(before):
        if piece.unit.block != block:
            return
        if not piece.own:
            piece.covered = cited


def is_statement(unit: Unit) -> bool:
    """Whether a unit claims something that needs a source.

    >>> [is_statement(unit) for unit in units("Is POST safe to retry without any idempotency key? A POST without an "
    ... "idempotency key creates the order twice when a client retries.")]
    [False, True]
    """
    if unit.kind not in ("sentence", "row", "quote"):
        return False
    text = plain(unit.text).strip("*_ ")
    is_other = text.endswith("?") or _HAND_OFF.search(text) or _GREETING.match(text) or _TABLE_FROM.match(text)
    if is_other or (unit.kind == "sentence" and _BRIDGE.match(text)):
        return False
    return content_words(text) >= STATEMENT_WORDS


# --- scores of a case --------------------------------------------------------------------------


def scores(
    answer: Answer, labelled: Sequence[str], library: Library, weights: Weights, *, retrieved: Sequence[str] = ()
) -> dict[str, Score]:
    """Return citation scores and invariants of one answer; `labelled` are the sections that belong to the reply.

    An answer without statements scores 0: there is nothing to rely on. `retrieved` adds to what the answer's own trace
    says was found.
    """
    refs = {citation.number: citation.ref for citation in answer.citations}
    pieces = _pieces(answer.text)
    statements = [piece for piece in pieces if piece.is_statement]
    found = [_ruling(piece, refs, library, weights) for piece in statements]
    recall = sum(each.is_supported for each in found) / len(found) if found else 0.0
    evidence = tuple(
        Evidence(
            of=f"statement {at}",
            verdict="supported" if each.is_supported else "unsupported",
            text=piece.text,
            refs=tuple(refs[n] for n in piece.cited if n in refs),
            words=(each.window,) if each.window else (),
            rules=(each.rule,) if each.rule else () if piece.cited else ("no citation",),
            value=round(each.share, 4),
        )
        for at, (piece, each) in enumerate(zip(statements, found, strict=True), 1)
    )
    useful = list(_usefulness(pieces, refs, library, weights))
    precision = sum(each.verdict == "useful" for each in useful) / len(useful) if useful else 0.0
    total = recall + precision
    cited = sorted(set(refs.values()))
    right = [ref for ref in cited if ref in labelled]
    return {
        "citation_recall": scored(recall, "" if found else "the answer states nothing", evidence),
        "citation_precision": scored(precision, "" if useful else "the answer cites nothing", useful),
        "citation_f1": scored(2 * recall * precision / total if total else 0.0),
        "right_section_rate": scored(len(right) / len(cited) if cited else 0.0) if labelled else NOT_APPLICABLE,
    } | invariants(answer, library, retrieved)


def cited_statements(answer: Answer) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return the name, the text and the cited sections of each statement of an answer."""
    refs = {citation.number: citation.ref for citation in answer.citations}
    statements = [piece for piece in _pieces(answer.text) if piece.is_statement]
    return tuple(
        (f"s{at}", piece.text, tuple(dict.fromkeys(refs[number] for number in piece.cited if number in refs)))
        for at, piece in enumerate(statements, 1)
    )


def invariants(answer: Answer, library: Library, retrieved: Sequence[str] = ()) -> dict[str, Score]:
    """Return what must hold for every answer, also for refusals: 1 for a violation, 0 otherwise."""
    loose = _dangling(answer, library, retrieved)
    dangling = [each for each in loose if each.verdict == "dangling"]
    outside = [each for each in loose if each.verdict == "outside"]
    torn = _torn_quotes(answer, library) if answer.outcome == "answered" else []
    return {
        "dangling_citations": scored(float(bool(dangling)), "; ".join(each.text for each in dangling), dangling),
        "outside_trace": scored(float(bool(outside)), "; ".join(each.text for each in outside), outside),
        "quote_integrity": scored(float(bool(torn)), "; ".join(each.text for each in torn), torn),
    }


def _ruling(piece: _Piece, refs: Mapping[int, str], library: Library, weights: Weights) -> Support:
    return support(piece.text, _sections(piece.cited, refs, library), weights)


def _sections(cited: Sequence[int], refs: Mapping[int, str], library: Library) -> list[Prepared]:
    named = dict.fromkeys(refs[number] for number in cited if number in refs)
    return [section for ref in named if (section := library.get(ref)) is not None]


def _usefulness(
    pieces: Sequence[_Piece], refs: Mapping[int, str], library: Library, weights: Weights
) -> Iterator[Evidence]:
    """Yield one finding per marker: useful when it supports something it covers, alone or as a needed part."""
    for at, piece in enumerate(pieces):
        for number in piece.own:
            covered = [piece, *(other for other in pieces[:at] if number in other.covered and _is_near(other, piece))]
            is_useful = _is_reference(covered) or any(
                _needs(each, number, refs, library, weights) for each in covered if content_words(each.text)
            )
            ref = refs.get(number)
            verdict = "useful" if is_useful and ref is not None and ref in library else "useless"
            yield Evidence(of=f"[{number}]", verdict=verdict, text=piece.text, refs=(ref,) if ref else ())


def _is_near(other: _Piece, piece: _Piece) -> bool:
    return other.unit.block == piece.unit.block or _TABLE_FROM.match(piece.text) is not None


def _is_reference(covered: Sequence[_Piece]) -> bool:
    """Whether the marker only says where a listing or table comes from, with nothing of text to hold against it."""
    return len(covered) == 1 and _TABLE_FROM.match(covered[0].text) is not None


def _needs(piece: _Piece, number: int, refs: Mapping[int, str], library: Library, weights: Weights) -> bool:
    alone = support(piece.text, _sections([number], refs, library), weights)
    if alone.is_supported:
        return True
    together = [each for each in piece.cited if each != number]
    if not together:
        return False
    with_it = support(piece.text, _sections(piece.cited, refs, library), weights).is_supported
    return with_it and not support(piece.text, _sections(together, refs, library), weights).is_supported


def _dangling(answer: Answer, library: Library, retrieved: Sequence[str]) -> list[Evidence]:
    """Return citations of numbers that stand for nothing and of unknown sections, and those the trace does not explain.

    The trace names what was found for the question as a whole. What the agent found for a part of it, or what a model
    looked up, is not in the trace, so a citation outside of it is counted apart and breaks no invariant.
    """
    refs = {citation.number: citation.ref for citation in answer.citations}
    found = {hit.ref for hit in answer.trace.hits} | set(retrieved)
    text = "\n".join(unit.text for unit in units(answer.text) if unit.kind != "code")
    unknown = [
        Evidence(of=f"[{number}]", verdict="dangling", text=f"[{number}] stands for no section")
        for number in dict.fromkeys(numbers(text))
        if number not in refs
    ]
    for number, ref in refs.items():
        if ref not in library:
            unknown.append(Evidence(of=f"[{number}]", verdict="dangling", text=f"{ref} is no section", refs=(ref,)))
        elif answer.outcome == "answered" and found and ref not in found:
            text = f"{ref} was not among the sections found"
            unknown.append(Evidence(of=f"[{number}]", verdict="outside", text=text, refs=(ref,)))
    return unknown


def _torn_quotes(answer: Answer, library: Library) -> list[Evidence]:
    """Return quotations of five or more words that stand neither in a cited section nor in the question."""
    sections = [section for each in answer.citations if (section := library.get(each.ref)) is not None]
    asked = squeeze(answer.question)
    torn = []
    for unit in units(answer.text):
        quoted = [unit.text] if unit.kind == "quote" else [one or other for one, other in _QUOTATION.findall(unit.text)]
        for quotation in quoted if unit.kind in ("sentence", "row", "quote") else ():
            wanted = squeeze(quotation)
            is_there = wanted in asked or any(wanted in section.words for section in sections)
            if len(wanted.split()) >= QUOTED_WORDS and not is_there:
                torn.append(Evidence(of="quotation", verdict="torn", text=quotation))
    by_ref = {section.ref: section for section in sections}
    for citation in answer.citations:
        section = by_ref.get(citation.ref)
        if section is not None and squeeze(citation.quote) not in section.words:
            torn.append(Evidence(of=f"[{citation.number}]", verdict="torn", text=citation.quote, refs=(citation.ref,)))
    return torn
