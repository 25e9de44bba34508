from __future__ import annotations

import subprocess
import sys
import threading

import pytest

import backend_architect
from backend_architect import (
    Answer,
    Architect,
    AsyncArchitect,
    Delta,
    Done,
    ModelError,
    QuestionError,
    Started,
    resources,
)
from backend_architect.knowledge.asks import load_asks
from backend_architect.testing import ScriptedModel

QUESTION = "How do I make POST safe to retry?"


@pytest.fixture(scope="module")
def architect():
    with Architect(use_model=False, store="exact") as shared:
        yield shared


def test_a_question_is_answered_offline_with_citations_that_resolve(architect: Architect):
    answer = architect.ask(QUESTION)

    refs = {section.ref for section in architect.sections()}
    assert answer.outcome == "answered"
    assert answer.mode == "guides"
    assert len(answer.citations) >= 2
    for citation in answer.citations:
        assert citation.ref in refs
        assert f"[{citation.number}]" in answer.text
        assert citation.sources[0].url.startswith("https://")
        assert citation.quote in next(s.short_answer for s in architect.sections() if s.ref == citation.ref)


def test_an_answer_survives_json(architect: Architect):
    answer = architect.ask(QUESTION)

    assert Answer.model_validate_json(answer.model_dump_json()) == answer


def test_a_stream_is_started_then_text_then_one_done_and_the_text_is_the_answer(architect: Architect):
    events = list(architect.stream(QUESTION))

    assert isinstance(events[0], Started)
    assert [type(event) for event in events].count(Done) == 1
    assert isinstance(events[-1], Done)
    assert "".join(event.text for event in events if isinstance(event, Delta)) == events[-1].answer.text


def test_the_same_question_gives_the_same_answer_but_for_the_time_it_took(architect: Architect):
    first, second = (architect.ask(QUESTION).model_dump(exclude={"usage"}) for _ in range(2))

    assert first == second


def test_a_follow_up_is_answered_about_the_topic_before(architect: Architect):
    chat = architect.conversation()
    chat.ask("Which maintained library do I use to validate a JWT in Python?")

    answer = chat.ask("and in Go?")

    assert answer.citations[0].ref == "auth/jwt#libraries"
    assert "golang-jwt" in answer.text
    assert len(chat.turns) == 2


@pytest.mark.parametrize(
    ("said", "scope"),
    [
        ("no worries, thank you!", "greeting_meta"),
        ("ok thanks, that helps", "greeting_meta"),
        ("and then a proxy could hold some of the answers?", "in_scope"),
        ("make the button round and blue with CSS", "handoff"),
    ],
)
def test_in_a_talk_a_question_is_ours_unless_it_says_otherwise(architect: Architect, said: str, scope: str):
    chat = architect.conversation()
    chat.ask("How do I cache GraphQL responses over HTTP?")

    assert chat.ask(said).scope == scope


def test_a_follow_up_that_says_something_new_is_not_answered_with_the_old_answer(architect: Architect):
    chat = architect.conversation()
    first = chat.ask("our celery task ran twice after a pod was killed, why?")

    answer = chat.ask("and how do I make the consumer idempotent?")

    assert answer.text != first.text
    assert answer.citations[0].ref == "messaging/background-jobs-and-delivery#idempotent-consumer"


def test_a_new_topic_drops_the_old_one(architect: Architect):
    chat = architect.conversation()
    chat.ask("How do I validate a JWT?")

    answer = chat.ask("Which status code should a second DELETE return?")

    assert answer.citations[0].ref == "api-design/methods-status-and-errors#delete-semantics"


def test_clear_forgets_turns_and_what_was_pinned(architect: Architect):
    chat = architect.conversation()
    chat.ask("We use Django. How do I paginate a list endpoint?")
    assert chat.ledger.frameworks == ("django",)

    chat.clear()

    assert chat.turns == ()
    assert chat.ledger.frameworks == ()


def test_two_conversations_do_not_share_memory(architect: Architect):
    one, other = architect.conversation(), architect.conversation()
    one.ask(QUESTION)

    assert other.turns == ()


def test_a_secret_in_the_question_is_taken_out_and_said_so(architect: Architect):
    token = ".".join(
        ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"]
    )

    answer = architect.ask(f"Why does my API reject this JWT: {token}")

    assert token not in answer.model_dump_json()
    assert any(notice.startswith("Taken out of your question") for notice in answer.notices)


def test_a_question_that_is_too_long_is_refused_with_its_size(architect: Architect):
    with pytest.raises(QuestionError, match="the question has 200,000 characters, at most 50,000"):
        architect.ask("x" * 200_000)


@pytest.mark.parametrize(
    "question", ["\x1b[2J\x07 how do I paginate\x9b?", "\u202e how do I paginate a list", "how\0do I paginate"]
)
def test_control_characters_never_come_back(architect: Architect, question: str):
    shown = architect.ask(question).question

    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in shown)


def test_a_short_question_for_a_cause_is_answered_and_asked_for_what_only_the_asker_knows(architect: Architect):
    short = architect.ask("why is my query slow").text
    told = architect.ask(
        "Why is SELECT * FROM orders WHERE account_id = 7 ORDER BY created_at DESC LIMIT 20 slow on 40 million rows?"
    ).text

    assert "EXPLAIN" in short.splitlines()[-1]
    assert short.splitlines()[-1].startswith("For a more specific answer, tell me ")
    assert "For a more specific answer" not in told


def test_what_is_asked_for_belongs_to_guides_that_exist(architect: Architect):
    guides = {section.guide for section in architect.sections()}

    assert load_asks(resources.folder("knowledge")).keys() <= guides


def test_a_question_for_two_specialists_is_answered_in_part_and_handed_over_in_part(architect: Architect):
    answer = architect.ask("How do I write a terraform module for RDS? And how big should my connection pool be?")

    assert answer.outcome == "answered"
    assert answer.citations[0].ref.startswith(("databases/", "performance/"))
    assert answer.handoff is not None
    assert answer.handoff.specialist == "DevOps & Infrastructure"
    assert "terraform" in answer.handoff.packet.question
    assert "**Not mine:**" in answer.text


def test_the_last_answer_comes_again_in_the_form_wished_for(architect: Architect):
    chat = architect.conversation()
    first = chat.ask("How do I store passwords?")

    shorter = chat.ask("shorter please")
    risks = chat.ask("what can go wrong?")
    recap = chat.ask("recap")

    assert shorter.confidence == first.confidence
    assert shorter.citations[0].ref == risks.citations[0].ref == first.citations[0].ref
    assert len(shorter.text) < len(first.text) / 4
    assert "→" in risks.text
    assert first.citations[0].question in recap.text


def test_an_option_is_found_by_its_place_and_the_one_not_advised_by_that(architect: Architect):
    chat = architect.conversation()
    chat.ask("Sessions or JWT for a web app?")

    assert "JWT" in chat.ask("what about the second one for mobile").trace.standalone
    assert architect.conversation().ask("the second one").outcome == "asked_back"


def test_threads_can_share_one_architect(architect: Architect):
    expected = architect.ask(QUESTION).text
    texts: list[str] = []
    threads = [threading.Thread(target=lambda: texts.append(architect.ask(QUESTION).text)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert texts == [expected] * 8


@pytest.mark.anyio
async def test_sync_and_async_tell_the_same_story(architect: Architect):
    def story(events: list[object]) -> list[object]:
        return [e.answer.model_dump(exclude={"usage"}) if isinstance(e, Done) else e for e in events]

    async with AsyncArchitect(use_model=False, store="exact") as other:
        events: list[object] = [event async for event in other.stream(QUESTION)]

    assert story(events) == story(list(architect.stream(QUESTION)))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_a_scripted_model_answers_through_the_same_door():
    said = "Have the client send one unique Idempotency-Key per logical operation [1]."
    model = ScriptedModel(said)
    with Architect(model=model, store="exact") as architect:
        answer = architect.ask(QUESTION)

    assert answer.mode == "model"
    assert answer.outcome == "answered"
    assert [citation.ref for citation in answer.citations] == [
        "api-design/retries-idempotency-and-rate-limits#post-retry"
    ]
    assert QUESTION in str(model.prompts)


def test_a_model_that_fails_is_replaced_by_the_guides_and_that_is_said():
    with Architect(model=ScriptedModel(ModelError("no connection to the endpoint")), store="exact") as architect:
        answer = architect.ask(QUESTION)

    assert answer.mode == "guides"
    assert answer.outcome == "answered"
    assert answer.notices[0].startswith("The model did not answer: no connection to the endpoint.")


# --- the package ---------------------------------------------------------------------------------


def test_all_names_what_is_exported():
    assert sorted(backend_architect.__all__) == backend_architect.__all__
    assert all(hasattr(backend_architect, name) for name in backend_architect.__all__)


HEAVY = (
    "chromadb",
    "langchain",
    "langchain_core",
    "langchain_openai",
    "openai",
    "onnxruntime",
    "numpy",
    "pydantic",
    "rich",
)


def test_importing_the_package_loads_nothing_heavy():
    code = f"import sys, backend_architect; print([m for m in {HEAVY!r} if m in sys.modules])"

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"


def test_an_offline_answer_loads_no_model_library_and_no_chroma():
    code = (
        "import sys; from backend_architect import Architect\n"
        f"Architect(use_model=False).ask({QUESTION!r})\n"
        "print([m for m in ('chromadb', 'langchain', 'langchain_core', 'openai', 'tiktoken') if m in sys.modules])"
    )

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"
