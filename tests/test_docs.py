"""What the documentation shows is what happens."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from backend_architect import Architect

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_transcript_of_the_readme_is_what_the_command_prints():
    (transcript,) = [block for block in blocks("console") if block.startswith("$ architect ask")]
    command, _, expected = transcript.partition("\n")
    arguments = shlex.split(command.removeprefix("$ architect "))

    printed = subprocess.run(
        [sys.executable, "-m", "backend_architect", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert printed.startswith(expected.strip())


def test_the_python_of_the_readme_runs(capsys: pytest.CaptureFixture[str]):
    (code,) = blocks("python")

    exec(compile(code, "README.md", "exec"), {})

    assert "[1] api-design/pagination-and-filtering#which-pagination:" in capsys.readouterr().out


def test_the_two_commands_of_the_readme_are_targets_of_the_makefile():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    promised = set(re.findall(r"\$ make ([a-z]+)", README))

    assert promised == {"chat", "test"}
    assert promised <= targets


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "docs/tour.md", "docs/authoring.md", "docs/commands.md"]
)
def test_every_link_and_path_named_in_the_docs_exists(page: str):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", text)

    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_the_example_in_the_docstring_of_architect_is_true():
    with Architect(use_model=False) as architect:
        answer = architect.ask("What does a 201 need besides the status?")

    assert answer.citations[0].ref == "api-design/methods-status-and-errors#create-response"


def test_the_tour_names_every_module_of_the_package():
    tour = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
    rooms = [path.name for path in (ROOT / "agent" / "backend_architect").iterdir()]
    named = [name for name in rooms if name.endswith(".py") and not name.startswith("__")]

    assert [name for name in named if f"`{name}`" not in tour] == []
