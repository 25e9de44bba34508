"""The citation gate: lets out of a composed text only what the sections say, or what is marked as own judgement.

Every statement gets a verdict. `supported`: a given section supports it; a citation that does not is dropped, and moved
when another given section does. `contradicted`: its cited or nearest section has another number or identifier, or says
the opposite; it is cut. `judgement`: no section supports it; it stays, marked. `unsupported`: the same in strict mode,
cut. `exempt`: no statement (a question, a heading, fewer than six content words …).

The text is judged character by character, so what comes out does not depend on how it was cut into pieces. A sentence
is let out when it is over; only the place of its citation waits until the next sentence shows whether it shares it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backend_architect.answering.markup import ControlFilter, bare_address, harmless, known_addresses, outside_code
from backend_architect.answering.statements import (
    MARKER,
    OWN_JUDGEMENT,
    Splitter,
    Unit,
    code_spans,
    content_words,
    exemption,
    numbers,
    plain,
)
from backend_architect.answering.support import Evidence, Sentence, judge, prepare, read, squeeze, weigh
from backend_architect.types import Section, Support, Verdict

_QUOTED = re.compile(r"[“\"]([^“”\"]+)[”\"]")
QUOTED_WORDS = 5
CLAIM_WORDS = 4
# Of sections that support a sentence about equally, one that is cited already is cited again.
NEARLY_EQUAL = 0.1
_POINTER = re.compile(
    r"\(?(?:see|read|refer to|cf\.|(?:more|details) (?:in|from)|(?:table|list|code|example) from)\b", re.IGNORECASE
)
_DEFINITION = re.compile(r"\[\^?[^\[\]]+\]:(?:\s|$)")
_MODELS_OWN_MARK = re.compile(rf" ?{re.escape(OWN_JUDGEMENT)}")
_FINAL = re.compile(r"[.!?:;]?[\"')”’*_]{0,4}$")
_ROW_END = re.compile(r"\s*\|?\s*$")
_TABLE_RULE = re.compile(r"[ \t|:-]+")
_HEADING_LEVEL = re.compile(r"\s*(#+)")


@dataclass(slots=True)
class _Run:
    """Neighbouring sentences of a block that rest on the same sections, let out but for the place of their citation."""

    shares: dict[str, float]  # by section reference
    tail: str  # final punctuation: the citation goes before it
    after: list[str] = field(default_factory=list)  # exempt sentences that followed


@dataclass(frozen=True, slots=True)
class _Ruling:
    support: Support
    reason: str = ""
    refs: tuple[str, ...] = ()
    shares: Mapping[str, float] = field(default_factory=dict)
    is_placed: bool = False  # the text itself carries markers that `refs` answer for


class Gate:
    """Checks a text against numbered sections while it streams.

    `[n]` in the raw text means `sections[n - 1]`; in the released text it means `refs[n - 1]`. `weights` is what
    `support.weigh` returns for the whole corpus; without it the given sections stand for the corpus.
    """

    def __init__(
        self, sections: Sequence[Section], *, strict: bool = False, weights: Mapping[str, float] | None = None
    ) -> None:
        self._sections: list[Section] = []
        self._strict = strict
        self._given_weights = weights
        self._weighed: Mapping[str, float] | None = weights
        self._controls = ControlFilter()
        self._splitter = Splitter()
        self._refs: list[str] = []
        self._verdicts: list[Verdict] = []
        self._out: list[str] = []
        self._run: _Run | None = None
        self._block = -1  # the block of the last unit that was let out
        self._cut_lead: tuple[int, str] | None = None  # the lead of a block of which nothing was let out yet
        self._headings: list[tuple[int, str]] = []  # not let out before something under them is
        self._has_cut = False  # since the last heading
        self._has_text = False
        self.add(sections)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        return tuple(self._verdicts)

    @property
    def refs(self) -> tuple[str, ...]:
        return tuple(self._refs)

    def add(self, sections: Sequence[Section]) -> None:
        """Number more sections, after those there are; text fed from now on may cite them."""
        self._sections.extend(sections)
        self._by_ref = {section.ref: section for section in self._sections}
        self._weighed = self._given_weights
        self._known = known_addresses([source.url for section in self._sections for source in section.sources])

    @property
    def _weights(self) -> Mapping[str, float]:
        """What the words tell; reading the sections takes ten milliseconds, which the model's first sentence has to spare."""
        if self._weighed is None:
            self._weighed = weigh(self._by_ref.values())
        return self._weighed

    def feed(self, piece: str) -> str:
        """Take raw text; return what may be shown of all text so far and was not yet returned."""
        return self._release(self._splitter.feed(self._controls.feed(piece)))

    def finish(self) -> str:
        """Return the rest. The gate is spent."""
        shown = self._release(self._splitter.finish())
        self._end_run()
        if not self._has_cut:
            self._let_headings_out()
        return shown + self._drain()

    def _release(self, units: Sequence[Unit]) -> str:
        for unit in units:
            self._take(unit)
        return self._drain()

    def _drain(self) -> str:
        text = "".join(self._out)
        self._out.clear()
        return text

    # --- one unit ----------------------------------------------------------------------------

    def _take(self, unit: Unit) -> None:
        if unit.kind in ("code", "gap"):
            self._end_run()
        if unit.kind == "code":
            self._show(unit, unit.text)
        elif unit.kind == "gap" or _TABLE_RULE.fullmatch(unit.text):
            if unit.text.strip() or not self._has_cut:
                self._show(unit, unit.text)
        elif unit.kind == "heading":
            self._take_heading(unit)
        elif _DEFINITION.match(unit.text):
            self._cut(unit)
        else:
            self._take_text(unit)

    def _take_heading(self, unit: Unit) -> None:
        self._end_run()
        text = self._without_markers(outside_code(unit.text, self._harmless))
        self._record(text.lstrip("# \t"), _Ruling("exempt", "heading"))
        match = _HEADING_LEVEL.match(text)
        level = len(match[1]) if match else 1
        if self._has_cut:
            self._headings = [(above, held) for above, held in self._headings if above < level]
        self._headings.append((level, self._own_lead(unit) + text))
        self._has_cut = False

    def _take_text(self, unit: Unit) -> None:
        text = outside_code(unit.text, self._harmless).strip()
        if not text:
            self._cut(unit)
            return
        ruling = self._rule(unit, text)
        self._record(plain(text), ruling)
        if ruling.support in ("contradicted", "unsupported") or self._points_nowhere(text, ruling):
            self._cut(unit)
            return
        text = self._without_false_quotes(text, ruling)
        if unit.kind == "quote" and ruling.support != "supported":
            unit = Unit("sentence", unit.lead.replace(">", "").rstrip(" "), text, unit.block)
        self._let_out(unit, text, ruling)

    def _points_nowhere(self, text: str, ruling: _Ruling) -> bool:
        """Whether this is "See also [2] and [7]." with its citations gone: they support nothing, as nothing is said."""
        return (
            ruling.support == "exempt"
            and not ruling.refs
            and _POINTER.match(text) is not None
            and MARKER.search(text) is not None
        )

    def _record(self, statement: str, ruling: _Ruling) -> None:
        self._verdicts.append(
            Verdict(statement=statement, support=ruling.support, refs=ruling.refs, reason=ruling.reason)
        )

    # --- judging -----------------------------------------------------------------------------

    def _rule(self, unit: Unit, text: str) -> _Ruling:
        cited = self._cited(text)
        reason = exemption(Unit(unit.kind, unit.lead, text, unit.block))
        bare = plain(text)
        statement = read(bare)
        if reason:
            return self._rule_exempt(statement, cited, reason, content_words(bare))
        if unit.kind == "quote":
            return self._rule_quote(bare, statement, cited)
        return self._rule_statement(bare, statement, cited)

    def _cited(self, text: str) -> tuple[str, ...]:
        """Return the references that a text cites, in order; numbers without a section are left out."""
        markers = (marker for is_code, part in code_spans(text) if not is_code for marker in MARKER.finditer(part))
        return tuple(dict.fromkeys(ref for marker in markers for ref in self._named(marker)))

    def _judge(self, statement: Sentence, *refs: str) -> Evidence:
        return judge(statement, [prepare(self._by_ref[ref]) for ref in refs], self._weights)

    def _rule_exempt(self, statement: Sentence, cited: tuple[str, ...], reason: str, words: int) -> _Ruling:
        """What is no statement needs no citation, but one that it carries must be right, and so must the numbers and names of a short sentence."""
        if reason != "short":
            return _Ruling("exempt", reason)
        if kept := tuple(ref for ref in cited if self._judge(statement, ref).outcome == "supports"):
            return _Ruling("exempt", reason, kept)
        evidence = {ref: self._judge(statement, ref) for ref in self._by_ref} if statement.atoms else {}
        if any(found.outcome == "supports" for found in evidence.values()):
            return _Ruling("exempt", reason)
        ruling = self._rule_unsupported(evidence, cited) if evidence else _Ruling("exempt", reason)
        # Numbers and names that no section has make a claim of all but the shortest sentence.
        is_claim = ruling.support == "contradicted" or words >= CLAIM_WORDS
        return ruling if is_claim else _Ruling("exempt", reason)

    def _rule_quote(self, bare: str, statement: Sentence, cited: tuple[str, ...]) -> _Ruling:
        words = f" {squeeze(bare)} "
        exact = tuple(ref for ref in self._by_ref if words in f" {prepare(self._by_ref[ref]).words} ")
        if not exact:
            return self._rule_statement(bare, statement, cited)
        kept = tuple(ref for ref in cited if ref in exact)
        return _Ruling("supported", "verbatim", kept or exact[:1], dict.fromkeys(exact, 1.0), is_placed=bool(kept))

    def _rule_statement(self, bare: str, statement: Sentence, cited: tuple[str, ...]) -> _Ruling:
        evidence = {ref: self._judge(statement, ref) for ref in self._by_ref}
        shares = self._with_its_quotes(
            bare, {ref: found.share for ref, found in evidence.items() if found.outcome == "supports"}
        )
        if kept := tuple(ref for ref in cited if ref in shares):
            dropped = [ref for ref in cited if ref not in shares]
            return _Ruling(
                "supported", f"{', '.join(dropped)} does not say this" if dropped else "", kept, shares, is_placed=True
            )
        if len(cited) > 1 and self._judge(statement, *cited).outcome == "supports":
            return _Ruling("supported", "by its citations together", cited, dict.fromkeys(cited, 1.0), is_placed=True)
        if shares:
            best = max(shares, key=lambda ref: shares[ref])
            reason = f"{', '.join(cited)} does not say this, {best} does" if cited else "not cited in the text"
            return _Ruling("supported", reason, (best,), shares, is_placed=bool(cited))
        return self._rule_unsupported(evidence, cited)

    def _with_its_quotes(self, bare: str, shares: dict[str, float]) -> dict[str, float]:
        """Return those of the supporting sections that hold the statement's quotations word for word, or all when none does."""
        quotes = [
            words for match in _QUOTED.finditer(bare) if len((words := squeeze(match[1])).split()) >= QUOTED_WORDS
        ]
        exact = {
            ref: share
            for ref, share in shares.items()
            if all(words in prepare(self._by_ref[ref]).words for words in quotes)
        }
        return exact or shares

    def _rule_unsupported(self, evidence: Mapping[str, Evidence], cited: tuple[str, ...]) -> _Ruling:
        nearest = max(evidence, key=lambda ref: evidence[ref].share, default=None)
        candidates: list[str] = [*cited, nearest] if nearest else [*cited]
        for ref in candidates:
            if evidence[ref].outcome == "conflicts":
                return _Ruling("contradicted", f"{ref}: {evidence[ref].reason}", (ref,))
        reason = evidence[nearest].reason if nearest else "no sections were given"
        if cited:
            reason = f"{', '.join(cited)} does not say this"
        return _Ruling("unsupported" if self._strict else "judgement", reason)

    # --- letting out -------------------------------------------------------------------------

    def _let_out(self, unit: Unit, text: str, ruling: _Ruling) -> None:
        if unit.block != self._block:
            self._end_run()
        if ruling.support == "exempt":
            self._let_exempt_out(unit, text, ruling)
        elif ruling.support == "judgement":
            self._end_run()
            self._show(unit, _marked_as_judgement(self._without_markers(text), unit.kind))
        elif ruling.is_placed:
            self._let_cited_out(unit, text, ruling)
        else:
            self._let_uncited_out(unit, text, ruling)

    def _let_exempt_out(self, unit: Unit, text: str, ruling: _Ruling) -> None:
        if self._run is not None and not ruling.refs:
            self._run.after.append(self._own_lead(unit) + self._without_markers(text))
            return
        self._end_run()
        self._show(unit, self._with_citations(text, ruling.refs))

    def _let_cited_out(self, unit: Unit, text: str, ruling: _Ruling) -> None:
        if self._run is not None and not any(ref in self._run.shares for ref in ruling.refs):
            self._end_run()
        self._end_run(is_covered=True)
        self._show(unit, self._with_citations(text, ruling.refs))

    def _let_uncited_out(self, unit: Unit, text: str, ruling: _Ruling) -> None:
        shares = dict(ruling.shares)
        if self._run is not None:
            both = {ref: share for ref, share in shares.items() if ref in self._run.shares}
            self._end_run(is_covered=bool(both))
            shares = both or shares
        text = self._without_markers(text)
        end = _ROW_END if unit.kind == "row" else _FINAL
        match = end.search(text)
        cut = match.start() if match else len(text)
        self._show(unit, text[:cut])
        self._run = _Run(shares, text[cut:])

    def _end_run(self, *, is_covered: bool = False) -> None:
        """Let out what waited for the place of a citation; `is_covered` says that a later marker stands for it."""
        if self._run is None:
            return
        run, self._run = self._run, None
        if not is_covered:
            near = max(run.shares.values()) - NEARLY_EQUAL
            best = max(run.shares, key=lambda ref: (run.shares[ref] >= near and ref in self._refs, run.shares[ref]))
            self._out.append(f" [{self._number(best)}]")
        self._out.extend([run.tail, *run.after])

    def _show(self, unit: Unit, text: str) -> None:
        if unit.block != self._block:
            self._end_run()
        lead = self._own_lead(unit)
        self._let_headings_out()
        self._out.append(lead + text)
        self._has_text = True
        self._block = unit.block

    def _let_headings_out(self) -> None:
        for _, heading in self._headings:
            self._out.append(heading)
            self._has_text = True
        self._headings.clear()

    def _own_lead(self, unit: Unit) -> str:
        """Return what stands before a unit, taking over the bullet or line ends of what was cut before it."""
        lead = unit.lead
        if self._cut_lead is not None:
            block, cut = self._cut_lead
            lead = cut if block == unit.block else "\n" * (cut.count("\n") - lead.count("\n")) + lead
            self._cut_lead = None
        return lead if self._has_text or self._headings else lead.lstrip("\n")

    def _cut(self, unit: Unit) -> None:
        self._has_cut = True
        if unit.block != self._block and (self._cut_lead is None or self._cut_lead[0] != unit.block):
            before = self._cut_lead[1].count("\n") if self._cut_lead else 0
            self._cut_lead = (unit.block, "\n" * (before - unit.lead.count("\n")) + unit.lead)

    # --- markers -----------------------------------------------------------------------------

    def _harmless(self, text: str) -> str:
        return harmless(text, is_known=self._is_known)

    def _is_known(self, url: str) -> bool:
        return bare_address(url) in self._known or (
            len(url) > 8 and any(url in section.prose for section in self._by_ref.values())
        )

    def _number(self, ref: str) -> int:
        if ref not in self._refs:
            self._refs.append(ref)
        return self._refs.index(ref) + 1

    def _without_markers(self, text: str) -> str:
        return self._with_citations(text, ())

    def _with_citations(self, text: str, refs: tuple[str, ...]) -> str:
        """Return the text with `refs` cited, renumbered: where it cited them itself, and the others at its last marker.

        The mark of own judgement is ours to give: one that the model wrote is taken out.
        """
        moved = [ref for ref in refs if ref not in self._cited(text)]
        left = [ref for ref in refs if ref not in moved]

        def change(part: str) -> str:
            markers = list(MARKER.finditer(part))
            result = ""
            end = 0
            is_whole = True
            for marker in markers:
                shown = [ref for ref in self._named(marker) if ref in left]
                left[:] = [ref for ref in left if ref not in shown]
                shown += moved if marker is markers[-1] else []
                is_whole = is_whole and bool(shown)
                result = _cite(result + part[end : marker.start()], [self._number(ref) for ref in dict.fromkeys(shown)])
                end = marker.end()
            return result + part[end:] if is_whole else _tidy(result + part[end:])

        return outside_code(_MODELS_OWN_MARK.sub("", text), change)

    def _named(self, marker: re.Match[str]) -> list[str]:
        return [self._sections[n - 1].ref for n in numbers(marker) if 0 < n <= len(self._sections)]

    def _without_false_quotes(self, text: str, ruling: _Ruling) -> str:
        """Take the quotation marks off words that its sections do not say in this order."""
        sources = [prepare(self._by_ref[ref]).words for ref in ruling.refs or self._by_ref]

        def check(match: re.Match[str]) -> str:
            words = squeeze(match[1])
            is_true = len(words.split()) < QUOTED_WORDS or any(words in source for source in sources)
            return match.group() if is_true else match[1]

        inside = _code_positions(text)
        return _QUOTED.sub(lambda match: match.group() if match.start() in inside else check(match), text)


def _code_positions(text: str) -> set[int]:
    """Return the positions of a text that lie in inline code."""
    found: set[int] = set()
    at = 0
    for is_code, part in code_spans(text):
        if is_code:
            found.update(range(at, at + len(part)))
        at += len(part)
    return found


def _cite(before: str, found: Sequence[int]) -> str:
    """Return the text before a marker with its citation, or with nothing in its place."""
    if not found:
        return before.rstrip(" ")
    space = "" if not before or before.endswith((" ", "\n", "]", "(", "|")) else " "
    return before + space + "".join(f"[{number}]" for number in found)


def _tidy(text: str) -> str:
    """Take away what a removed marker leaves behind: empty brackets, a comma before a bracket, a space in front."""
    return re.sub(r"[,;]\s*(?=\))", "", re.sub(r"\s\((?:see|cf\.)?[\s,;]*\)(?=[\s.,;:!?]|$)", "", text)).lstrip(" ")


def _marked_as_judgement(text: str, kind: str) -> str:
    end = _ROW_END.search(text) if kind == "row" else None
    cut = end.start() if end else len(text)
    return f"{text[:cut]} {OWN_JUDGEMENT}{text[cut:]}"
