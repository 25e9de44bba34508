"""Holds the cases against the corpus: what is broken, what waits for its guide, what can run."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from backend_architect import Section
from evals.loader import DatasetError, Located, SafeLoader
from evals.schema import LABELLED, Case, Label

SYLLABUS = Path(__file__).resolve().parents[1] / "knowledge" / "syllabus.yaml"


@dataclass(frozen=True, slots=True)
class Dataset:
    """Cases that can run, cases parked until their guide is written, the folder of each, and hashes of both sides."""

    ready: tuple[Case, ...]
    parked: tuple[Case, ...]
    folders: Mapping[str, str]
    cases_hash: str
    corpus_hash: str


def planned_sections(path: Path = SYLLABUS) -> frozenset[str]:
    """Return the ref of every section the syllabus plans, written or not."""
    plan = yaml.load(path.read_text(encoding="utf-8"), Loader=SafeLoader)
    return frozenset(f"{guide['id']}#{section['id']}" for guide in plan["guides"] for section in guide["sections"])


def check(located: Sequence[Located], sections: Sequence[Section], planned: frozenset[str]) -> Dataset:
    """Return the dataset, or raise DatasetError with everything that contradicts corpus and plan.

    A case is parked while none of the sections that answer it (grade 3) is written. In the other cases, labels of
    sections that do not exist yet are dropped, since no search can find them.
    """
    written = {section.ref: section for section in sections}
    problems = [
        *_repeated_ids(located),
        *_clusters_over_splits(located),
        *_unknown_sections(located, planned | written.keys()),
        *_unreachable_nuggets(located, written),
        *_twins(located),
    ]
    if problems:
        raise DatasetError(problems)
    cases = [item.case for item in located]
    ready = [_only_written(case, written) for case in cases if _can_run(case, written)]
    parked = [case for case in cases if not _can_run(case, written)]
    folders = {item.case.id: item.folder for item in located}
    return Dataset(
        tuple(ready), tuple(parked), folders, _hash(case.model_dump_json() for case in cases), _corpus_hash(sections)
    )


def _can_run(case: Case, written: Mapping[str, Section]) -> bool:
    best = [label for label in case.expected_sections if label.grade == 3]
    return not best or any(label.section in written for label in best)


def _only_written(case: Case, written: Mapping[str, Section]) -> Case:
    """Return the case without labels of unwritten sections; a case that has none stays the same object."""
    if all(label.section in written for label in case.every_label):
        return case

    def kept(labels: Sequence[Label]) -> tuple[Label, ...]:
        return tuple(label for label in labels if label.section in written)

    turns = tuple(
        turn.model_copy(
            update={"expect": turn.expect.model_copy(update={"expected_sections": kept(turn.expect.expected_sections)})}
        )
        if turn.expect
        else turn
        for turn in case.turns
    )
    return case.model_copy(update={"expected_sections": kept(case.expected_sections), "turns": turns})


def _repeated_ids(located: Sequence[Located]) -> list[str]:
    first: dict[str, str] = {}
    problems = []
    for item in located:
        if item.case.id in first:
            problems.append(f"{item.place}: id {item.case.id} is already used at {first[item.case.id]}")
        first.setdefault(item.case.id, item.place)
    return problems


def _clusters_over_splits(located: Sequence[Located]) -> list[str]:
    splits: dict[str, dict[str, str]] = defaultdict(dict)
    for item in located:
        splits[item.case.group].setdefault(item.case.split, item.place)
    return [
        f"{' and '.join(places.values())}: cluster {cluster} spans the splits {', '.join(places)}; twins stay together"
        for cluster, places in splits.items()
        if len(places) > 1
    ]


def _unknown_sections(located: Sequence[Located], known: frozenset[str]) -> list[str]:
    return [
        f"{item.place}: {item.case.id}: section {ref} is neither in the guides nor planned in the syllabus"
        for item in located
        for ref in _refs(item.case)
        if ref not in known
    ]


def _refs(case: Case) -> list[str]:
    order = case.plan.order if case.plan else ()
    named = [*(label.section for label in case.every_label), *order]
    return named + [ref for nugget in case.every_nugget for ref in nugget.sections if ref not in named]


def _unreachable_nuggets(located: Sequence[Located], written: Mapping[str, Section]) -> list[str]:
    problems = []
    for item in located:
        for nugget in item.case.every_nugget:
            if nugget.importance != "vital":
                continue
            texts = [written[ref].prose.lower() for ref in nugget.sections if ref in written]
            if not nugget.any_of or not texts:
                continue
            if not any(all(term.lower() in text for term in group) for text in texts for group in nugget.any_of):
                problems.append(
                    f"{item.place}: {item.case.id}: no section of nugget {nugget.id} has all words of one any_of group"
                )
    return problems


def _twins(located: Sequence[Located]) -> list[str]:
    cases = {item.case.id: item.case for item in located}
    problems = []
    for item in located:
        case = item.case
        for field, name in (("twin", case.twin), ("data_twin", case.data_twin)):
            twin = cases.get(name) if name else None
            if name and (twin is None or twin.kind not in LABELLED or twin.split != case.split):
                problems.append(
                    f"{item.place}: {case.id}: {field} {name} is not an answerable case of split {case.split}"
                )
    return problems


def _hash(parts: Iterable[object]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(str(part).encode() + b"\0")
    return digest.hexdigest()[:16]


def _corpus_hash(sections: Sequence[Section]) -> str:
    return _hash(f"{section.ref}\n{section.prose}\n{section.also_asked}" for section in sections)
