"""Cases and corpus must agree; what the plan promises but nobody wrote yet waits."""

from __future__ import annotations

import pytest

from backend_architect import Section
from evals.dataset import check, planned_sections
from evals.loader import DatasetError, Located
from evals.schema import Case

WRITTEN = Section(
    ref="auth/jwt#revocation",
    guide_title="JSON Web Tokens",
    question="How do I revoke a JWT before it expires?",
    also_asked=(),
    short_answer="Keep access tokens short and check a denylist of jti values.",
)
PLANNED = frozenset({"auth/jwt#revocation", "auth/oauth2#refresh-rotation"})


def located(place: str = "cases/a.yaml:1", **fields: object) -> Located:
    base: dict[str, object] = {
        "id": "jwt-logout",
        "split": "dev",
        "kind": "retrieval",
        "question": "does logging out end the token?",
        "expected_sections": [{"section": "auth/jwt#revocation", "grade": 3}],
    }
    return Located(Case.model_validate(base | fields), place)


def problems(*cases: Located) -> tuple[str, ...]:
    with pytest.raises(DatasetError) as caught:
        check(cases, [WRITTEN], PLANNED)
    return caught.value.problems


def test_a_case_whose_answer_is_not_written_yet_is_parked_and_not_run() -> None:
    waiting = located(expected_sections=[{"section": "auth/oauth2#refresh-rotation", "grade": 3}])

    data = check([waiting], [WRITTEN], PLANNED)

    assert data.ready == ()
    assert [case.id for case in data.parked] == ["jwt-logout"]


def test_a_label_that_no_search_can_find_yet_is_dropped_from_a_case_that_can_run() -> None:
    labels = [{"section": "auth/jwt#revocation", "grade": 3}, {"section": "auth/oauth2#refresh-rotation", "grade": 2}]

    (case,) = check([located(expected_sections=labels)], [WRITTEN], PLANNED).ready

    assert [label.section for label in case.expected_sections] == ["auth/jwt#revocation"]


def test_a_section_nobody_planned_is_refused() -> None:
    stray = located(expected_sections=[{"section": "auth/jwt#revokation", "grade": 3}])

    assert problems(stray) == (
        "cases/a.yaml:1: jwt-logout: section auth/jwt#revokation is neither in the guides nor planned in the syllabus",
    )


def test_an_id_may_be_used_once() -> None:
    assert problems(located(), located(place="cases/b.yaml:9")) == (
        "cases/b.yaml:9: id jwt-logout is already used at cases/a.yaml:1",
    )


def test_a_cluster_may_not_span_splits() -> None:
    held = located(place="cases/b.yaml:9", id="held-logout", split="test", cluster="logout")

    assert problems(located(cluster="logout"), held) == (
        "cases/a.yaml:1 and cases/b.yaml:9: cluster logout spans the splits dev, test; twins stay together",
    )


def test_a_vital_nugget_must_be_reachable_from_its_section() -> None:
    nugget = {
        "id": "n1",
        "importance": "vital",
        "text": "A denylist is checked.",
        "sections": ["auth/jwt#revocation"],
        "any_of": [["denylist", "bloom filter"]],
    }

    assert problems(located(kind="answer", nuggets=[nugget])) == (
        "cases/a.yaml:1: jwt-logout: no section of nugget n1 has all words of one any_of group",
    )


@pytest.mark.parametrize("twin", ["nobody", "held-logout", "scope-hi"])
def test_the_twin_of_an_abstain_case_is_answerable_and_of_the_same_split(twin: str) -> None:
    abstain = located(id="abstain-sms", kind="abstain", missing="text messages", twin=twin, expected_sections=[])
    held = located(id="held-logout", split="test")
    greeting = located(id="scope-hi", kind="scope", scope="greeting_meta", expected_sections=[])

    assert problems(abstain, held, greeting) == (
        f"cases/a.yaml:1: abstain-sms: twin {twin} is not an answerable case of split dev",
    )


def test_the_hashes_change_with_a_question_and_with_a_guide() -> None:
    same = check([located()], [WRITTEN], PLANNED)
    asked_otherwise = check([located(question="is logging out enough?")], [WRITTEN], PLANNED)
    other_guide = check([located()], [], PLANNED)

    assert asked_otherwise.cases_hash != same.cases_hash
    assert asked_otherwise.corpus_hash == same.corpus_hash != other_guide.corpus_hash


def test_the_syllabus_names_planned_sections_by_guide_and_id() -> None:
    assert "graphql/schema-design-and-federation#connections" in planned_sections()
