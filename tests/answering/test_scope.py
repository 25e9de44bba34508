from __future__ import annotations

import pytest

from backend_architect import Architect
from backend_architect.answering.scope import clauses


@pytest.fixture(scope="module")
def architect():
    with Architect(use_model=False, store="exact") as shared:
        yield shared


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("How do I make POST safe to retry?", "answered"),
        ("422 or 400", "answered"),
        ("should the API's Dockerfile run as root", "in_scope"),
        ("read this EXPLAIN output for me", "in_scope"),
        ("my React component re-renders on every keystroke", "handed_over"),
        ("write Terraform for our VPC", "handed_over"),
        ("build a star schema in our warehouse", "handed_over"),
        ("best recipe for lasagne", "declined"),
        ("how do I get rust off a bicycle", "declined"),
        ("write a poem about our REST API", "declined"),
        ("hello", "greeted"),
        ("what can you do?", "greeted"),
        ("asdfgh qwrtz", "asked_back"),
        ("???", "asked_back"),
    ],
)
def test_each_kind_of_question_gets_its_kind_of_reply(architect: Architect, question: str, outcome: str):
    answer = architect.ask(question)

    if outcome == "in_scope":
        assert answer.scope == "in_scope"
    else:
        assert answer.outcome == outcome


@pytest.mark.parametrize(
    ("question", "specialist"),
    [
        ("center a div with flexbox", "Frontend & UI Specialist"),
        ("our cluster autoscaler does not add nodes", "DevOps & Infrastructure"),
        ("Airflow DAG for the nightly warehouse load", "Database & Data Specialist"),
    ],
)
def test_a_hand_over_names_the_specialist_the_reason_and_carries_the_question(
    architect: Architect, question: str, specialist: str
):
    answer = architect.ask(question)

    assert answer.handoff is not None
    assert answer.handoff.specialist == specialist
    assert answer.handoff.reason in answer.text
    assert answer.handoff.packet.question == question
    assert answer.citations[0].ref.startswith("scope#hand-off-")


@pytest.mark.parametrize(
    ("question", "specialist"),
    [
        ("qwik or marko for a shop front", "Frontend & UI Specialist"),
        ("karpenter and bottlerocket", "DevOps & Infrastructure"),
        ("talend to matillion", "Database & Data Specialist"),
    ],
)
def test_a_name_the_embedder_does_not_know_still_finds_its_specialist(
    architect: Architect, question: str, specialist: str
):
    answer = architect.ask(question)

    assert answer.handoff is not None
    assert answer.handoff.specialist == specialist


@pytest.mark.parametrize(
    "question",
    [
        "our React client gets 401 from the API",
        "Vue frontend and Laravel API on two domains, the login cookie is not sent",
        "a recipe API with ingredients: which tables?",
        "a pandas job calls our API too often, how do I rate limit it",
        "chess server over WebSockets in Go",
        "leetcode or real projects for a backend job",
    ],
)
def test_a_question_of_ours_stays_ours_when_it_names_a_neighbour(architect: Architect, question: str):
    assert architect.ask(question).scope == "in_scope"


def test_a_question_no_guide_answers_is_answered_with_an_honest_gap(architect: Architect):
    answer = architect.ask("Which 3-D Secure 2 fields make the issuer grant a frictionless checkout?")

    assert answer.outcome == "not_covered"
    assert answer.text.startswith("The guides do not cover this question.")
    assert answer.confidence < 0.3


def test_a_story_around_one_question_is_no_part_of_its_own():
    text = "Our API sends prices over a WebSocket all day. How do I batch the drawing of the candlesticks in the chart?"

    assert clauses(text) == ["How do I batch the drawing of the candlesticks in the chart?"]


def test_two_questions_and_what_surrounds_them_are_parts():
    text = "We run a Django shop with ten users. How do I hash passwords safely? Which colours suit the login page?"

    assert clauses(text) == [
        "We run a Django shop with ten users",
        "How do I hash passwords safely?",
        "Which colours suit the login page?",
    ]


def test_a_wish_counts_as_a_question_beside_another():
    text = "I need an animated sign-up form in Svelte. Which hash should the endpoint behind it use?"

    assert len(clauses(text)) == 2
