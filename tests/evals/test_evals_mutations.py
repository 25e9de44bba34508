"""The gate is held against real damage: three bugs put into the agent turn it red, and the agent as it is passes."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

import backend_architect.architect as rooms
from backend_architect import Architect, Section, Settings
from backend_architect.answering.scope import ScopeDecision, ScopeJudge
from backend_architect.knowledge.passages import passages
from backend_architect.retrieval import compiled
from backend_architect.types import Brief, Draft, Passage
from evals import dataset, gate, loader
from evals.baseline import Baseline
from evals.metrics.weights import Weights
from evals.record import CaseRecord, GateRecord
from evals.results import Outcome, assemble
from evals.runner import observe
from evals.schema import Case
from evals.scoring import Scorer
from evals.targets import STATE_DIR, Asking, LibraryTarget
from tests.evals.scripted import IDENTITY

# Compiling changed guides takes its time on a busy machine.
pytestmark = pytest.mark.timeout(400)

# Every so-manieth dev case: enough for the damage to show, few enough for a test.
EVERY_RETRIEVAL, EVERY_SCOPE = 24, 2


@pytest.fixture(scope="module")
def dev() -> Sequence[Case]:
    with Architect(settings=settings()) as architect:
        data = dataset.check(loader.load_cases(), architect.sections(), dataset.planned_sections())
    return [case for case in data.ready if case.split == "dev"]


@pytest.fixture(scope="module")
def labelled(dev: Sequence[Case]) -> Sequence[Case]:
    return [case for case in dev if case.kind == "retrieval"][::EVERY_RETRIEVAL]


@pytest.fixture(scope="module")
def scoped(dev: Sequence[Case]) -> Sequence[Case]:
    return [case for case in dev if case.kind in ("scope", "handoff")][::EVERY_SCOPE]


@pytest.fixture(scope="module")
def answers(labelled: Sequence[Case]) -> Baseline:
    return baseline(labelled)


@pytest.fixture(scope="module")
def decisions(scoped: Sequence[Case]) -> Baseline:
    return baseline(scoped)


def baseline(cases: Sequence[Case]) -> Baseline:
    outcome = Outcome(identity=IDENTITY, records=measured(cases), parked=0, started=datetime.now(UTC))
    return Baseline.of(assemble(outcome), "as it is")


def settings(cache: Path | None = None) -> Settings:
    return Settings(use_model=False, cache_dir=cache or STATE_DIR / "cache", data_dir=STATE_DIR / "data", store="exact")


def measured(cases: Sequence[Case], cache: Path | None = None) -> list[CaseRecord]:
    asking = Asking(settings=settings(cache))
    with LibraryTarget(asking) as target:
        found = observe(cases, target).observations
        scorer = Scorer(sections=target.sections(), weights=Weights.load())
        return [scorer.record(case, found[case.id]) for case in cases]


def compared(before: Baseline, records: Sequence[CaseRecord]) -> GateRecord:
    return gate.compare(before, IDENTITY, records, name="before")


def failed(found: GateRecord) -> set[str]:
    return {change.metric for change in found.changes if change.outcome == "fail"}


def test_the_agent_as_it_is_passes(
    labelled: Sequence[Case], scoped: Sequence[Case], answers: Baseline, decisions: Baseline
) -> None:
    found = [compared(answers, measured(labelled)), compared(decisions, measured(scoped))]

    assert [failed(each) for each in found] == [set(), set()]
    assert [each.flipped for each in found] == [(), ()]


def test_a_chunker_that_files_each_passage_under_the_next_section_turns_the_gate_red(
    labelled: Sequence[Case], answers: Baseline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "passages", off_by_one())

    assert {"recall@1", "recall@5", "pass_rate"} <= failed(compared(answers, measured(labelled, tmp_path)))


def off_by_one() -> Callable[[Section], list[Passage]]:
    held: list[Passage] = []
    filed: dict[str, list[Passage]] = {}

    def broken(section: Section) -> list[Passage]:
        nonlocal held
        if section.ref not in filed:
            given, held = held, passages(section)
            filed[section.ref] = [dataclasses.replace(passage, ref=section.ref) for passage in given]
        return filed[section.ref]

    return broken


def test_a_dropped_citation_step_turns_the_gate_red(
    labelled: Sequence[Case], answers: Baseline, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose = rooms.compose

    def uncited(brief: Brief, *, max_words: int) -> Draft:
        draft = compose(brief, max_words=max_words)
        return dataclasses.replace(draft, text=re.sub(r" ?\[\d+\]", "", draft.text), refs=())

    monkeypatch.setattr(rooms, "compose", uncited)

    assert {"citation_recall", "citation_precision", "citation_f1"} <= failed(compared(answers, measured(labelled)))


def test_a_scope_rule_that_always_answers_turns_the_gate_red(
    scoped: Sequence[Case], decisions: Baseline, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide = ScopeJudge.decide

    def always(self: ScopeJudge, *args: object) -> ScopeDecision:
        return dataclasses.replace(decide(self, *args), scope="in_scope", specialist=None)  # type: ignore[arg-type]

    monkeypatch.setattr(ScopeJudge, "decide", always)

    assert {"scope_accuracy", "scope_macro_f1", "handoff_target_accuracy", "over_answer"} <= failed(
        compared(decisions, measured(scoped))
    )
