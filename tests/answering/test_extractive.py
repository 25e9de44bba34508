from __future__ import annotations

import re

import pytest

from backend_architect import Architect
from backend_architect.answering.extractive import compose, pick_listing, with_mark
from backend_architect.knowledge.markdown import words
from backend_architect.types import Brief, Detail, Draft, Hit, Listing, Part, Pitfall, Section


def section(name: str = "once", **changes: object) -> Section:
    values: dict[str, object] = {
        "ref": f"demo/orders#{name}",
        "guide_title": "Orders",
        "question": f"How do I take an order {name}?",
        "also_asked": ("duplicate orders",),
        "short_answer": f"Take an order {name} with a key. The key is unique.",
        "parts": (Part("why", ("Clients repeat.",)), Part("how", ("1. Send it.\n2. Insert it.\n3. Reply.",))),
        "listings": (
            Listing("the insert (Python).", "python", "insert()"),
            Listing("the insert (Go).", "go", "Insert()", executed=False),
        ),
        "pitfalls": (
            Pitfall("Two orders", "check before insert", "insert first"),
            Pitfall("Lost key", "new id", "keep it"),
        ),
    }
    return Section(**(values | changes))  # type: ignore[arg-type]


def brief(intent: str = "howto", *, hits: tuple[Hit, ...] | None = None, **changes: object) -> Brief:
    values: dict[str, object] = {
        "question": "How do I take an order once?",
        "standalone": "How do I take an order once?",
        "intent": intent,
        "hits": hits or (Hit(section(), 0.9),),
    }
    return Brief(**(values | changes))  # type: ignore[arg-type]


def test_the_short_answer_comes_first_and_is_cited():
    assert compose(brief()).text.startswith("Take an order once with a key. The key is unique. [1]\n\n")


def test_every_piece_of_prose_is_verbatim_from_the_section_it_cites():
    draft = compose(brief())

    told = section().prose
    assert draft.refs == ("demo/orders#once",)
    for verdict in draft.verdicts:
        for line in verdict.statement.splitlines():
            plain = line.removeprefix("- ").replace(" → ", ". ").lower().rstrip(".")
            assert plain in told.lower()


@pytest.mark.parametrize(
    ("intent", "first_after_the_answer"),
    [
        ("howto", "1. Send it."),
        ("explain", "Clients repeat."),
        ("review", "**Watch for**"),
        ("code", "The insert (Python)."),
    ],
)
def test_what_follows_depends_on_what_is_wanted(intent: str, first_after_the_answer: str):
    assert compose(brief(intent)).text.split("\n\n")[1].startswith(first_after_the_answer)


def test_a_symptom_that_is_described_leads_with_its_cause():
    asked = "we see two orders although we check before insert"
    near = {"demo/orders#once": (0.7, 0.2)}

    text = compose(brief("debug", question=asked, standalone=asked, symptoms=near)).text

    assert text.startswith(
        "**Likely cause** (symptom → cause → fix): Two orders → check before insert → insert first [1]"
    )
    assert text.count("Two orders") == 1


@pytest.mark.parametrize(
    ("intent", "asked", "nearness"),
    [
        ("debug", "we see two orders although we check before insert", 0.3),
        ("explain", "what does it mean that we see two orders", 0.55),
        ("explain", "we have two orders: can we merge them", 0.67),
        ("howto", "how do we prevent two orders from one click", 0.65),
        ("debug", "two orders", 0.9),
        ("debug", "the order is lost although a key was sent", 0.7),
    ],
    ids=[
        "too far",
        "an explanation",
        "a judgement is asked for",
        "steps are wanted",
        "nothing is told",
        "another trouble",
    ],
)
def test_no_cause_is_put_first_for_what_is_not_described(intent: str, asked: str, nearness: float):
    doubled = Pitfall("Two orders, the same twice", "check before insert", "insert first")
    hit = Hit(section(pitfalls=(doubled,)), 0.9)

    text = compose(brief(intent, question=asked, standalone=asked, hits=(hit,), symptoms={hit.ref: (nearness,)})).text

    assert text.startswith("Take an order once")


def test_the_pitfall_nearest_to_what_is_described_is_warned_of_first():
    text = compose(brief("review", symptoms={"demo/orders#once": (0.2, 0.5)})).text

    assert text.index("Lost key") < text.index("Two orders")


NARROW = Detail("Who makes the key?", "The client. A key of the server comes too late.")
WIDE = Detail("How long is it kept?", "For a day. The slowest client stops earlier.")


def detailed(asked: str, nearness: tuple[float, float], *, question: float, **changes: object) -> str:
    hit = Hit(section(details=(NARROW, WIDE)), 0.9, {"question": question})
    values = {"question": asked, "standalone": asked, "hits": (hit,), "details": {hit.ref: nearness}} | changes
    return compose(brief("explain", **values)).text  # type: ignore[arg-type]


def test_the_verdict_on_the_narrower_question_that_was_asked_comes_first():
    text = detailed("who should make the key", (0.95, 0.1), question=0.95)

    assert text.startswith(f"**{NARROW.question}** {NARROW.answer} [1]\n\nTake an order once")
    assert text.count(NARROW.question) == 1


@pytest.mark.parametrize(
    ("nearness", "question"), [((0.6, 0.1), 0.6), ((0.95, 0.1), 0.99)], ids=["not near", "the section is nearer"]
)
def test_a_narrower_question_that_was_not_asked_opens_no_answer(nearness: tuple[float, float], question: float):
    assert detailed("tell me of orders", nearness, question=question).startswith("Take an order once")


def test_a_narrower_question_that_is_near_is_told_beside_the_short_answer():
    text = detailed("who should make the key", (0.93, 0.85), question=0.97)

    assert text.startswith("Take an order once")
    assert text.count(NARROW.answer) == 1
    assert WIDE.answer not in text


def test_a_short_answer_is_the_verdict_that_was_asked_for():
    text = detailed("who should make the key, in one sentence", (0.95, 0.1), question=0.95)

    assert text == f"**{NARROW.question}** The client. [1]"


def test_the_asked_language_is_shown_and_unexecuted_code_says_so():
    text = compose(brief("code", languages=("go",))).text

    assert "```go\nInsert()\n```" in text
    assert "Not executed by the project's tests." in text
    assert "```python" not in text


def test_a_language_the_guide_lacks_is_admitted():
    text = compose(brief("code", languages=("rust",))).text

    assert "The guide has no Rust listing for this; it shows the same in Python." in text


def test_prose_keeps_within_the_words_asked_for():
    long = section(parts=(Part("how", tuple(f"Step {n}: " + "word " * 30 for n in range(20))),))

    text = compose(brief(hits=(Hit(long, 0.9),)), max_words=120).text

    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    assert words(prose) <= 130


def test_a_near_section_is_named_with_its_opening_and_own_number():
    draft = compose(brief(hits=(Hit(section(), 0.9), Hit(section("late"), 0.75))))

    assert "- **How do I take an order late?** Take an order late with a key. The key is unique. [2]" in draft.text
    assert draft.refs == ("demo/orders#once", "demo/orders#late")


def test_a_second_topic_of_the_question_gets_its_own_answer():
    other = section(
        "refund", question="How do I refund?", also_asked=("refund",), short_answer="Refund by a new entry. Never edit."
    )
    asked = "take an order once and refund it"

    draft: Draft = compose(brief(question=asked, standalone=asked, hits=(Hit(section(), 0.9), Hit(other, 0.85))))

    assert "**How do I refund?** Refund by a new entry. Never edit. [2]" in draft.text


def test_a_distant_section_stays_out():
    draft = compose(brief(hits=(Hit(section(), 0.9), Hit(section("late"), 0.2))))

    assert draft.refs == ("demo/orders#once",)


def test_a_table_is_cited_under_it_so_that_it_stays_a_table():
    assert with_mark("| a |\n| --- |\n| 1 |", "[1]") == "| a |\n| --- |\n| 1 |\n\nTable from [1]."


def test_a_counter_example_is_never_shown():
    wrong = Listing("the mistake (Python).", "python", "insert_vulnerable()", "demo.py#vulnerable")
    right = Listing("the way (Go).", "go", "Insert()", "demo.go#fixed")

    assert pick_listing((wrong, right), ("python",)) == right
    assert pick_listing((wrong,), ("python",)) is None


def test_no_shipped_section_would_show_a_counter_example_as_the_way():
    with Architect(use_model=False, store="exact") as architect:
        shown = [pick_listing(s.listings, (language,)) for s in architect.sections() for language in s.languages]

    assert [x.caption for x in shown if x is not None and "vulnerable" in f"{x.caption} {x.example}"] == []


def test_a_symptom_of_the_opposite_kind_is_no_cause():
    pitfall = Pitfall("An order is lost when a worker is killed", "acknowledged before the work", "acknowledge after")
    asked = "our order ran twice after the worker was killed"

    text = compose(
        brief("debug", question=asked, standalone=asked, hits=(Hit(section(pitfalls=(pitfall,)), 0.9),))
    ).text

    assert not text.startswith("**Likely cause**")


def test_a_yes_that_answers_another_question_is_left_out():
    hit = Hit(section(short_answer="Yes, take the order once. The key decides."), 0.9, {"question": 0.6})

    assert compose(brief(hits=(hit,))).text.startswith("Take the order once.")


def test_code_comes_from_a_near_section_when_the_best_has_none():
    bare = Hit(section("bare", listings=()), 0.9)

    draft = compose(brief("code", hits=(bare, Hit(section(), 0.7))))

    assert "insert()" in draft.text


def test_each_of_two_questions_gets_its_section():
    other = Hit(section("refund", question="How do I refund?", short_answer="Refund by a new entry. Never edit."), 0.7)

    draft = compose(brief(parts=(Hit(section(), 0.9), other)))

    assert "**How do I refund?** Refund by a new entry. Never edit. [2]" in draft.text


def test_without_listings_there_is_no_code():
    assert pick_listing((), ("go",)) is None


def test_an_own_guide_embeds_and_links_nothing_that_its_sources_do_not_name():
    hostile = section(
        "twice",
        question="How? <img src=x> ![pixel](https://evil.example/p)",
        short_answer="Use [this](https://evil.example/x), <b>now</b> ![pixel](https://evil.example/p) with `a<b>`.",
        origin="own",
    )

    text = compose(brief(hits=(Hit(section(), 0.9), Hit(hostile, 0.9)))).text

    assert "Use this" in text
    assert "`a<b>`" in text  # code is text
    assert not re.search(r"evil\.example|<b>n|<img|!\[", text)


def test_a_shipped_section_is_quoted_as_it_stands():
    linked = section(short_answer="See [the rule](https://www.example.com/rule) for it, once and for all.")

    assert "[the rule](https://www.example.com/rule)" in compose(brief(hits=(Hit(linked, 0.9),))).text


@pytest.mark.parametrize(
    ("length", "text"),
    [
        ("in at most 8 words", "Take an order once with a key. [1]"),
        ("in 2 words", "Take an order once with a key. [1]"),
        ("in one sentence", "Take an order once with a key. [1]"),
        ("in two sentences", "Take an order once with a key. The key is unique. [1]"),
    ],
)
def test_the_length_that_was_asked_for_is_kept_as_far_as_whole_sentences_allow(length: str, text: str):
    asked = f"How do I take an order once, {length}?"

    assert compose(brief(question=asked, standalone=asked)).text == text


def test_a_second_section_joins_when_it_ranks_as_high_and_is_linked_or_as_good_as_tied():
    linked, other = section("twice"), section("thrice")
    first = section(see_also=(linked.ref,))

    def joined(second: Section, score: float) -> bool:
        answer = compose(brief(hits=(Hit(first, 0.6), Hit(second, score)))).text
        return second.short_answer in answer.partition("**Related**")[0]

    assert joined(linked, 0.57)
    assert not joined(other, 0.57)
    assert joined(other, 0.595)
    assert not joined(linked, 0.5)
