"""Draws the pairs that people label: claims of the test split with our answers, statements of ours with sections.

The draw is spread over the bands of the metric's score first and over capabilities second, so that rare verdicts occur
as often as common ones; `weight` says how many pairs of the pool each drawn one stands for. Half of the statements are
changed by the program, because our own answers quote: a draw of honest ones would hold nothing to find.
"""

from __future__ import annotations

import json
import random
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_architect import Answer, Section
from evals.calibration import LABELS, Change, Label, file_of, load, save, section_text
from evals.metrics.citations import Library, cited_statements, support
from evals.metrics.nuggets import match, windows
from evals.metrics.text import prose
from evals.metrics.weights import Weights
from evals.record import RecordError
from evals.schema import LABELLED, Case
from evals.selftest import attacks

Ask = Callable[[Case], Answer]

BRIEF = LABELS / "BRIEF.md"
NUGGET_SHARE = 6 / 11
SECOND_SHARE = 0.3
_NUGGET_BANDS = (0.15, 0.30, 0.45, 0.60, 0.80)
_STATEMENT_BANDS = (0.60, 0.80, 0.95, 1.00)
# Changing every statement of every answer would double the time for nothing: so many of each answer are changed.
_CHANGED_STATEMENTS = 2
_NAME = re.compile(r"`[^`\n]+`")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair that may be drawn: the margins it is counted under, and the question it must not share with another."""

    label: Label
    margins: tuple[str, ...]
    group: str


def draw(
    cases: Sequence[Case], ask: Ask, sections: Sequence[Section], weights: Weights, *, size: int, seed: int
) -> tuple[Label, ...]:
    """Return `size` pairs without a label, nuggets first; the same for the same answers and seed."""
    chance = random.Random(seed)
    asked = [case for case in cases if case.split == "test" and case.kind in LABELLED and case.nuggets]
    answered = [(case, answer) for case in asked if (answer := ask(case)).outcome == "answered"]
    nuggets = _claims(answered, weights)
    honest, changed = _statements(answered, sections, weights, chance)
    of_nuggets = round(size * NUGGET_SHARE)
    of_changed = (size - of_nuggets) // 2
    drawn_nuggets = spread(nuggets, of_nuggets, chance)
    drawn_statements = [
        *spread(honest, size - of_nuggets - of_changed, chance),
        *spread(changed, of_changed, chance, strata=2),
    ]
    return (*_numbered("n", drawn_nuggets, chance), *_numbered("s", drawn_statements, chance))


def spread(candidates: Iterable[Candidate], size: int, chance: random.Random, *, strata: int = 1) -> tuple[Label, ...]:
    """Return up to `size` labels, the first margin filled evenly, within it the second, and so on.

    No two share a question or a claim. Each stands for its part of all pairs that have the same first `strata` margins.
    """
    cells: dict[tuple[str, ...], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        cells[candidate.margins].append(candidate)
    pool = Counter(margins[:strata] for margins, held in cells.items() for _ in held)
    for _, held in sorted(cells.items()):
        chance.shuffle(held)
    counts: Counter[tuple[int, str]] = Counter()
    drawn: list[Candidate] = []
    taken: set[str] = set()

    def filled(margins: tuple[str, ...]) -> tuple[tuple[int, ...], tuple[str, ...]]:
        return tuple(counts[at, name] for at, name in enumerate(margins)), margins

    while len(drawn) < size and any(cells.values()):
        cell = min((margins for margins, held in cells.items() if held), key=filled)
        candidate = cells[cell].pop()
        if taken & {candidate.group, candidate.label.claim}:
            continue
        taken |= {candidate.group, candidate.label.claim}
        counts.update(enumerate(cell))
        drawn.append(candidate)
    of_stratum = Counter(each.margins[:strata] for each in drawn)
    return tuple(
        each.label.model_copy(
            update={"weight": round(pool[each.margins[:strata]] / of_stratum[each.margins[:strata]], 3)}
        )
        for each in drawn
    )


def write(labels: Sequence[Label], target: Path, folder: Path, *, seed: int) -> tuple[Path, ...]:
    """Write the labels file, and to `folder` the sheets and the brief that readers get; return what was written.

    A sheet holds neither score nor change. Labels that people gave are never overwritten.
    """
    refuse_to_overwrite(target)
    target = file_of(target)
    folder.mkdir(parents=True, exist_ok=True)
    save(labels, target)
    chance = random.Random(seed)
    second: set[str] = set()
    for kind in ("nugget", "statement"):
        names = [label.id for label in labels if label.kind == kind]
        second |= set(chance.sample(names, round(len(names) * SECOND_SHARE)))
    sheets = {
        "sheet.jsonl": list(labels),
        "second.jsonl": [label for label in labels if label.id in second],
    }
    for name, rows in sheets.items():
        (folder / name).write_text("".join(_row(label) for label in rows), encoding="utf-8")
    (folder / BRIEF.name).write_text(BRIEF.read_text(encoding="utf-8"), encoding="utf-8")
    return target, *(folder / name for name in (*sheets, BRIEF.name))


def refuse_to_overwrite(target: Path) -> None:
    """Raise RecordError when the file holds labels that people gave."""
    file = file_of(target)
    if file.exists() and any(label.label is not None for label in load(file)):
        raise RecordError(f"{file} holds labels that people gave; name another file with --labels")


def _row(label: Label) -> str:
    shown = label.model_dump(include={"id", "kind", "question", "claim", "text"})
    return json.dumps(shown, ensure_ascii=False) + "\n"


def _numbered(letter: str, labels: Sequence[Label], chance: random.Random) -> tuple[Label, ...]:
    """Return the labels in random order with ids, so that neither says what was drawn for what."""
    order = list(labels)
    chance.shuffle(order)
    return tuple(label.model_copy(update={"id": f"{letter}{at:03}"}) for at, label in enumerate(order, 1))


# --- what can be drawn -------------------------------------------------------------------------


def _claims(answered: Sequence[tuple[Case, Answer]], weights: Weights) -> list[Candidate]:
    found = []
    for case, answer in answered:
        said = prose(answer.text)
        places = windows(said)
        for nugget in case.nuggets:
            made = match(nugget.text, places, weights, code=said.code, any_of=nugget.any_of)
            label = Label(
                kind="nugget",
                question=case.question,
                claim=nugget.text,
                text=answer.text,
                any_of=nugget.any_of,
                capability=_capability(case),
                source=f"{case.id}/{nugget.id}",
            )
            band = f"{bisect_right(_NUGGET_BANDS, made.score)}"
            found.append(Candidate(label, (band, label.capability), case.group))
    return found


def _statements(
    answered: Sequence[tuple[Case, Answer]], sections: Sequence[Section], weights: Weights, chance: random.Random
) -> tuple[list[Candidate], list[Candidate]]:
    """Return the statements with the one section they cite, and changed ones with that section or another."""
    library = Library(sections)
    by_ref = {section.ref: section for section in sections}
    changing = _Changing(sections, chance)
    honest: list[Candidate] = []
    changed: list[Candidate] = []
    for case, answer in answered:
        said = [
            (text, by_ref[refs[0]])
            for _, text, refs in cited_statements(answer)
            if len(refs) == 1 and refs[0] in by_ref
        ]
        honest += [_statement(case, text, section, "", library, weights) for text, section in said]
        for text, section in chance.sample(said, min(_CHANGED_STATEMENTS, len(said))):
            changed += [
                _statement(case, other, against, change, library, weights)
                for change, other, against in changing.of(text, section)
            ]
    return honest, changed


def _statement(
    case: Case, text: str, section: Section, change: Change, library: Library, weights: Weights
) -> Candidate:
    prepared = library.get(section.ref)
    assert prepared is not None
    found = support(text, [prepared], weights)
    label = Label(
        kind="statement",
        question=case.question,
        claim=text,
        text=section_text(section),
        capability=_capability(case),
        source=f"{case.id}/{section.ref}",
        change=change,
    )
    band = f"{bisect_right(_STATEMENT_BANDS, found.share)}{'+' if found.is_supported else '-'}"
    margins = (change, band, label.capability) if change else (band, label.capability)
    return Candidate(label, margins, case.group)


def _capability(case: Case) -> str:
    return case.tags.capability[0] if case.tags.capability else "none"


class _Changing:
    """Makes untrue statements of true ones, or holds them against a section they are not from."""

    def __init__(self, sections: Sequence[Section], chance: random.Random) -> None:
        self._sections = [section for section in sections if section.area != "scope"]
        self._chance = chance
        self._names: dict[str, list[str]] = defaultdict(list)
        for section in self._sections:
            self._names[section.guide] += _NAME.findall(section.prose)

    def of(self, text: str, section: Section) -> list[tuple[Change, str, Section]]:
        names = list(dict.fromkeys(self._names[section.guide]))
        self._chance.shuffle(names)
        reworded: tuple[tuple[Change, str | None], ...] = (
            ("number", attacks.with_other_number(text)),
            ("identifier", attacks.with_other_identifier(text, names)),
            ("negated", _negated(text)),
        )
        found: list[tuple[Change, str, Section]] = [
            (change, other, section) for change, other in reworded if other is not None and other != text
        ]
        neighbours = [each for each in self._sections if each.guide == section.guide and each.ref != section.ref]
        strangers = [each for each in self._sections if each.guide != section.guide]
        if neighbours:
            found.append(("neighbour", text, self._chance.choice(neighbours)))
        if strangers:
            found.append(("stranger", text, self._chance.choice(strangers)))
        return found


def _negated(text: str) -> str | None:
    """Return the opposite of a sentence; None for what would give itself away: a row, a chain, a gap before a comma."""
    if "→" in text or re.search(r";.*: ", text):
        return None
    turned = attacks.negated(text)
    return None if re.search(r"\s[.,:;]|^[a-z]", turned) else turned
