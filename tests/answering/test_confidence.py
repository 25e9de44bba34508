"""An honest "not covered": for what the guides do not speak of, and not for what they answer."""

from __future__ import annotations

import pytest

from backend_architect import Architect
from backend_architect.answering.confidence import confidence, is_name


@pytest.fixture(scope="module")
def architect():
    with Architect(use_model=False, store="exact") as shared:
        yield shared


@pytest.mark.parametrize(
    "question", ["parse SWIFT MT103 messages in Java", "OCPP 1.6 charge point boot notification handling"]
)
def test_a_thing_that_no_guide_names_is_not_covered(architect: Architect, question: str):
    assert architect.ask(question).outcome == "not_covered"


@pytest.mark.parametrize(
    "question", ["How do I make POST safe to retry?", "celery task runs twice sometimes", "RFC 9457"]
)
def test_what_the_guides_answer_is_answered_and_surer(architect: Architect, question: str):
    answer = architect.ask(question)

    assert answer.outcome == "answered"
    assert answer.confidence > architect.ask("parse SWIFT MT103 messages in Java").confidence


@pytest.mark.parametrize(
    ("term", "named"),
    [("mqtt", True), ("x12", True), ("tls-alpn", True), ("997", False), ("p.stock", False), ("run_jobs", False)],
)
def test_a_name_is_told_from_numbers_and_pasted_code(term: str, named: bool):
    assert is_name(term) is named


def test_nothing_found_is_no_confidence():
    assert confidence(()) == 0.0
