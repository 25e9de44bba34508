"""Prompt files are strict about their holes, and a released wording never changes under its number."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend_architect.answering.statements import OWN_JUDGEMENT
from backend_architect.errors import PromptError
from backend_architect.prompts import Prompt, Prompts, read_prompt
from backend_architect.resources import folder

GOOD = "---\nid: greet\nversion: 2\ninputs: [name]\npurpose: Greets.\n---\nHello {{ name }}, {{ name }}!\n"


def write(folder: Path, text: str, name: str = "greet.md") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_every_hole_is_filled_in_one_pass_so_that_braces_in_a_value_stay_text(tmp_path: Path) -> None:
    prompt = read_prompt(write(tmp_path, GOOD))

    assert prompt.fill(name="{{ name }} \\1") == "Hello {{ name }} \\1, {{ name }} \\1!"


def test_a_tag_names_id_version_and_wording() -> None:
    assert Prompt("greet", 2, (), "Greets.", "Hello").tag == "greet@2#185f8db3"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "prompt greet needs name; pass what its header declares"),
        ({"name": "x", "nam": "y"}, "prompt greet has no place for nam; declare it and give it a hole"),
    ],
)
def test_missing_and_unexpected_values_are_refused(tmp_path: Path, values: dict[str, str], message: str) -> None:
    prompt = read_prompt(write(tmp_path, GOOD))

    with pytest.raises(PromptError) as caught:
        prompt.fill(**values)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Hello {{ name }}", "greet.md: a prompt begins with front matter between two lines of ---"),
        (GOOD.replace("purpose", "purpos"), "greet.md: purpose: Field required"),
        (GOOD.replace("---\nHello", "model: x\n---\nHello"), "greet.md: model: Extra inputs are not permitted"),
        (GOOD.replace("greet\n", "welcome\n"), "greet.md: its id is welcome; id and file name must be the same"),
        (GOOD.replace("[name]", "[name, age]"), "greet.md: inputs are [age, name], holes are [name]; make them agree"),
        (GOOD.replace("[name]", "[]"), "greet.md: inputs are [], holes are [name]; make them agree"),
        (GOOD + "{{name}}", "greet.md: braces that are no hole; a hole is written {{ name }} with one space"),
    ],
)
def test_a_file_that_does_not_agree_with_itself_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(PromptError) as caught:
        read_prompt(write(tmp_path, text))
    assert str(caught.value).startswith(message)


def test_a_folder_without_prompts_is_an_error_and_not_an_empty_prompt(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="no prompt in"):
        Prompts.load(tmp_path)


def test_an_unknown_prompt_says_which_there_are() -> None:
    with pytest.raises(PromptError, match="no prompt 'anwser'; there are answer, context"):
        Prompts.load()["anwser"]


def test_every_shipped_wording_is_recorded_under_its_number() -> None:
    recorded = json.loads((folder("prompts") / "versions.json").read_text(encoding="utf-8"))

    for prompt in Prompts.load().values():
        known = recorded.get(prompt.id, {}).get(str(prompt.version))
        assert known == prompt.sha256, (
            f"the body of {prompt.id}.md is not version {prompt.version} as recorded: raise its version "
            f'and record "{prompt.version + 1 if known else prompt.version}": "{prompt.sha256}" in versions.json'
        )


def test_the_mark_of_own_judgement_is_the_one_the_gate_knows() -> None:
    assert OWN_JUDGEMENT in Prompts.load()["judgement"].body
