from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from backend_architect import Architect
from backend_architect.gaps import GapLog

if TYPE_CHECKING:
    import pytest

UNCOVERED = "How do I configure COBOL CICS transactions on a mainframe with JCL?"
COVERED = "How do I make POST safe to retry?"


def asked(folder: Path, *questions: str, log_gaps: bool) -> list[str]:
    with Architect(use_model=False, store="exact", data_dir=folder, log_gaps=log_gaps) as architect:
        for question in questions:
            architect.ask(question)
    return [gap.question for gap in GapLog(folder).read()]


def test_only_what_was_not_answered_is_logged_and_only_when_switched_on(tmp_path: Path):
    assert asked(tmp_path / "on", COVERED, UNCOVERED, log_gaps=True) == [UNCOVERED]
    assert asked(tmp_path / "off", COVERED, UNCOVERED, log_gaps=False) == []
    assert not (tmp_path / "off").exists()


def test_a_secret_does_not_reach_the_log(tmp_path: Path):
    secret = "sk-proj-Zq8vT3kLm9XwR2bNcY7dHs5JfGp4QeUa1oVi6tWz"
    asked(tmp_path, f"{UNCOVERED} My key is {secret}", log_gaps=True)

    assert secret not in GapLog(tmp_path).path.read_text(encoding="utf-8")


def test_a_line_cut_off_by_a_crash_is_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    asked(tmp_path, UNCOVERED, log_gaps=True)
    with GapLog(tmp_path).path.open("a", encoding="utf-8") as file:
        file.write('{"day": "2026-11-')

    assert [gap.question for gap in GapLog(tmp_path).read()] == [UNCOVERED]
    assert "not a gap" in caplog.text


def test_a_log_that_cannot_be_written_stops_no_answer(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")

    assert asked(blocked, log_gaps=True) == []
    with Architect(use_model=False, store="exact", data_dir=blocked / "below", log_gaps=True) as architect:
        assert architect.ask(UNCOVERED).outcome in ("not_covered", "answered")
    assert "cannot be written" in caplog.text
