"""The roadmap's data and its text are one document: they must say the same."""

import re
from pathlib import Path

import pytest
import yaml

GUIDE = Path(__file__).parents[3] / "guides" / "career" / "roadmap-and-projects.md"
_, FRONT, TEXT = GUIDE.read_text(encoding="utf-8").split("---\n", 2)
STAGES = yaml.safe_load(FRONT)["roadmap"]


def section(anchor: str) -> str:
    found = re.search(rf"(?ms)^## [^\n]*\{{#{anchor}\}}\n.*?(?=^## |\Z)", TEXT)
    assert found, anchor
    return found[0]


def test_hours_are_those_of_the_plan() -> None:
    assert [stage["stage"] for stage in STAGES] == [1, 2, 3, 4, 5, 6, 7]
    assert [stage["hours"] for stage in STAGES] == [50, 60, 40, 30, 40, 50, None]
    assert sum(stage["hours"] or 0 for stage in STAGES) == 270
    assert "270 hours" in section("overview")


@pytest.mark.parametrize("stage", STAGES[:6], ids=lambda stage: stage["section"])
def test_topics_add_up_and_stand_in_the_table(stage: dict) -> None:
    text = section(stage["section"])
    assert f"{stage['title']} ({stage['hours']} hours)" in text
    hours = 0
    for topic in stage["topics"]:
        name, amount = re.fullmatch(r"(.+) \((\d+) h\)", topic).groups()  # type: ignore[union-attr]
        assert f"| {name} | {amount} |" in text
        hours += int(amount)
    assert hours == stage["hours"]
    assert len(re.findall(r"(?m)^\| [^|]+ \| \d+ \|", text)) == len(stage["topics"])


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage["section"])
def test_exit_tests_and_prerequisites_agree(stage: dict) -> None:
    assert f"| {stage['stage']} {stage['title']} | {stage['exit_test']} |" in section("exit-tests")
    needs = ", ".join(map(str, stage["prerequisites"])) or "nothing"
    hours = stage["hours"] or "open"
    assert f"| {stage['stage']} {stage['title']} | {hours} | {needs} |" in section("overview")
    assert all(number < stage["stage"] for number in stage["prerequisites"])
