from __future__ import annotations

import pytest

from backend_architect import Architect
from backend_architect.retrieval.lexical import LexicalIndex, query_terms, terms
from backend_architect.retrieval.search import identifiers, views
from backend_architect.types import Hit


@pytest.fixture(scope="module")
def architect():
    with Architect(use_model=False, store="exact") as shared:
        yield shared


@pytest.mark.parametrize(
    ("question", "ref"),
    [
        ("How do I make POST safe to retry?", "api-design/retries-idempotency-and-rate-limits#post-retry"),
        ("our gateway accepts tokens with alg none", "auth/jwt#algorithm-confusion"),
        ("RFC 9457", "api-design/methods-status-and-errors#problem-details"),
        ("If-Match", "api-design/methods-status-and-errors#lost-update"),
        ("page 5000 of the list times out", "api-design/pagination-and-filtering#which-pagination"),
        ("planner uses seq scan although there is an index", "databases/query-optimisation#index-not-used"),
        ("how do I publish an event and save the row atomically", "messaging/background-jobs-and-delivery#outbox"),
        ("what do I learn in the API design stage", "career/roadmap-and-projects#stage-3-api-design"),
    ],
)
def test_a_question_finds_its_section_among_the_first_three(architect: Architect, question: str, ref: str):
    assert ref in [hit.ref for hit in architect.search(question, limit=3)]


def test_misspelt_words_find_the_same_section_as_correct_ones(architect: Architect):
    right = architect.search("idempotency key for payment retries", limit=1)[0].ref
    wrong = architect.search("idempotancy key for paymant retrys", limit=1)[0].ref

    assert wrong == right


def test_the_same_question_gives_the_same_scores_twice(architect: Architect):
    first = [(hit.ref, hit.score) for hit in architect.search("dead letter queue", limit=20)]

    assert [(hit.ref, hit.score) for hit in architect.search("dead letter queue", limit=20)] == first


def test_scores_fall_and_stay_between_zero_and_one(architect: Architect):
    scores = [hit.score for hit in architect.search("jwt or session?", limit=50)]

    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)


@pytest.mark.parametrize(
    "hostile", ['" OR 1=1 --', "C# vs Go?", "((", "AND OR NOT", "NEAR(a b)", "*", "a" * 5000, "\u202etxet", "日本語"]
)
def test_no_text_breaks_the_lexical_query(architect: Architect, hostile: str):
    assert isinstance(architect.search(hostile), tuple)


def test_a_long_story_is_searched_by_its_question_too():
    story = "We run a shop with many services and a mobile app. " * 12
    question = "Which status code should a second DELETE return?"

    assert views(f"{story}{question}")[1:] == (question,)


def test_two_questions_in_one_are_two_views():
    assert views("How long may a token live? And how do I revoke a token early?") == (
        "How long may a token live? And how do I revoke a token early?",
        "How long may a token live?",
        "And how do I revoke a token early?",
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("what does If-Match do on PUT", ("if-match",)),
        ("429 or 503 with Retry-After", ("429", "503", "retry-after")),
        ("RFC 9457 body", ("rfc 9457",)),
        ("send application/problem+json", ("application/problem+json",)),
        ("call res.send() twice", ("send()",)),
        ("how do I paginate", ()),
    ],
)
def test_literal_names_in_a_question_are_recognised(text: str, found: tuple[str, ...]):
    assert identifiers(text) == found


def test_terms_keep_identifiers_whole_and_give_their_pieces():
    assert terms("If-Match, C# and findByEmail") == [
        "if-match",
        "if",
        "match",
        "c#",
        "and",
        "findbyemail",
        "find",
        "by",
        "email",
    ]


def test_query_terms_leave_out_words_that_tell_nothing():
    assert query_terms("How do I make the POST safe?") == ["post", "safe"]


def test_bm25_prefers_the_section_that_is_asked_with_the_word(architect: Architect):
    sections = architect.sections()
    index = LexicalIndex.build(sections)

    best = [sections[at].ref for at, _ in index.search(["idempotency-key"], limit=3)]

    assert "api-design/retries-idempotency-and-rate-limits#post-retry" in best


def test_a_word_of_the_guides_is_never_corrected(architect: Architect):
    index = LexicalIndex.build(architect.sections())

    assert (
        index.corrected("tokens retries caching paginated idempotent") == "tokens retries caching paginated idempotent"
    )


@pytest.mark.parametrize(
    ("question", "ref"),
    [
        (
            "how do I make a POST safe to retry in our FastAPI service",
            "api-design/retries-idempotency-and-rate-limits#post-retry",
        ),
        (
            "which columns do I index for keyset pagination, we use Laravel",
            "api-design/pagination-and-filtering#keyset-sql",
        ),
    ],
)
def test_a_framework_that_is_only_mentioned_does_not_hide_the_topic(architect: Architect, question: str, ref: str):
    assert ref in [hit.ref for hit in architect.search(question, limit=2)]


def test_what_is_described_is_near_to_its_own_symptom(architect: Architect):
    told = "worker says row does not exist, a second later it is there"
    retriever = architect._rooms.retriever
    hits = retriever.search(told, limit=3)

    near = retriever.symptoms(told, hits)

    assert list(near) == [hit.ref for hit in hits]
    assert [len(near[hit.ref]) for hit in hits] == [len(hit.section.pitfalls) for hit in hits]
    best = max(
        (cosine, pitfall.symptom)
        for hit in hits
        for cosine, pitfall in zip(near[hit.ref], hit.section.pitfalls, strict=True)
    )
    assert best[0] > 0.6
    assert "worker" in best[1].lower()


def test_a_narrower_question_is_nearest_to_its_own_wording(architect: Architect):
    retriever = architect._rooms.retriever
    section = next(section for section in architect.sections() if section.details)
    hits = [Hit(section, 1.0)]

    near = retriever.details(section.details[-1].question, hits)[section.ref]

    assert len(near) == len(section.details)
    assert near[-1] == max(near)
    assert near[-1] > 0.99


def test_a_part_of_a_question_is_answered_by_a_section_that_fits_the_whole_as_well(architect: Architect):
    part = "how do we know they are genuine?"
    whole = f"Webhooks of our payment provider arrive twice. How do we take them in, and {part}"
    retriever = architect._rooms.retriever
    hits = retriever.search(whole, limit=8)

    assert retriever.best_of(hits, part).ref == "api-design/long-running-webhooks-and-files#webhook-verify"
    assert hits[0].ref == "api-design/long-running-webhooks-and-files#webhook-consumer"
    assert retriever.search(part, limit=1)[0].section.guide != hits[0].section.guide
