"""Questions of a conversation that do not say what they are about."""

from __future__ import annotations

import pytest

from backend_architect import Architect
from backend_architect.retrieval.context import Context, blended, follows

NEAR = {0, 1}


@pytest.fixture(scope="module")
def architect():
    with Architect(use_model=False, store="exact") as shared:
        yield shared


def test_the_better_something_else_fits_the_less_a_question_follows():
    here, elsewhere = {0: 0.5, 1: 0.4, 2: 0.45}, {0: 0.2, 1: 0.1, 2: 0.9}

    assert follows(here, NEAR, telling=3, leans=0) > 0.9
    assert follows(elsewhere, NEAR, telling=3, leans=0) < 0.1
    assert follows({}, NEAR, telling=0, leans=1) > 0.9


def test_a_form_that_leans_speaks_for_a_follow_up_and_many_words_against_it():
    own = {0: 0.4, 2: 0.7}

    likely = follows(own, NEAR, telling=4, leans=0)

    assert follows(own, NEAR, telling=4, leans=1) > likely > follows(own, NEAR, telling=9, leans=0)


def test_a_question_that_does_not_follow_keeps_its_own_score():
    assert blended(0.62, 0.9, 0.0, same_guide=True, linked=True) == 0.62
    assert blended(0.62, 0.9, 1.0, same_guide=True, linked=True) > blended(
        0.62, 0.9, 1.0, same_guide=False, linked=False
    )
    assert blended(1.0, 1.0, 1.0, same_guide=True, linked=True) == 1.0


@pytest.mark.parametrize(
    ("opening", "said", "guide"),
    [
        (
            "How do I make POST safe to retry?",
            "how long do we keep those around?",
            "api-design/retries-idempotency-and-rate-limits",
        ),
        (
            "How should we store passwords?",
            "How do we get the old ones over without mailing everybody?",
            "auth/sessions-passwords-and-passkeys",
        ),
        (
            "server-sent events or WebSocket for an order board?",
            "does it survive our nginx in the middle?",
            "realtime/websockets-and-sse",
        ),
    ],
)
def test_a_question_without_a_subject_stays_with_the_topic(architect: Architect, opening: str, said: str, guide: str):
    chat = architect.conversation()
    chat.ask(opening)

    answer = chat.ask(said)

    assert guide in [hit.ref.partition("#")[0] for hit in answer.trace.hits[:2]]
    assert answer.scope == "in_scope"


@pytest.mark.parametrize(
    ("said", "ref"),
    [
        ("How do I shut down a Go HTTP server gracefully?", "graceful-shutdown"),
        ("ok other topic: what is the transactional outbox?", "outbox"),
    ],
)
def test_a_new_topic_drops_the_old_one(architect: Architect, said: str, ref: str):
    chat = architect.conversation()
    chat.ask("How do I make POST safe to retry?")

    answer = chat.ask(said)

    assert ref in answer.trace.hits[0].ref
    assert "retry" not in answer.trace.standalone


def test_context_is_near_by_guide_and_by_link(architect: Architect):
    first, other = architect.search("How do I make POST safe to retry?", limit=1)[0].section, architect.sections()[0]
    context = Context("q", "q", frozenset({first.guide}), frozenset({other.ref}))

    assert context.is_near(first)
    assert context.is_near(other)
    assert not Context("q", "q", frozenset(), frozenset()).is_near(first)
