"""One HTML file with everything a run may show: no request leaves it, and text of others is text.

The page forbids itself everything but its own style and script by a content policy with their hashes; the templates
escape every value; what is invisible or would turn the reading direction is spelled out (`untrusted.visible`).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from backend_architect import Answer
from evals.metrics.score import Evidence, Score
from evals.metrics.text import squeeze
from evals.record import CaseRecord
from evals.reports.evidence import ANSWER_CHARACTERS, Piece, coloured, difference, matched
from evals.reports.untrusted import capped, line, visible
from evals.reports.view import Flip, Row, View, quality

TEMPLATES = Path(__file__).parent / "templates"
QUESTION_CHARACTERS = 8_000
WINDOW_CHARACTERS = 1_500
_RANKED = 10
_RANKED_OF_TURN = 5
# Scores whose evidence has a place of its own on the page.
_CLAIMS = ("vital", "turn_vital", "benign_under_attack")
_PLACED = frozenset({*_CLAIMS, "vital@250", "citation_recall", "forbidden_free"})
_PLOT_WIDTH = 160


@dataclass(frozen=True, slots=True)
class Claim:
    """A nugget or forbidden claim by its name, with the window of the answer that came nearest to it."""

    of: str
    verdict: str
    look: str
    value: str
    window: tuple[Piece, ...]
    rules: tuple[str, ...]
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of the answer beside the nearest window of what it cites."""

    of: str
    text: str
    verdict: str
    look: str
    share: str
    window: str  # "" when the section says the very words of the statement
    rules: tuple[str, ...]
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: what was asked, what was said, and what an earlier run said instead."""

    title: str
    asked: str
    answer: Answer
    pieces: tuple[Piece, ...]
    cut: int
    changes: tuple[Piece, ...]

    @property
    def anchor(self) -> str:
        return self.title.lower().replace(" ", "-")

    @property
    def found(self) -> tuple[str, ...]:
        """Return the first sections the agent found for this turn."""
        return tuple(hit.ref for hit in self.answer.trace.hits[:_RANKED_OF_TURN])


@dataclass(frozen=True)
class CasePage:
    """Everything the page shows of one case."""

    record: CaseRecord
    flip: Flip
    earlier: CaseRecord | None
    at: int

    @property
    def anchor(self) -> str:
        slug = re.sub(r"[^a-z0-9-]+", "-", self.record.id.lower()).strip("-")[:80]
        return f"case-{self.at}-{slug}"

    @property
    def is_conversation(self) -> bool:
        return self.record.observation is not None and len(self.record.observation.turns) > 0

    @property
    def tags(self) -> str:
        return f"|{'|'.join(visible(tag) for tag in self.record.tags)}|"

    @property
    def quality(self) -> str:
        return f"{quality(self.record):.2f}"

    @property
    def was(self) -> str:
        return f"{self.earlier.status}: {self.earlier.explanation}" if self.earlier and self.earlier.explanation else ""

    @cached_property
    def scores(self) -> tuple[tuple[str, Score], ...]:
        return tuple(self.record.scores.items())

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """Return every nugget with the window of the answer that came nearest, and the rules that decided."""
        return tuple(_claim(each) for name in _CLAIMS for each in self._evidence(name))

    @cached_property
    def forbidden(self) -> tuple[Claim, ...]:
        return tuple(map(_claim, self._evidence("forbidden_free")))

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(map(_statement, self._evidence("citation_recall")))

    @cached_property
    def findings(self) -> tuple[tuple[str, Evidence], ...]:
        """Return the evidence of all other scores, except what is as it should be."""
        return tuple(
            (name, each)
            for name, score in self.scores
            if name not in _PLACED
            for each in score.evidence
            if each.verdict != "useful"
        )

    @cached_property
    def replies(self) -> tuple[Reply, ...]:
        """Return the answers of the case in order; a conversation has one for each turn."""
        seen = self.record.observation
        if seen is None:
            return ()
        before = self.earlier.observation if self.earlier else None
        then = before.replies if before else ()
        return tuple(
            self._reply(f"Turn {at}" if seen.turns else "Answer", answer, then[at - 1] if at <= len(then) else None)
            for at, answer in enumerate(seen.replies, 1)
        )

    def _reply(self, title: str, answer: Answer, before: Answer | None) -> Reply:
        text = answer.text[:ANSWER_CHARACTERS]
        statements = () if self.is_conversation else self._evidence("citation_recall")
        asked = "" if answer.question == self.record.question else capped(answer.question, QUESTION_CHARACTERS)
        changes = difference(before.text, answer.text) if before and before.text != answer.text else ()
        cut = len(answer.text) - len(text)
        return Reply(title, asked, answer, coloured(text, statements), cut, changes)

    @cached_property
    def ranking(self) -> tuple[tuple[int, str, str, int | None], ...]:
        """Return the first sections found: rank, reference, score and, for an expected one, its grade."""
        seen = self.record.observation
        if seen is None:
            return ()
        grades = dict(self.record.expected)
        scores = dict(zip(seen.refs, seen.ref_scores, strict=False))
        return tuple(
            (rank, ref, f"{scores[ref]:.3f}" if ref in scores else "", grades.get(ref))
            for rank, ref in enumerate(seen.refs[:_RANKED], 1)
        )

    @property
    def missed(self) -> tuple[tuple[str, int], ...]:
        """Return the expected sections that are not among those shown in the ranking."""
        found = {ref for _, ref, _, _ in self.ranking}
        return tuple((ref, grade) for ref, grade in self.record.expected if ref not in found)

    def _evidence(self, name: str) -> Sequence[Evidence]:
        score = self.record.scores.get(name)
        return score.evidence if score else ()


_LOOKS = {
    "support": "good", "supported": "good", "absent": "bad", "unsupported": "bad", "partial": "fair",
    "claimed": "bad", "mentioned": "fair",
}  # fmt: skip


def _claim(each: Evidence) -> Claim:
    look = _LOOKS.get(each.verdict, "")
    if each.verdict == "absent" and each.value is None:  # a forbidden claim that is not made
        look = "good"
    value = "" if each.value is None else f"{each.value:.2f}"
    window = matched(each.text[:WINDOW_CHARACTERS], each.words) if each.text else ()
    return Claim(each.of, each.verdict, look, value, window, each.rules, each.refs)


def _statement(each: Evidence) -> Statement:
    share = "" if each.value is None else f"{each.value:.0%}"
    window = " ".join(each.words)
    window = "" if squeeze(window) == squeeze(each.text) else capped(window, WINDOW_CHARACTERS)
    text = capped(each.text, WINDOW_CHARACTERS)
    return Statement(each.of, text, each.verdict, _LOOKS.get(each.verdict, ""), share, window, each.rules, each.refs)


# --- the page ----------------------------------------------------------------------------------


def html_text(view: View) -> str:
    """Return the whole page."""
    style, script = _asset("report.css"), _asset("report.js")
    pages = tuple(_pages(view)) if view.is_revealed else ()
    template = _environment().get_template("report.html.jinja")
    return template.render(
        view=view,
        run=view.run,
        identity={name: value for name, value in view.run.identity.model_dump().items() if value not in (None, (), [])},
        pages=pages,
        anchors={page.record.id: page.anchor for page in pages},
        kinds=sorted({page.record.kind for page in pages}),
        tags=_tag_groups(pages),
        style=Markup(style),
        script=Markup(script),
        policy=_policy(style, script),
    )


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(visible=visible, line=line, plot=plot, capped=capped)
    return environment


def _pages(view: View) -> Iterator[CasePage]:
    """Yield the cases, those that did not pass first."""
    worst = {record.id for record in view.worst}
    passed = (record for record in view.run.cases if record.id not in worst)
    for at, record in enumerate([*view.worst, *passed], 1):
        yield CasePage(record, view.flip(record), view.earlier(record), at)


def _tag_groups(pages: Sequence[CasePage]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, set[str]] = {}
    for page in pages:
        for tag in page.record.tags:
            found.setdefault(tag.partition("=")[0], set()).add(visible(tag))
    return tuple((name, tuple(sorted(values))) for name, values in sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Plot:
    """Where the value, its interval and the baseline of a share stand on a line from 0 to 1."""

    now: float
    low: float
    width: float
    then: float | None


def plot(row: Row) -> Plot | None:
    """Return where to draw a share; None for what is not one."""
    if not row.is_share or row.now is None:
        return None
    low, high = (row.now if each is None else each for each in (row.low, row.high))
    then = None if row.then is None else _x(row.then)
    return Plot(_x(row.now), _x(low), max(1.0, _x(high) - _x(low)), then)


def _x(share: float) -> float:
    return round(4 + (_PLOT_WIDTH - 8) * min(1.0, max(0.0, share)), 1)
