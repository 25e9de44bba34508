"""Does a roadmap answer name the steps in their order, and the hours of the stage that was asked for?

A stage is named by its number ("stage 3", "stages 3 and 4") or its title; any other section by a citation. What comes
first is what is named first, unless a sentence says otherwise ("stage 5 after stage 2"). The first hours that are said of
a stage count: a list of guesses is not an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from backend_architect import Answer, Section
from evals.metrics.score import NOT_APPLICABLE, Evidence, Score, mean_score, scored
from evals.metrics.text import numbers, plain, units
from evals.schema import Plan

NAMES = ("plan_order", "plan_hours")

_HEADING = re.compile(r"^Stage (\d+), ([^:(]+?)\s*(?:\(|:)")
_BY_NUMBER = re.compile(
    r"\bstages?\W{0,4}(\d+)((?:\s*(?:,|;|and|to|or|&|–|-|through)\s*(?:and\s+)?\d+\b(?!\s*-?\s*h(?:ours?)?\b))*)",
    re.IGNORECASE,
)
# Of the words before a stage, those that say what it comes before or after; they stand at most a few words away.
_NEAR = r"\W+(?:[\w'’]+\W+){0,3}$"
_AFTER = re.compile(
    rf"\b(?:after|needs?|requires?|follows?|once|until|waits? for|builds? on|presupposes?){_NEAR}", re.IGNORECASE
)
_BEFORE = re.compile(rf"\b(?:before|precedes?|ahead of){_NEAR}", re.IGNORECASE)
_DENIED = re.compile(
    r"(?:\b(?:not|never|no|without|instead of|rather than)|n['’]t)\W+(?:[\w'’]+\W+){0,2}$", re.IGNORECASE
)

_WORDS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}
_AMOUNT = rf"(?:\d+|{'|'.join(_WORDS)})"
_HOURS = re.compile(
    rf"\bhours:\s*(?P<column>\d+)\b"
    rf"|\b(?P<amount>{_AMOUNT})(?P<others>(?:\s*(?:,|or|to|and|–|-|/)\s*(?:or\s+)?{_AMOUNT}\b)*)(?:\s+of\s+(?:the\s+)?\d+)?\s*-?\s*h(?:ours?)?\b",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\s*\(\s*(?P<amount>\d+)\s*\)")
_LEADS_ON = re.compile(r"\s*(?:for|on|to|in|of|go to|belong to)(?:\s+the)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the roadmap as its section is headed."""

    number: int
    title: str


def stages(sections: Iterable[Section]) -> dict[str, Stage]:
    """Return the stages of the roadmap by the reference of their section."""
    found = ((section.ref, _HEADING.match(section.question)) for section in sections)
    return {ref: Stage(int(heading[1]), heading[2]) for ref, heading in found if heading}


def scores(plan: Plan | None, answer: Answer, roadmap: Mapping[str, Stage]) -> dict[str, Score]:
    """Return how much of the order of a plan an answer gives, and whether it gives the hours of its stage."""
    if plan is None:
        return dict.fromkeys(NAMES, NOT_APPLICABLE)
    said = _Reading(answer, roadmap)
    return {"plan_order": _order(plan.order, said), "plan_hours": _hours(plan, said)}


def _order(wanted: Sequence[str], said: _Reading) -> Score:
    """Return the share of neighbouring steps that are both named, the first of them first; of a single step, whether it is."""
    evidence = [
        Evidence(
            of=said.name(ref),
            verdict="named" if ref in said.first else "missing",
            text=said.first.get(ref, _NOWHERE).text,
        )
        for ref in wanted
    ]
    unnamed = [said.name(ref) for ref in wanted if ref not in said.first]
    reasons = [f"does not name {', '.join(unnamed)}"] if unnamed else []
    if len(wanted) == 1:
        return scored(float(not unnamed), "".join(reasons), evidence)
    kept = {pair: said.is_before(*pair) for pair in pairwise(wanted)}
    turned = [
        (one, other) for (one, other), is_kept in kept.items() if not is_kept and {one, other} <= said.first.keys()
    ]
    reasons += [f"{said.name(other)} before {said.name(one)}" for one, other in turned]
    return mean_score([float(is_kept) for is_kept in kept.values()], "; ".join(reasons), evidence)


def _hours(plan: Plan, said: _Reading) -> Score:
    if plan.hours is None:
        return NOT_APPLICABLE
    wanted = int(plan.hours.split()[0])
    found = said.hours.get(plan.stage)
    if found is None:
        return scored(0.0, f"says no hours of stage {plan.stage}")
    evidence = [Evidence(of=f"stage {plan.stage}", verdict="said", text=found.text)]
    is_right = found.amounts == (wanted,)
    given = " or ".join(map(str, found.amounts))
    return scored(
        float(is_right), "" if is_right else f"says {given} hours of stage {plan.stage}, not {wanted}", evidence
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something is said for the first time."""

    unit: int
    at: int
    text: str


_NOWHERE = _Place(-1, -1, "")


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    stage: int


@dataclass(frozen=True, slots=True)
class _Hours:
    """The hours said of a stage; several are alternatives, and no answer."""

    amounts: tuple[int, ...]
    text: str


@dataclass
class _Reading:
    """What an answer says of the roadmap: where each step is named first, what is said to precede what, and hours."""

    answer: Answer
    roadmap: Mapping[str, Stage]
    first: dict[str, _Place] = field(default_factory=dict)
    hours: dict[int, _Hours] = field(default_factory=dict)
    stated: set[tuple[int, int]] = field(default_factory=set)  # (earlier, later)

    def __post_init__(self) -> None:
        cited = {citation.number: citation.ref for citation in self.answer.citations}
        ref_of = {stage.number: ref for ref, stage in self.roadmap.items()}
        current: int | None = None
        for at, unit in enumerate(units(self.answer.text)):
            if unit.kind in ("code", "table_head"):
                continue
            text = plain(unit.text).replace("&", "and")
            mentions = self._mentions(text)
            for each in mentions:
                if each.stage in ref_of:
                    self.first.setdefault(ref_of[each.stage], _Place(at, each.start, text))
            for number in numbers(unit.text):
                if number in cited and cited[number] not in self.roadmap:
                    self.first.setdefault(cited[number], _Place(at, len(text), text))
            for clause in text.split(";"):
                self.stated |= set(_relations(clause, self._mentions(clause)))
            for stage, amounts in _amounts(text, mentions, current):
                self.hours.setdefault(stage, _Hours(amounts, text))
            current = mentions[-1].stage if mentions else current

    def name(self, ref: str) -> str:
        return f"stage {self.roadmap[ref].number}" if ref in self.roadmap else ref

    def is_before(self, one: str, other: str) -> bool:
        """Whether one step is said to come before another; what a sentence states outweighs the order of naming."""
        if not {one, other} <= self.first.keys():
            return False
        if one in self.roadmap and other in self.roadmap:
            pair = self.roadmap[one].number, self.roadmap[other].number
            if pair[::-1] in self.stated:
                return False
            if pair in self.stated:
                return True
        places = self.first[one], self.first[other]
        return (places[0].unit, places[0].at) < (places[1].unit, places[1].at)

    def _mentions(self, text: str) -> list[_Mention]:
        found = [
            _Mention(match.start() + place, match.end(), number)
            for match in _BY_NUMBER.finditer(text)
            for place, number in enumerate(_listed(match))
        ]
        taken = [match.span() for match in _BY_NUMBER.finditer(text)]
        for stage in self.roadmap.values():
            title = stage.title.replace("&", "and")
            # In small letters a title is an everyday phrase, unless hours or a colon follow it.
            shaped = rf"(?:{re.escape(title)}\b)|(?i:\b{re.escape(title)}(?=\s*(?:\(\s*\d|:|[–—]|,?\s*\d+\s*h)))"
            found += [
                _Mention(match.start(), match.end(), stage.number)
                for match in re.finditer(shaped, text)
                if not any(start <= match.start() <= end + 2 for start, end in taken)
            ]
        return sorted(found, key=lambda each: each.start)


def _listed(match: re.Match[str]) -> list[int]:
    """Return the stages of "stage 3", of "stages 3, 4 and 5" and of "stages 3 to 5"."""
    first, rest = int(match[1]), match[2] or ""
    others = [int(each) for each in re.findall(r"\d+", rest)]
    if len(others) == 1 and re.search(r"to|–|-|through", rest):
        return list(range(first, others[0] + 1))
    return [first, *others]


def _relations(text: str, mentions: Sequence[_Mention]) -> Iterator[tuple[int, int]]:
    """Yield (earlier, later) for each pair of stages of a clause of which one is said to come before or after."""
    earlier: set[int] = set()  # "after stage 2": stage 2 comes before the others of the clause
    later: set[int] = set()
    between, end = "", 0
    for each in mentions:
        between = text[end : each.start] if each.start > end else between
        end = each.end
        if _rules(_AFTER, between):
            earlier.add(each.stage)
        elif _rules(_BEFORE, between):
            later.add(each.stage)
    free = {each.stage for each in mentions} - earlier - later
    yield from ((one, other) for one in earlier for other in free)
    yield from ((one, other) for one in free for other in later)


def _rules(relation: re.Pattern[str], between: str) -> bool:
    """Whether a word of a relation stands close before a stage, and is not denied."""
    found = relation.search(between)
    return found is not None and not _DENIED.search(between[: found.start()])


def _amounts(text: str, mentions: Sequence[_Mention], current: int | None) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield (stage, hours) in reading order. Hours belong to the stage before them, else to the next one of the sentence."""
    for each in mentions:
        if bracketed := _IN_BRACKETS.match(text, each.end):
            yield each.stage, (int(bracketed["amount"]),)
    masked = list(text)
    for each in mentions:
        masked[each.start : each.end] = " " * (
            each.end - each.start
        )  # the 3 of "stage 3 and 30 hours" is no number of hours
    for match in _HOURS.finditer("".join(masked)):
        if _DENIED.search(text[: match.start()]):
            continue
        before = [each.stage for each in mentions if each.end <= match.start()]
        after = [each for each in mentions if each.start >= match.end()]
        leads_on = after and _LEADS_ON.fullmatch(text, match.end(), after[0].start)
        stage = after[0].stage if after and (leads_on or not before) else before[-1] if before else current
        if stage is not None:
            yield stage, _values(match)


def _values(match: re.Match[str]) -> tuple[int, ...]:
    if match["column"]:
        return (int(match["column"]),)
    said = re.findall(_AMOUNT, f"{match['amount']} {match['others']}".lower())
    return tuple(dict.fromkeys(_WORDS.get(each) or int(each) for each in said))
