"""A case file that says something else than it means is refused, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.loader import DatasetError, load_cases

CASE = """\
- id: jwt-logout
  split: dev
  kind: retrieval
  question: "does logging out end the token?"
  expected_sections:
    - {section: "auth/jwt#revocation", grade: 3}
"""
SCOPE_CASE = """\
- id: scope-css
  split: dev
  kind: handoff
  question: "how do I centre a div?"
  scope: handoff
  handoff_to: "Frontend & UI Specialist"
"""


def folder_with(tmp_path: Path, text: str) -> Path:
    root = tmp_path / "cases"
    root.mkdir()
    (root / "some.yaml").write_text(text, encoding="utf-8")
    return root


def complaint(tmp_path: Path, text: str) -> str:
    with pytest.raises(DatasetError) as caught:
        load_cases(folder_with(tmp_path, text))
    return str(caught.value)


def test_a_valid_case_keeps_its_place_and_is_its_own_cluster(tmp_path: Path) -> None:
    (located,) = load_cases(folder_with(tmp_path, "# a comment\n" + CASE))

    assert located.place == "cases/some.yaml:2"
    assert located.case.group == "jwt-logout"
    assert located.case.guide == "auth/jwt"


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (CASE + "  colour: red\n", "cases/some.yaml:7: jwt-logout: unknown key colour"),
        (
            CASE.replace("grade: 3", "grade: 4"),
            "cases/some.yaml:6: jwt-logout: expected_sections.0.grade: Input should be 1, 2 or 3 (is 4)",
        ),
        (
            CASE + "  tags: {style: shouted}\n",
            (
                "cases/some.yaml:7: jwt-logout: tags.style: Input should be 'plain', 'terse', 'typo', 'jargon', "
                "'code', 'identifier', 'ambiguous', 'learning', 'borderline' or 'non-english' (is 'shouted')"
            ),
        ),
        (
            CASE.replace("dev", "train"),
            "cases/some.yaml:2: jwt-logout: split: Input should be 'dev', 'test' or 'fresh' (is 'train')",
        ),
        (
            CASE.replace("grade: 3", "grade: 2"),
            "cases/some.yaml:1: jwt-logout: no expected section has grade 3: nothing would answer this",
        ),
        (
            CASE.split("  expected", maxsplit=1)[0],
            "cases/some.yaml:1: jwt-logout: a case of kind retrieval needs expected_sections",
        ),
        (
            CASE.replace("retrieval", "answer"),
            "cases/some.yaml:1: jwt-logout: a case of kind answer needs a vital nugget",
        ),
        (
            CASE.replace("retrieval", "abstain"),
            "cases/some.yaml:1: jwt-logout: a case of kind abstain says what is missing and names its answerable twin",
        ),
        (
            CASE.replace("does logging out end the token?", " "),
            "cases/some.yaml:1: jwt-logout: the question is empty; only form empty may have that",
        ),
        (
            SCOPE_CASE.split("  handoff_to", maxsplit=1)[0],
            "cases/some.yaml:1: scope-css: handoff_to goes with scope handoff, and only with it",
        ),
        (
            SCOPE_CASE.replace("scope: handoff", "scope: in_scope"),
            "cases/some.yaml:1: scope-css: handoff_to goes with scope handoff, and only with it",
        ),
        (
            SCOPE_CASE.replace("Frontend & UI", "Sales"),
            (
                "cases/some.yaml:6: scope-css: handoff_to: Input should be 'Frontend & UI Specialist', "
                "'DevOps & Infrastructure' or 'Database & Data Specialist' (is 'Sales Specialist')"
            ),
        ),
        (CASE + "  split: test\n", "cases/some.yaml:7: key split is written twice in one mapping"),
        ("id: jwt\n", "cases/some.yaml:1: expected a list of cases (`- id: …`)"),
    ],
)
def test_a_broken_case_is_refused_with_its_line(tmp_path: Path, broken: str, message: str) -> None:
    assert complaint(tmp_path, broken) == message


def test_text_that_is_no_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    assert complaint(tmp_path, "- id: [\n").startswith("cases/some.yaml:2: not valid YAML: ")


def test_a_merged_mapping_is_no_key_written_twice(tmp_path: Path) -> None:
    twin = "- <<: *first\n  id: jwt-logout-terse\n  question: logout jwt\n"
    root = folder_with(tmp_path, CASE.replace("- id:", "- &first\n  id:") + twin)

    assert [item.case.question for item in load_cases(root)][1] == "logout jwt"


def test_every_problem_of_every_file_is_reported_at_once(tmp_path: Path) -> None:
    root = folder_with(tmp_path, CASE + "  colour: red\n")
    (root / "other.yaml").write_text(CASE.replace("jwt-logout", "JWT logout"), encoding="utf-8")

    with pytest.raises(DatasetError) as caught:
        load_cases(root)

    assert [line.split(":")[0] for line in caught.value.problems] == ["cases/other.yaml", "cases/some.yaml"]


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    root = folder_with(tmp_path, CASE)
    (root / "latin.yaml").write_bytes("- id: café\n".encode("latin-1"))

    with pytest.raises(DatasetError, match=r"cases/latin.yaml: not UTF-8 at byte 9; save the file as UTF-8"):
        load_cases(root)


NUGGET = """\
  nuggets:
    - id: n1
      importance: vital
      text: "{text}"
      sections: [{sections}]
"""


@pytest.mark.parametrize(
    ("text", "sections", "message"),
    [
        (
            "one thing and also another",
            '"auth/jwt#claims"',
            'nuggets.0.text: a nugget is one claim; split it at "and also"',
        ),
        ("word " * 31, '"auth/jwt#claims"', "a nugget is one claim of at most 30 words, this one has 31"),
        ("a token stays valid", "", "nuggets.0: vital nugget n1 names no section it can be taken from"),
    ],
)
def test_a_nugget_is_one_reachable_claim(tmp_path: Path, text: str, sections: str, message: str) -> None:
    case = CASE.replace("retrieval", "answer") + NUGGET.format(text=text, sections=sections)

    assert message in complaint(tmp_path, case)


def test_the_committed_cases_load_and_are_as_many_as_promised() -> None:
    cases = [located.case for located in load_cases()]

    dev = [case for case in cases if case.split == "dev"]
    held_out = [case for case in cases if case.split == "test"]
    assert sum(case.kind in ("retrieval", "answer") for case in dev) >= 100
    assert sum(case.kind in ("scope", "handoff") for case in dev) >= 60
    assert sum(case.kind in ("retrieval", "answer") for case in held_out) >= 80
    assert sum(case.kind in ("scope", "handoff") for case in held_out) >= 50
