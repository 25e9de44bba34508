"""Compares verdicts with human labels: agreement, Cohen's kappa with its interval, rates per label, the worst cases."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from backend_architect import Section
from evals.judge import CREDIT, NUGGET_VERDICTS, STATEMENT_VERDICTS, Judge
from evals.metrics.citations import Prepared, support
from evals.metrics.nuggets import match, windows
from evals.metrics.stats import wilson
from evals.metrics.text import prose
from evals.metrics.weights import Weights
from evals.record import RecordError

LABELS = Path(__file__).parent / "labels"
LABELS_FILE = "labels.jsonl"
MAY_GATE, MAY_SHOW, LEAST_LABELS = 0.70, 0.50, 100
_RESAMPLES = 2_000
_SOURCES = "\n\nSources:\n"

Kind = Literal["nugget", "statement"]
Reader = Literal["label", "second"]
# What the program did to a statement before it was labelled; a neighbour is another section of the same guide.
Change = Literal["", "number", "identifier", "negated", "neighbour", "stranger"]
OFFERED: Mapping[Kind, tuple[str, ...]] = {"nugget": NUGGET_VERDICTS, "statement": STATEMENT_VERDICTS}
_CREDIT = {**CREDIT, "supported": 1.0, "unsupported": 0.0, "contradicted": 0.0, "not_in_sections": 0.0}


class Label(BaseModel):
    """One claim and one text, and what people say about them; `label` is None until somebody has said it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = ""
    kind: Kind
    question: str = ""
    claim: str
    text: str
    label: str | None = None
    second: str | None = None
    capability: str = ""
    source: str = ""  # where claim and text come from
    any_of: tuple[tuple[str, ...], ...] = ()  # of the nugget: the metric takes these words too
    change: Change = ""
    weight: float = 0.0  # how many pairs that could have been drawn it stands for; 0: not drawn, or not known

    @model_validator(mode="after")
    def _is_offered(self) -> Self:
        for given in (self.label, self.second):
            if given is not None and given not in OFFERED[self.kind]:
                raise ValueError(f"{given!r} is no label of a {self.kind}: {', '.join(OFFERED[self.kind])}")
        return self


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well verdicts agree with people."""

    name: str
    n: int
    missing: int
    agreement: float
    kappa: float
    low: float
    high: float
    correlation: tuple[float, float, float] | None = None  # with its interval

    @property
    def consequence(self) -> str:
        """Return what the result allows a judge."""
        if self.n < LEAST_LABELS:
            return f"not shown: {self.n} labels, at least {LEAST_LABELS} are needed"
        if self.kappa >= MAY_GATE:
            return "may gate"
        return "informational" if self.kappa >= MAY_SHOW else "not shown: the judge does not agree with people"

    @property
    def line(self) -> str:
        correlated = ""
        if self.correlation is not None:
            value, low, high = self.correlation
            correlated = f", correlation {value:.2f} ({low:.2f} to {high:.2f})"
        lost = f", {self.missing} without a verdict" if self.missing else ""
        if not self.n:
            return f"{self.name}: no labels{lost}"
        return (
            f"{self.name}: n {self.n}{lost}, agreement {self.agreement:.2f}, kappa {self.kappa:.2f} "
            f"({self.low:.2f} to {self.high:.2f}){correlated}"
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """What people and the metric that needs no model say about one pair. `score` is what the metric's verdict rests on."""

    label: Label
    person: str
    verdict: str
    score: float
    window: str = ""
    rules: tuple[str, ...] = ()

    @property
    def pair(self) -> tuple[str, str]:
        """Return what people and the metric say in the words of the metric: it knows supported statements or not."""
        return (self.person if self.label.kind == "nugget" else _half(self.person)), self.verdict

    @property
    def is_same(self) -> bool:
        return self.pair[0] == self.pair[1]

    @property
    def gap(self) -> float:
        """Return how far the credit of the metric is from that of people."""
        return abs(_CREDIT[self.verdict] - _CREDIT[self.person])

    @property
    def line(self) -> str:
        rules = f" ({'; '.join(self.rules)})" if self.rules else ""
        change = f", {self.label.change}" if self.label.change else ""
        return (
            f"{self.label.id} {self.label.source}{change}: people {self.label.label}, metric {self.verdict} "
            f"{self.score:.2f}{rules}\n  claim: {self.label.claim}\n  found: {self.window or 'nothing'}"
        )


# --- the labels file ---------------------------------------------------------------------------


def file_of(path: Path) -> Path:
    """Return the labels file of a folder; a file stays itself."""
    return path / LABELS_FILE if path.is_dir() else path


def load(path: Path) -> tuple[Label, ...]:
    """Return the pairs of a file or folder; raise RecordError naming the line that does not fit."""
    file = file_of(path)
    if not file.is_file():
        raise RecordError(f"{file} does not exist: draw pairs with --draw, and have them labelled")
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found.append(Label.model_validate(json.loads(line)))
        except (json.JSONDecodeError, ValidationError) as error:
            raise RecordError(f"{file}:{number}: not a label: {error}") from error
    return tuple(found)


def save(labels: Iterable[Label], path: Path) -> None:
    """Write a labels file: one pair a line, what is not known left out."""
    rows = (label.model_dump(exclude_defaults=True) for label in labels)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def entered(labels: Sequence[Label], file: Path, who: Reader) -> tuple[Label, ...]:
    """Return the labels with what a reader said, lines of `{"id": ..., "label": ...}`; raise RecordError for any misfit."""
    given: dict[str, str] = {}
    known = {label.id: label for label in labels}
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{file} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            said = _Said.model_validate_json(line)
        except ValidationError as error:
            raise RecordError(f"{file}:{number}: not a label: {error.errors()[0]['msg']}") from error
        if said.id not in known or said.id in given:
            raise RecordError(f"{file}:{number}: {said.id} {'is labelled twice' if said.id in given else 'is unknown'}")
        offered = OFFERED[known[said.id].kind]
        if said.label not in offered:
            raise RecordError(f"{file}:{number}: {said.id} is {said.label!r}, must be one of {', '.join(offered)}")
        given[said.id] = said.label
    if not given:
        raise RecordError(f"{file} holds no label")
    return tuple(label.model_copy(update={who: given[label.id]}) if label.id in given else label for label in labels)


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    label: str


def section_text(section: Section) -> str:
    """Return a whole section as a reader sees it: question, prose, listings, sources."""
    said = re.sub(r"\[\^[^\]\n]*\]", "", section.prose.removeprefix(section.question)).strip()
    listings = []
    for listing in section.listings:
        fence = "````" if "```" in listing.code else "```"
        listings.append(f"{fence}{listing.language}\n{listing.code}\n{fence}")
    sources = "\n".join(f"- {source.id}: {source.title}, {source.url}" for source in section.sources)
    return "\n\n".join([f"# {section.question}", said, *listings]) + (f"{_SOURCES}{sources}" if sources else "")


def prepared(text: str) -> Prepared:
    """Return the section that `section_text` wrote down, ready for the metric: what was labelled, not today's guide."""
    body, has_sources, sources = text.rpartition(_SOURCES)
    heading, _, said = (body if has_sources else text).partition("\n\n")
    found = Prepared(
        Section(ref="", guide_title="", question=heading.removeprefix("# "), also_asked=(), short_answer=said)
    )
    found.rfcs = frozenset(re.findall(r"\brfc[\s-]?(\d{3,5})\b", sources.lower())) if has_sources else frozenset()
    return found


# --- what the metric says ----------------------------------------------------------------------


def readings(labels: Sequence[Label], weights: Weights) -> tuple[Reading, ...]:
    """Return what the metrics that need no model say about every labelled pair; a statement is supported or not."""
    return tuple(_reading(label, label.label, weights) for label in labels if label.label is not None)


def _reading(label: Label, person: str, weights: Weights) -> Reading:
    if label.kind == "nugget":
        said = prose(label.text)
        made = match(label.claim, windows(said), weights, code=said.code, any_of=label.any_of)
        return Reading(label, person, made.label, made.score, made.text, made.rules)
    found = support(label.claim, [prepared(label.text)], weights)
    verdict = "supported" if found.is_supported else "unsupported"
    return Reading(label, person, verdict, found.share, found.window, (found.rule,) if found.rule else ())


def report(found: Sequence[Reading]) -> tuple[str, ...]:
    """Return what there is to say about each metric, in lines."""
    nuggets = [each for each in found if each.label.kind == "nugget"]
    statements = [each for each in found if each.label.kind == "statement"]
    return (*(_of_nuggets(nuggets) if nuggets else ()), *(_of_statements(statements) if statements else ()))


def _of_nuggets(found: Sequence[Reading]) -> tuple[str, ...]:
    pairs = [each.pair for each in found]
    scores = [(_CREDIT[each.person], each.score) for each in found]
    return (
        agreement("nuggets, metric with people", pairs, scores=scores).line,
        *(_rates(name, pairs) for name in NUGGET_VERDICTS),
        _credits("as drawn", found, [1.0] * len(found)),
        *_in_all(found),
        _by_capability(found),
    )


def _of_statements(found: Sequence[Reading]) -> tuple[str, ...]:
    pairs = [each.pair for each in found]
    scores = [(_CREDIT[each.person], _CREDIT[each.verdict]) for each in found]
    passed = Counter(each.person for each in found if each.verdict == "supported")
    people = Counter(each.person for each in found)
    called = ", ".join(f"{passed[name]} of {people[name]} {name}" for name in STATEMENT_VERDICTS)
    changes = sorted({each.label.change for each in found})
    return (
        agreement("statements, metric with people (supported or not)", pairs, scores=scores).line,
        _rates("supported", pairs),
        f"  the metric calls supported: {called}",
        *(_of_change(change, [each for each in found if each.label.change == change]) for change in changes),
        _by_capability(found),
    )


def _of_change(change: Change, found: Sequence[Reading]) -> str:
    """Return how much of one kind is supported; weighted, since bands that are rare were drawn more often."""
    weights = [each.label.weight or 1.0 for each in found]
    people, metric = (
        float(np.average([name == "supported" for name in names], weights=weights))
        for names in ([each.person for each in found], [each.verdict for each in found])
    )
    same = sum(each.is_same for each in found)
    return (
        f"  {change or 'as it stood'}: the same for {same} of {len(found)}; weighted to {sum(weights):.0f} pairs, "
        f"supported {people:.3f} by people, {metric:.3f} by the metric"
    )


def _rates(name: str, pairs: Sequence[tuple[str, str]]) -> str:
    """Return how many of a label the metric finds, and how many others it leaves alone."""
    of = [verdict == name for person, verdict in pairs if person == name]
    others = [verdict != name for person, verdict in pairs if person != name]
    return f"  {name}: sensitivity {_share(of)}, specificity {_share(others)}"


def _share(hits: Sequence[bool]) -> str:
    if not hits:
        return "unknown (n 0)"
    low, high = wilson(sum(hits), len(hits))
    return f"{sum(hits) / len(hits):.2f} ({low:.2f} to {high:.2f}, n {len(hits)})"


def _in_all(found: Sequence[Reading]) -> tuple[str, ...]:
    """Return the line about what the drawn pairs stand for: bands that are rare count less than they were drawn."""
    weighed = [each for each in found if each.label.weight > 0]
    if not weighed:
        return ()
    weights = [each.label.weight for each in weighed]
    return (_credits(f"weighted to the {sum(weights):.0f} pairs it was drawn from", weighed, weights),)


def _credits(name: str, found: Sequence[Reading], weights: Sequence[float]) -> str:
    people, metric, same = (
        float(np.average(values, weights=weights))
        for values in (
            [_CREDIT[each.person] for each in found],
            [_CREDIT[each.verdict] for each in found],
            [float(each.is_same) for each in found],
        )
    )
    return f"  {name}: mean credit {people:.3f} by people, {metric:.3f} by the metric; the same for {same:.2f}"


def _by_capability(found: Sequence[Reading]) -> str:
    groups: dict[str, list[bool]] = {}
    for each in found:
        groups.setdefault(each.label.capability or "none", []).append(each.is_same)
    shares = ", ".join(f"{name} {sum(same)} of {len(same)}" for name, same in sorted(groups.items()))
    return f"  agreement by capability: {shares}"


def _half(label: str) -> str:
    return "supported" if label == "supported" else "unsupported"


def worst(found: Sequence[Reading], limit: int) -> tuple[Reading, ...]:
    """Return the pairs on which metric and people are furthest apart, `limit` of each kind, nuggets first."""
    wrong = [each for each in found if not each.is_same]
    wrong.sort(key=lambda each: (-each.gap, -abs(each.score - _CREDIT[each.person]), each.label.id))
    return tuple(each for kind in OFFERED for each in [one for one in wrong if one.label.kind == kind][:limit])


# --- people and judges -------------------------------------------------------------------------


def people_agreement(labels: Sequence[Label]) -> tuple[Agreement, ...]:
    """Return how two people agree over what both labelled: nuggets, statements, and statements as supported or not."""
    both = [
        (each.kind, each.label, each.second) for each in labels if each.label is not None and each.second is not None
    ]
    nuggets = [(one, other) for kind, one, other in both if kind == "nugget"]
    statements = [(one, other) for kind, one, other in both if kind == "statement"]
    halves = [(_half(one), _half(other)) for one, other in statements]
    return (
        agreement(
            "nuggets, people with people", nuggets, scores=[(CREDIT[one], CREDIT[other]) for one, other in nuggets]
        ),
        agreement("statements, people with people", statements),
        agreement("statements, people with people (supported or not)", halves),
    )


def judge_agreement(labels: Sequence[Label], judge: Judge) -> Agreement:
    """Return how the judge agrees with people, over nuggets and statements."""
    pairs = []
    missing = 0
    for label in labels:
        if label.label is None:
            continue
        verdict = judge.verdict(label.kind, label.claim, label.text)
        if verdict is None:
            missing += 1
        else:
            pairs.append((label.label, verdict))
    return agreement(f"judge {judge.model}", pairs, missing=missing)


def agreement(
    name: str,
    pairs: Sequence[tuple[str, str]],
    *,
    missing: int = 0,
    scores: Sequence[tuple[float, float]] | None = None,
) -> Agreement:
    """Return agreement and kappa of (person, verdict) pairs, and the correlation of their scores.

    Intervals are resampled over pairs: no two drawn ones of a kind share a question.
    """
    if not pairs:
        return Agreement(name, 0, missing, 0.0, 0.0, 0.0, 0.0)
    names = sorted({value for pair in pairs for value in pair})
    table = np.array([[names.index(one), names.index(other)] for one, other in pairs])
    draws = np.random.default_rng(1).integers(0, len(pairs), size=(_RESAMPLES, len(pairs)))
    low, high = np.percentile([_kappa(table[draw], len(names)) for draw in draws], [2.5, 97.5])
    same = float(np.mean(table[:, 0] == table[:, 1]))
    correlation = _correlated(np.array(scores, dtype=float), draws) if scores else None
    return Agreement(name, len(pairs), missing, same, _kappa(table, len(names)), float(low), float(high), correlation)


def _kappa(table: np.ndarray, size: int) -> float:
    observed = float(np.mean(table[:, 0] == table[:, 1]))
    one, other = (np.bincount(table[:, side], minlength=size) / len(table) for side in (0, 1))
    expected = float(one @ other)
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def _correlated(scores: np.ndarray, draws: np.ndarray) -> tuple[float, float, float] | None:
    """Return the correlation with its interval; None when one side says the same about everything."""
    value = _correlation(scores)
    if value is None:
        return None
    # A resample in which one side says the same about everything has no correlation.
    drawn = [each for draw in draws if (each := _correlation(scores[draw])) is not None]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return value, float(low), float(high)


def _correlation(scores: np.ndarray) -> float | None:
    if len(scores) < 2 or np.ptp(scores[:, 0]) == 0 or np.ptp(scores[:, 1]) == 0:
        return None
    return float(np.corrcoef(scores[:, 0], scores[:, 1])[0, 1])
