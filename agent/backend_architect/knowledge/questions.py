"""More wordings a section is found by, one file a guide: what people type, kept apart from what readers read."""

from __future__ import annotations

from pathlib import Path

from backend_architect.errors import GuideError

QUESTIONS = (8, 24)


def load_questions(knowledge: Path, guide: str) -> dict[str, tuple[str, ...]]:
    """Return the wordings of `questions/<guide>.txt` by section id; empty when there is no such file.

    A line `## section-id` opens a section, every other line is one question. Raises GuideError naming file and line.
    """
    path = knowledge / "questions" / f"{guide}.txt"
    if not path.is_file():
        return {}
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if text.startswith("## "):
            current = found.setdefault(text[3:].strip(), [])
        elif text and current is None:
            raise GuideError(f"{path}:{number}: a question stands before the first '## section-id'")
        elif text and current is not None:
            current.append(text)
    return {section: tuple(questions) for section, questions in found.items()}
