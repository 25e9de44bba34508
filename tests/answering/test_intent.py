from __future__ import annotations

import pytest

from backend_architect.answering.intent import Length, intent_of, length_wanted, wants_code


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("How do I make POST safe to retry?", "howto"),
        ("how do I prevent duplicate orders", "howto"),
        ("how avoid duplicate orders when the client retries", "howto"),
        ("how long until the failed jobs are lost", "debug"),
        ("Cursor or offset pagination?", "compare"),
        ("JWT vs session cookie", "compare"),
        ("which broker should we pick", "compare"),
        ("our worker processes messages twice", "debug"),
        ("why is this query slow", "debug"),
        ("TypeError: cannot read properties of undefined in my handler", "debug"),
        ("What is an idempotency key?", "explain"),
        ("show me the code for keyset pagination", "code"),
        ("give me an example in Go", "code"),
        ("write me a token bucket middleware in Go", "code"),
        ("show me that in python", "code"),
        ("redis lua rate limiter example", "code"),
        ("the code for it in java", "code"),
        ("dockerfile for a go service", "code"),
        ("what status code for duplicates", "explain"),
        ("authorization code flow or implicit?", "compare"),
        ("which database, if we cannot lose data?", "compare"),
        ("my manager wants us to keep card numbers", "explain"),
        ("I want to become a backend developer, where do I start", "learn"),
        ("how many hours is the roadmap", "learn"),
        ("is this a good design?", "review"),
        ("a colleague suggests returning 200 for every error", "review"),
    ],
)
def test_the_wish_behind_a_question_is_recognised(question: str, intent: str):
    assert intent_of(question) == intent


def test_terse_words_beside_a_technology_ask_how_it_is_done_there():
    assert intent_of("gin validate json body", names_technology=True) == "howto"
    assert intent_of("what is a Gin context", names_technology=True) == "explain"
    assert intent_of("validate json body") == "explain"


def test_steps_come_with_code_and_explanations_only_when_asked():
    assert wants_code("How do I sign a cursor?", "howto")
    assert wants_code("What is a cursor? an example would help", "explain")
    assert not wants_code("What is a cursor?", "explain")


@pytest.mark.parametrize(
    ("question", "most"),
    [
        ("explain sagas in two sentences", Length(50, 2)),
        ("at most 40 words please: what is a saga", Length(40)),
        ("put it into one line", Length(25, 1)),
        ("what is a saga", None),
        ("rows in 3 tables, which index", None),
        ("it fails in 5 of ten runs", None),
        ("show it in 5 lines of code", None),
        ("validate a comment of at most 100 words", None),
    ],
)
def test_a_wished_length_is_understood(question: str, most: Length | None):
    assert length_wanted(question) == most
