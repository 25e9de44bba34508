"""A section supports what it says, and not what it says with another number, name or sign."""

from __future__ import annotations

from functools import cache

import pytest
from mutations import outcomes, statements

from backend_architect.answering.support import Outcome, atoms, judge, prepare, read, stem, weigh
from backend_architect.knowledge.corpus import Corpus
from backend_architect.types import Listing, Part, Pitfall, Section, Source

SECTION = Section(
    ref="auth/tokens#lifetime",
    guide_title="Tokens",
    question="How long should an access token live in seconds, and is 3600 too long?",
    also_asked=(),
    short_answer="Let access tokens live 5 to 15 minutes, because a stolen token keeps working for that long. Allow 30 seconds of clock skew.",
    parts=(
        Part("how", ("Answer 401 with `error=\"invalid_token\"` when validation fails. Never take the token from the query string.",)),
        Part("compare", ("| Token | Lifetime |\n| --- | --- |\n| Refresh token in a browser session | 24 h absolute, ends at logout |",)),
    ),
    listings=(Listing("validation with a fixed list of algorithms (Python 3.11).", "python", "jwt.decode(token, key, algorithms=['RS256'])"),),
    pitfalls=(Pitfall("Every client refreshes at once", "all tokens were issued together", "refresh at 80 % of the lifetime plus jitter"),),
    sources=(Source("rfc9068", "JSON Web Token Profile for OAuth 2.0 Access Tokens", "RFC Editor", "https://www.rfc-editor.org/rfc/rfc9068", ("2.2", "4")),),
)  # fmt: skip


def outcome(statement: str, *sections: Section) -> Outcome:
    given = sections or (SECTION,)
    return judge(read(statement), [prepare(section) for section in given], weigh(given)).outcome


@cache
def corpus() -> tuple[Section, ...]:
    return Corpus.load().sections


@pytest.mark.parametrize(
    "statement",
    [
        "Let access tokens live 5 to 15 minutes, because a stolen token keeps working for that long.",
        "Access tokens should live for 5 to 15 minutes, since a stolen token keeps working that long.",
        "Allow a clock skew of 30 s.",
        "If validation fails, answer 401 with the error `invalid_token`.",
        "The token is never taken from the query string.",
        "A refresh token in a browser session lives 24 hours absolute and ends at logout.",
        "Every client refreshes at once → all tokens were issued together → refresh at 80 % of the lifetime plus jitter",
        "Refresh the tokens at 80 percent of their lifetime plus some jitter.",
        "Validation uses a fixed list of algorithms such as `RS256`.",
        "RFC 9068 §4: answer 401 with `invalid_token` when validation fails.",
    ],
)
def test_what_the_section_says_in_other_words_is_supported(statement: str) -> None:
    assert outcome(statement) == "supports"


@pytest.mark.parametrize(
    "statement",
    [
        "Let access tokens live 5 to 60 minutes, because a stolen token keeps working for that long.",
        "Let access tokens live 5 to 15 hours, because a stolen token keeps working for that long.",
        "Answer 403 with `error=\"invalid_token\"` when validation fails.",
        "Answer 401 with `error=\"invalid_grant\"` when validation fails.",
        "Always take the token from the query string.",
        "Access tokens must not live 5 to 15 minutes, because a stolen token keeps working for that long.",
        "RFC 9999: answer 401 with `invalid_token` when validation fails.",
        "Validation uses a fixed list of algorithms such as `HS256`.",
        "The refresh token should be encrypted at rest with a key from the vault.",
    ],
)  # fmt: skip
def test_another_number_name_or_sign_is_not_supported(statement: str) -> None:
    assert outcome(statement) != "supports"


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("Let access tokens live 5 to 60 minutes, because a stolen token keeps working for that long.", "says 60 min, the section says 15 min"),
        ("Answer 403 with `error=\"invalid_token\"` when the validation fails.", "says 403, the section says 401"),
        ("Always take the token from the query string.", "negation differs at token"),
    ],
)  # fmt: skip
def test_a_contradiction_says_where_it_is(statement: str, reason: str) -> None:
    evidence = judge(read(statement), [prepare(SECTION)], weigh([SECTION]))

    assert (evidence.outcome, evidence.reason) == ("conflicts", reason)


def test_a_number_in_the_nearest_sentence_does_not_hide_the_right_one_in_the_next() -> None:
    skew = Section(
        "a/a#a",
        "A",
        "Q?",
        (),
        "Clock skew: the library allows 0 s by default. A token works late. Allowed by default are 300 s. Set the clock skew to 30 s.",
    )

    assert (
        outcome("A token works late, as 300 s are allowed by default: set the clock skew to 30 s.", skew) == "supports"
    )


def test_a_question_is_no_evidence_for_its_own_words() -> None:
    assert outcome("An access token lives 3600 seconds, which is too long.") != "supports"


def test_two_sections_can_support_together_what_neither_says_alone() -> None:
    one = Section("a/a#a", "A", "Q?", (), "Sign webhook deliveries with an HMAC over the raw request body.")
    two = Section("a/b#b", "B", "Q?", (), "Reject deliveries whose timestamp header is older than 5 minutes.")
    both = "Sign webhook deliveries with an HMAC over the raw body and reject deliveries with a timestamp older than 5 minutes."

    assert outcome(both, one) == "silent"
    assert outcome(both, two) == "silent"
    assert outcome(both, one, two) == "supports"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wait 30 seconds, or 1,500 ms.", {("number", "30 s"), ("number", "1500 ms")}),
        ("A 15-minute lifetime at 80 % load", {("number", "15 min"), ("number", "80 %")}),
        ("Answer 422, never 5xx.", {("status", "422"), ("status", "5xx")}),
        ("Send If-Match with the ETag on PATCH.", {("header", "if-match"), ("name", "etag"), ("method", "patch")}),
        ("RFC 9110 §9.2.2 over HTTP/2", {("rfc", "9110"), ("place", "9.2.2"), ("name", "http/2")}),
        ("Use RS256 or bcrypt, not MD5.", {("name", "rs256"), ("name", "bcrypt"), ("name", "md5")}),
        ("Set `SameSite` and `max_age`.", {("name", "samesite"), ("name", "max_age")}),
        ("Step 2: choose option 1.", set()),
    ],
)
def test_atoms_are_what_must_occur_literally(text: str, expected: set[tuple[str, str]]) -> None:
    assert set(atoms(text)) == expected


@pytest.mark.parametrize(
    "words",
    [
        "retry retries retried retrying",
        "cache caches cached caching",
        "normalise normalize normalised normalizing",
        "behaviour behavior",
        "stop stopped stopping",
    ],
)
def test_inflections_and_spellings_share_a_stem(words: str) -> None:
    assert len({stem(word) for word in words.split()}) == 1


@pytest.mark.parametrize(
    "words", ["status state", "server service", "user use", "unique unit", "valid value", "code coder cookie"]
)
def test_different_words_keep_different_stems(words: str) -> None:
    assert len({stem(word) for word in words.split()}) >= 2


def test_every_sentence_of_every_guide_is_supported_by_its_own_section() -> None:
    sections = corpus()
    weights = weigh(sections)

    unsupported = [
        (section.ref, statement)
        for section in sections
        for statement in statements(section)
        if judge(read(statement), [prepare(section)], weights).outcome != "supports"
    ]

    assert len(sections) > 40
    assert unsupported == []


@pytest.mark.parametrize(
    ("change", "most_supported", "most_contradicted"),
    [
        ("other guide", 0.005, 0.005),
        ("other section, same guide", 0.02, 0.005),
        ("number changed", 0.05, 1.0),
        ("identifier swapped", 0.05, 1.0),
        ("negated", 0.10, 1.0),
    ],
)
def test_what_the_section_does_not_say_is_rarely_supported(
    change: str, most_supported: float, most_contradicted: float
) -> None:
    found = _outcomes()[change]

    assert found.total() > 100
    assert found["supports"] / found.total() <= most_supported
    assert found["conflicts"] / found.total() <= most_contradicted


def test_light_paraphrases_are_supported() -> None:
    found = _outcomes()["lightly paraphrased"]

    assert found["supports"] / found.total() >= 0.95


@cache
def _outcomes():  # type: ignore[no-untyped-def]  # the type is that of mutations.outcomes
    return outcomes(corpus())
