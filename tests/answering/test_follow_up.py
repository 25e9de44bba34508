from __future__ import annotations

import pytest

from backend_architect import resources
from backend_architect.answering.follow_up import is_elliptic, opens_topic, pinned, stand_alone, tells_only, wish_of
from backend_architect.retrieval.technologies import Technologies
from backend_architect.types import Ledger, Turn

named_in = Technologies.load(resources.folder("knowledge")).named_in
TURN = Turn(question="How do I validate a JWT in Python?", answer="…", standalone="How do I validate a JWT in Python?")


@pytest.mark.parametrize(
    "question",
    [
        "and in Go?",
        "why?",
        "what about refresh tokens?",
        "show me the code",
        "shorter please",
        "is that safe?",
        "in Rust",
        "the second one",
    ],
)
def test_a_question_that_leans_on_the_last_one_is_seen(question: str):
    assert is_elliptic(question, named_in)


@pytest.mark.parametrize(
    "question",
    [
        "How do I choose connect, read and overall timeouts?",
        "Which status code should a second DELETE return?",
        "And how do I size the PostgreSQL connection pool of a service with ten replicas?",
        "keyset pagination with a stable tie-breaker",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str):
    assert stand_alone(question, [TURN], named_in).text == question


def test_the_other_one_inside_a_story_points_at_nothing_said_before():
    story = "Two agents edit one ticket at the same time; whoever saves last wins and the other one's notes are gone. What do we do?"

    assert not stand_alone(story, [], named_in).lacks_context
    assert stand_alone("and the other one?", [], named_in).lacks_context


def test_the_topic_is_carried_over_with_the_new_language_in_place_of_the_old():
    alone = stand_alone("and in Go?", [TURN], named_in)

    assert alone.is_follow_up
    assert "validate a JWT" in alone.text
    assert named_in(alone.text).languages == ("go",)


def test_a_follow_up_with_nothing_to_follow_lacks_context():
    assert stand_alone("why?", [], named_in).lacks_context


def test_the_stack_is_pinned_when_the_asker_states_it_and_not_when_asking_about_it():
    stated = "We use Django with PostgreSQL. How do I paginate?"
    asked = "Is Laravel better at queues?"

    assert pinned(Ledger(), stated, named_in(stated)).frameworks == ("django",)
    assert pinned(Ledger(), asked, named_in(asked)) == Ledger()


def test_constraints_and_decisions_are_kept_for_the_whole_conversation():
    ledger = Ledger()
    for said in (
        "We cannot add another database to production.",
        "We decided to use cursor pagination.",
        "How do I sign it?",
    ):
        ledger = pinned(ledger, said, named_in(said))

    assert ledger.constraints == ("We cannot add another database to production",)
    assert ledger.decisions == ("We decided to use cursor pagination",)
    assert ledger.lines() == (
        "We cannot add another database to production",
        "decided: We decided to use cursor pagination",
    )


@pytest.mark.parametrize("question", ["Explain optimistic locking", "code for keyset pagination", "example of a saga"])
def test_a_new_topic_is_no_follow_up_because_it_asks_to_explain_or_to_show(question: str):
    assert not stand_alone(question, [TURN], named_in).is_follow_up


@pytest.mark.parametrize(
    ("question", "wish"),
    [
        ("shorter please", "shorter"),
        ("can you explain that?", "deeper"),
        ("why?", "reasons"),
        ("any gotchas?", "risks"),
        ("give me an example", "code"),
        ("how do I do that", "steps"),
        ("are you sure?", "sources"),
        ("ok recap", "recap"),
        ("remind me what we settled on", "recap"),
        ("why not just a thread?", None),
        ("Explain optimistic locking", None),
        ("how long", None),
        ("thanks", None),
    ],
)
def test_a_wish_for_another_form_is_told_from_a_question(question: str, wish: str | None):
    assert wish_of(question) == wish


@pytest.mark.parametrize("said", ["ok other topic: and what about that?", "Thanks. Something unrelated: is it safe?"])
def test_who_says_that_the_topic_changes_is_believed(said: str):
    assert opens_topic(said)
    assert not stand_alone(said, [TURN], named_in).is_follow_up


@pytest.mark.parametrize(
    "said", ["do I need another topic for retries in Kafka?", "should each consumer get a new topic?"]
)
def test_a_topic_of_a_broker_is_no_change_of_topic(said: str):
    assert not opens_topic(said)


@pytest.mark.parametrize(
    ("said", "tells"),
    [
        ("We may not add another server.", True),
        ("Only our own two apps call it, if that makes it easier.", True),
        ("We may not add a server, what now?", False),
        ("gin validate json body", False),
        ("Explain optimistic locking", False),
    ],
)
def test_a_statement_is_told_from_a_question(said: str, tells: bool):
    assert tells_only(said) is tells
