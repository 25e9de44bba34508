"""What the answer metrics say about small texts, worked out by hand: claims, citations, form, conversations."""

from __future__ import annotations

import pytest

from backend_architect import Answer, Citation, Section
from backend_architect.types import Listing, Source, Trace, TracedHit
from evals import coverage, leaks
from evals.loader import DatasetError
from evals.metrics import citations, conversation, form, nuggets, roadmap
from evals.metrics.citations import Library
from evals.metrics.text import content, numbers, prose, sentences, units
from evals.metrics.weights import Weights
from evals.schema import Case, Constraints, Forbidden, Nugget, Plan
from evals.targets import Observation

WEIGHTS = Weights({}, 1.0)
KEYSET = Section(
    ref="api/pages#keyset",
    guide_title="Pages",
    question="Which pagination?",
    also_asked=(),
    short_answer=(
        "Keyset pagination stays stable when rows are inserted between pages. "
        "It needs one composite index on the sort columns and the unique identifier."
    ),
    listings=(
        Listing(caption="A page", language="sql", code="SELECT id FROM orders WHERE id > :last ORDER BY id LIMIT 50"),
    ),
    sources=(
        Source(
            id="rfc8288", title="RFC 8288 Web Linking", publisher="IETF", url="https://www.rfc-editor.org/rfc/rfc8288"
        ),
    ),
)
LIMITS = Section(
    ref="api/limits#status",
    guide_title="Limits",
    question="Which status for too many requests?",
    also_asked=(),
    short_answer="Answer 429 with a `Retry-After` header when a client sends more than 100 requests in 60 seconds.",
)
LIBRARY = Library([KEYSET, LIMITS])


def answer(text: str, *refs: str, found: tuple[str, ...] | None = None, **fields: object) -> Answer:
    listed = tuple(
        Citation(number=at, ref=ref, guide_title="Guide", question="?", quote="") for at, ref in enumerate(refs, 1)
    )
    hits = tuple(TracedHit(ref=ref, score=0.5) for ref in (refs if found is None else found))
    base = {"question": "?", "text": text, "scope": "in_scope", "outcome": "answered", "mode": "guides"}
    return Answer.model_validate({**base, "citations": listed, "trace": Trace(hits=hits), **fields})


def cited(text: str, *refs: str) -> dict[str, float | None]:
    found = citations.scores(answer(text, *refs), [KEYSET.ref], LIBRARY, WEIGHTS)
    return {name: score.value for name, score in found.items()}


# --- reading


def test_markers_after_the_full_stop_belong_to_the_sentence_before_it() -> None:
    assert sentences("Use a key. [1] It is stable [2]. See e.g. RFC 9110. Done.") == [
        "Use a key. [1]", "It is stable [2].", "See e.g. RFC 9110.", "Done.",
    ]  # fmt: skip


def test_code_is_neither_prose_nor_citation() -> None:
    text = "Read it.\n\n```python\nx = a[1]\n```\n\nThe list `b[2]` stays. [3]"

    assert prose(text).sentences == ("Read it.", "The list `b[2]` stays. [3]")
    assert [numbers(unit.text) for unit in units(text) if unit.kind != "code"] == [(), (3,)]


def test_a_table_row_is_read_with_its_headings() -> None:
    assert prose("| Way | Cost |\n| --- | --- |\n| Offset | grows with depth |").sentences == (
        "Way: Offset; Cost: grows with depth",
    )


def test_a_fence_that_is_never_closed_is_seen() -> None:
    assert [unit.is_closed for unit in units("```python\nx = 1\n")] == [False]


def test_a_negation_covers_three_content_words_and_ends_at_a_comma() -> None:
    signs = content("Never store the raw token server side, hash it.").signs

    assert {name for name, sign in signs.items() if sign == 2} == {"store", "raw", "token"}


# --- nuggets and forbidden claims


def claim(text: str, **fields: object) -> Nugget:
    return Nugget.model_validate({"id": "n", "importance": "vital", "text": text, "sections": [KEYSET.ref], **fields})


STABLE = claim("Keyset pagination stays stable when rows are inserted between pages.")


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("Keyset pagination stays stable while new rows are inserted between two pages.", "support"),
        ("With keyset pagination, pages stay stable even if rows get inserted.", "support"),
        ("Keyset pagination does not stay stable when rows are inserted between pages.", "absent"),
        ("Pagination keyset stable rows inserted pages.", "absent"),
        ("Offset pages shift when somebody deletes an order.", "absent"),
    ],
)
def test_a_claim_is_matched_by_words_order_and_sign(said: str, label: str) -> None:
    if said.startswith("Pagination keyset"):
        said += " " + "stable keyset cursor inserted pagination between rows pages stays keyset rows inserted"

    assert nuggets.match(STABLE.text, nuggets.windows(prose(said)), WEIGHTS).label == label


def test_an_alternative_wording_of_the_author_is_credited_but_never_more_than_partly_without_word_order() -> None:
    loose = claim("Deep offset pages are slow because skipped rows are still read.", any_of=[["discards", "walks"]])

    found = nuggets.match(
        loose.text, nuggets.windows(prose("The server walks and discards them.")), WEIGHTS, any_of=loose.any_of
    )

    assert (found.label, found.score, found.rules) == ("partial", 0.6, ("any_of",))


def test_the_headline_number_does_not_see_what_stands_after_250_words() -> None:
    late = "It depends on many things that we will look at one after the other. " * 20 + STABLE.text

    found = nuggets.scores([STABLE], prose(late), WEIGHTS)

    assert (found["vital"].value, found["vital@250"].value) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("Offset pagination is always the right choice.", "claimed"),
        ("Just always use offset here.", "claimed"),
        ("Offset pagination is not always the right choice.", "mentioned"),
        ("Do not always use offset, use keyset instead.", "mentioned"),
        ("Keyset pagination needs an index.", "absent"),
        ("Is offset pagination always the right choice?", "absent"),
    ],
)
def test_a_forbidden_claim_counts_when_it_is_made_and_not_when_it_is_refuted(said: str, verdict: str) -> None:
    banned = Forbidden(
        id="f1", severity="hard", text="Offset pagination is always the right choice.", patterns=("always use offset",)
    )

    found = nuggets.forbidden_scores([banned], prose(said), WEIGHTS)

    assert found["forbidden_free"].evidence[0].verdict == verdict
    assert found["hard_forbidden"].value == float(verdict == "claimed")


# --- citations

GOOD = "Keyset pagination stays stable when rows are inserted between pages"


@pytest.mark.parametrize(
    ("text", "refs", "recall", "precision"),
    [
        (f"{GOOD}. [1]", [KEYSET.ref], 1.0, 1.0),
        (f"{GOOD}.", [KEYSET.ref], 0.0, 0.0),
        (f"{GOOD}. [1]", [LIMITS.ref], 0.0, 0.0),
        (f"{GOOD}. [1][2]", [KEYSET.ref, LIMITS.ref], 1.0, 0.5),
        (
            f"{GOOD}. It needs one composite index on the sort columns and the unique identifier. [1]",
            [KEYSET.ref],
            1.0,
            1.0,
        ),
        (
            f"{GOOD}.\n\nIt needs one composite index on the sort columns and the unique identifier. [1]",
            [KEYSET.ref],
            0.5,
            1.0,
        ),
        (
            f"- {GOOD}.\n- It needs one composite index on the sort columns and the unique identifier. [1]",
            [KEYSET.ref],
            1.0,
            1.0,
        ),
        (
            "Answer 429 with a `Retry-After` header when a client sends more than 100 requests in 90 seconds. [1]",
            [LIMITS.ref],
            0.0,
            0.0,
        ),
        (
            "Answer 429 with a `Retry-Later` header when a client sends more than 100 requests in 60 seconds. [1]",
            [LIMITS.ref],
            0.0,
            0.0,
        ),
    ],
)
def test_recall_and_precision(text: str, refs: list[str], recall: float, precision: float) -> None:
    found = cited(text, *refs)

    assert (found["citation_recall"], found["citation_precision"]) == (recall, precision)


def test_an_identifier_of_a_listing_and_an_rfc_of_a_source_are_held_by_the_section() -> None:
    text = "Keyset pagination stays stable with `ORDER BY` when rows are inserted between pages (RFC 8288). [1]"

    assert cited(text, KEYSET.ref)["citation_recall"] == 1.0


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        (f"{GOOD}. [1]", False),
        (f"{GOOD}. [2]", True),
        ("Read `rows[7]` with care, because keyset pagination stays stable. [1]", False),
    ],
)
def test_a_number_that_stands_for_nothing_is_dangling(text: str, broken: bool) -> None:
    assert cited(text, KEYSET.ref)["dangling_citations"] == float(broken)


def test_an_unknown_section_is_dangling_and_one_outside_the_trace_is_only_counted() -> None:
    unknown = citations.invariants(answer(f"{GOOD}. [1]", "api/gone#away"), LIBRARY)
    outside = citations.invariants(answer(f"{GOOD}. [1]", KEYSET.ref, found=(LIMITS.ref,)), LIBRARY)

    assert unknown["dangling_citations"].value == 1.0
    assert (outside["dangling_citations"].value, outside["outside_trace"].value) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("quotation", "torn"),
    [
        ("stays stable when rows are inserted between pages", 0.0),
        ("stays perfectly stable when rows are inserted between pages", 1.0),
        ("always quite stable", 0.0),
    ],
)
def test_a_quotation_of_five_words_stands_in_the_cited_section_or_is_torn(quotation: str, torn: float) -> None:
    assert cited(f'The guide says that keyset pagination "{quotation}". [1]', KEYSET.ref)["quote_integrity"] == torn


# --- form


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Use it.\n\n```python\nx = 1\n```", ""),
        ("```python\nx = 1\n", "a code fence is not closed"),
        ("```\nx\n```", "a code block names no language"),
        ("```python\nx = = 1\n```", "python does not parse"),
        ("```python\nawait get()\n```", ""),
        ('```json\n{"a": 1,}\n```', "json does not parse"),
        ("```yaml\na: [1\n```", "yaml does not parse"),
        ("Use <b>bold</b> here.", "raw HTML <b>"),
        ("Write `<b>` here.", ""),
        ("See https://evil.example/x now.", "a link to evil.example"),
        ("See [it](https://www.rfc-editor.org/rfc/rfc8288).", ""),
        (
            "Nimm einen Schlüssel für jede Anfrage und gib die gespeicherte Antwort zurück. " * 4,
            "the prose is not English",
        ),
    ],
)
def test_form(text: str, problem: str) -> None:
    found = form.scores(text, LIBRARY.hosts, None)["format_ok"]

    assert found.value == float(not problem)
    assert found.reason.startswith(problem)


@pytest.mark.parametrize(
    ("constraints", "problem"),
    [
        (Constraints(max_words=20), "34 words, at most 20 were asked for"),
        (Constraints(must_include_code=True), "no code although it was asked for"),
        (Constraints(programming_language="python"), ""),
    ],
)
def test_form_as_it_was_asked_for(constraints: Constraints, problem: str) -> None:
    text = "You can use a key for it. " * 4 + "And it is as good as."

    assert form.scores(text, frozenset(), constraints)["format_ok"].reason == problem


# --- roadmaps

STEPS = {
    f"career/roadmap#{name}": roadmap.Stage(at, title)
    for at, (name, title) in enumerate(
        [("one", "Language Fundamentals"), ("two", "Web Framework"), ("three", "API Design")], 1
    )
}
ONE, TWO, THREE = STEPS


@pytest.mark.parametrize(
    ("text", "order", "value", "reason"),
    [
        ("Take stage 1, then stage 2.", (ONE, TWO), 1.0, ""),
        ("Take stage 2, then stage 1.", (ONE, TWO), 0.0, "stage 2 before stage 1"),
        ("Stages 1 to 3 in this order.", (ONE, TWO, THREE), 1.0, ""),
        ("Stages 1, 3 and 2.", (ONE, TWO, THREE), 0.5, "stage 3 before stage 2"),
        ("Before stage 2 finish stage 1.", (ONE, TWO), 1.0, ""),
        ("Stage 3 comes after stage 2.", (TWO, THREE), 1.0, ""),
        ("Stage 2 comes after stage 3.", (TWO, THREE), 0.0, "stage 3 before stage 2"),
        ("Stage 3 needs stage 2; stage 2 needs stage 1.", (ONE, TWO, THREE), 1.0, ""),
        ("Stage 3 does not need stage 2.", (TWO, THREE), 0.0, "stage 3 before stage 2"),
        ("1. **Language Fundamentals**: types\n2. **Web Framework**: routes", (ONE, TWO), 1.0, ""),
        ("Learn it without a web framework.", (TWO,), 0.0, "does not name stage 2"),
        ("Stage 1 and nothing else.", (ONE, TWO), 0.0, "does not name stage 2"),
        ("Keyset pages first. [1] Then limits. [2]", (KEYSET.ref, LIMITS.ref), 1.0, ""),
        (
            "Limits first. [2] Then keyset pages. [1]",
            (KEYSET.ref, LIMITS.ref),
            0.0,
            f"{LIMITS.ref} before {KEYSET.ref}",
        ),
    ],
)
def test_steps_are_in_order_when_they_are_named_or_said_to_be(
    text: str, order: tuple[str, ...], value: float, reason: str
) -> None:
    plan = Plan(stage=1, order=order)

    found = roadmap.scores(plan, answer(text, KEYSET.ref, LIMITS.ref), STEPS)

    assert (found["plan_order"].value, found["plan_order"].reason) == (value, reason)
    assert found["plan_hours"].status == "not_applicable"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Stage 1 takes 50 hours, of which 5 hours go to packages.", ""),
        ("In 50 hours you finish stage 1.", ""),
        ("Stage 1 takes 50 of the 270 hours.", ""),
        ("Give fifty hours to stage 1 and 60 hours to stage 2.", ""),
        ("## Stage 1: Language Fundamentals\n\nThe budget is 50 hours.", ""),
        ("Language fundamentals (50 hours), web framework (60).", ""),
        ("| Stage | Hours |\n| --- | --- |\n| 1 Language Fundamentals | 50 |\n| 2 Web Framework | 60 |", ""),
        ("Stage 1 takes 60 hours.", "says 60 hours of stage 1, not 50"),
        ("Stage 1 takes 50 or 60 hours.", "says 50 or 60 hours of stage 1, not 50"),
        ("Stage 1 takes not 50 hours but 60 hours.", "says 60 hours of stage 1, not 50"),
        ("The whole takes 50 hours.", "says no hours of stage 1"),
    ],
)
def test_the_first_hours_said_of_a_stage_count(text: str, reason: str) -> None:
    found = roadmap.scores(Plan(stage=1, hours="50 hours"), answer(text), STEPS)

    assert (found["plan_hours"].reason, found["plan_hours"].value) == (reason, float(not reason))
    assert found["plan_order"].status == "not_applicable"


# --- conversations


def talk() -> Case:
    turn = {
        "expect": {
            "expected_sections": [{"section": KEYSET.ref, "grade": 3}],
            "nuggets": [{"id": "n1", "importance": "vital", "text": STABLE.text, "sections": [KEYSET.ref]}],
        }
    }
    turns = [
        {"user": "Which pagination?", **turn},
        {"user": "And for deletes?", "needs": [1], "alone": "Pages while deleting?", **turn},
    ]
    return Case.model_validate({"id": "talk", "split": "test", "kind": "conversation", "turns": turns})


def test_a_conversation_is_scored_turn_by_turn_and_against_the_questions_asked_alone() -> None:
    good, lost = answer(f"{GOOD}. [1]", KEYSET.ref), answer("It depends on your case and on your data.", LIMITS.ref)
    seen = Observation(case_id="talk", question="", answer=lost, turns=(good, lost), alone=((2, good),))

    found = conversation.scores(talk(), seen, LIBRARY, WEIGHTS)

    assert found["turn_recall@5"].value == 0.5
    assert (found["turn_vital"].value, found["turn_vital"].reason) == (0.5, "turn 2: missing n1")
    assert found["turn_drop"].value == 1.0
    assert [evidence.of for evidence in found["turn_vital"].evidence] == ["turn 1 n1", "turn 2 n1"]


def test_a_turn_of_the_wrong_kind_names_itself() -> None:
    refused = answer("No.", scope="out_of_scope", outcome="declined")
    seen = Observation(case_id="talk", question="", answer=refused, turns=(answer("Yes. [1]", KEYSET.ref), refused))

    found = conversation.scores(talk(), seen, LIBRARY, WEIGHTS)["turn_kind"]

    assert (found.value, found.reason) == (0.5, "turn 2: expected in_scope, got out_of_scope")


# --- the dataset as a whole


def test_eight_words_of_a_test_case_in_a_prompt_are_a_leak(tmp_path) -> None:  # type: ignore[no-untyped-def]
    for folder in ("prompts", "agent"):
        (tmp_path / folder).mkdir()
    (tmp_path / "agent" / "empty.py").write_text("", encoding="utf-8")
    (tmp_path / "prompts" / "answer.md").write_text(
        "Example: which of the two paginations fits a feed that changes? Answer it.", encoding="utf-8"
    )
    labels = [{"section": KEYSET.ref, "grade": 3}]
    base = {"kind": "retrieval", "expected_sections": labels}
    question = "Which of the two paginations fits a feed that changes all day?"
    held = Case.model_validate({"id": "held", "split": "test", "question": question, **base})
    tuned = Case.model_validate({"id": "tuned", "split": "dev", "question": question, **base})

    assert [str(leak) for leak in leaks.check([held, tuned], tmp_path)] == [
        'prompts/answer.md holds "which of the two paginations fits a feed" of test case held'
    ]


def test_a_folder_without_prompts_is_an_error_and_not_free_of_leaks(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DatasetError, match=r"prompts holds no \*\.md, so nothing could be checked for leaks"):
        leaks.check([], tmp_path)


def test_a_missed_minimum_says_what_is_missing() -> None:
    found = {str(each) for each in coverage.minima([]) if each.is_enforced}

    assert "hand-off cases of DevOps & Infrastructure: 0 (at least 18)" in found
    assert "independent clusters: 0 (at least 240)" in found
    assert not any(each.is_met for each in coverage.minima([]))
