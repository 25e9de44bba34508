"""What speaks for a section, as numbers, and the weights that make one score of them.

The weights are fitted on the dev cases by `python -m evals.fit`; evals/README.md shows what each signal adds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from backend_architect.retrieval.technologies import Named
from backend_architect.types import Passage, Section

# Signals by name. Similarities are cosines of the question with passages of the section, `n` best of a kind averaged;
# coverage is the share of the question's telling words, rarer words counting more, that the section contains.
WEIGHTS: Mapping[str, float] = {
    "question": 0.43,
    "questions3": 0.29,
    "prose": 0.51,
    "prose2": 0.29,
    "answer": 0.20,
    "lexical": 0.25,
    "covered_asked": 0.15,
    "covered": 0.37,
    "subject": 0.15,
}
_TOTAL = sum(weight for name, weight in WEIGHTS.items() if name != "subject")

_ABOUT_OTHER = -1.5


class Similarities:
    """The passages near a question, gathered by section."""

    def __init__(self, floor: float) -> None:
        # A passage that was not fetched is at most as near as the last one that was.
        self._floor = max(0.0, floor)
        self._questions: dict[int, list[float]] = {}
        self._prose: dict[int, list[float]] = {}
        self._answers: dict[int, float] = {}
        self._matched: dict[int, tuple[float, str]] = {}

    def add(self, section: int, passage: Passage, similarity: float) -> None:
        """Take note of one passage; the same passage seen from two views counts by its better view."""
        group = self._questions if passage.kind == "question" else self._prose
        group.setdefault(section, []).append(similarity)
        if passage.kind == "answer":
            self._answers[section] = max(similarity, self._answers.get(section, 0.0))
        if similarity > self._matched.get(section, (0.0, ""))[0]:
            self._matched[section] = (similarity, passage.text)

    def sections(self) -> Iterable[int]:
        return self._matched.keys()

    def matched(self, section: int) -> str:
        return self._matched.get(section, (0.0, ""))[1]

    def signals(self, section: int) -> dict[str, float]:
        questions = sorted(self._questions.get(section, ()), reverse=True)
        prose = sorted(self._prose.get(section, ()), reverse=True)
        return {
            "question": self._mean(questions, 1),
            "questions3": self._mean(questions, 3),
            "prose": self._mean(prose, 1),
            "prose2": self._mean(prose, 2),
            "answer": self._answers.get(section, self._floor),
        }

    def _mean(self, values: Sequence[float], count: int) -> float:
        best = [*values[:count], *[self._floor] * (count - len(values[:count]))]
        return sum(best) / count


class Coverage:
    """Which words each section is asked with and contains, and how rare each word is."""

    def __init__(self, asked: Sequence[frozenset[str]], contained: Sequence[frozenset[str]]) -> None:
        self._asked = asked
        self._contained = contained
        seen: dict[str, int] = {}
        for words in contained:
            for word in words:
                seen[word] = seen.get(word, 0) + 1
        self._rarity = {word: math.log(1 + len(contained) / (1 + count)) for word, count in seen.items()}
        self._unknown = math.log(1 + len(contained))

    def weights(self, words: Sequence[str]) -> dict[str, float]:
        """Return the rarity of each word; a word the guides never use is the rarest."""
        return {word: self._rarity.get(word, self._unknown) for word in words}

    def signals(self, section: int, weights: Mapping[str, float]) -> dict[str, float]:
        total = sum(weights.values()) or 1.0
        return {
            "covered_asked": sum(w for word, w in weights.items() if word in self._asked[section]) / total,
            "covered": sum(w for word, w in weights.items() if word in self._contained[section]) / total,
        }


def subject_fit(section: Section, subject: Named) -> float:
    """Return 1 when a guide is about the language or framework asked for, a negative number when about another, else 0."""
    if section.area not in ("languages", "frameworks") or not (subject.languages or subject.frameworks):
        return 0.0
    if len(section.languages) > 2:
        return 0.0  # a guide that compares languages is about all of them
    if subject.frameworks and section.area == "frameworks":
        return 1.0 if set(section.frameworks) & set(subject.frameworks) else _ABOUT_OTHER
    return 1.0 if set(section.languages) & set(subject.languages) else _ABOUT_OTHER


def score(signals: Mapping[str, float]) -> float:
    """Return the fused score in [0, 1]."""
    value = sum(weight * signals[name] for name, weight in WEIGHTS.items()) / _TOTAL
    return round(min(1.0, max(0.0, value)), 6)
