"""What speaks for a section, as numbers, and the weights that make one score of them.

The weights are fitted on the dev cases by `python -m evals.fit`; evals/README.md shows what each signal adds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from backend_architect.retrieval.technologies import Named
from backend_architect.types import PassageKind, Section

# Signals by name. Similarities are cosines of the question with passages of the section, `n` best of a kind averaged;
# coverage is the share of the question's telling words, rarer words counting more, that the section contains.
WEIGHTS: Mapping[str, float] = {
    "question": 0.77,
    "questions3": 0.70,
    "prose": 0.30,
    "prose2": 0.15,
    "lexical": 0.18,
    "covered": 0.47,
    "subject": 0.25,
}
_TOTAL = sum(weight for name, weight in WEIGHTS.items() if name != "subject")

# A section that one of the best few points to under "see also" is lifted by this over the rank of the one that points,
# never above the first: four in five of the sections that answer a part of a question are linked from the one that answers it.
_LINKED = 0.08
_POINTING = 3

# What a guide's technology says of it. One that is asked for speaks for it only a little: most questions that name a
# framework are about something else that happens in it, and the topic's own section answers them.
_ASKED_FOR = 0.3
_COMPARES = 1.0
ABOUT_OTHER = -1.2
_NOT_ASKED_FOR = -0.2

# Guides about one technology outside the areas of languages and frameworks.
_SUBJECTS: Mapping[str, frozenset[str]] = {
    "graphql": frozenset({"graphql"}),
    "grpc": frozenset({"grpc"}),
    "databases/mongodb": frozenset({"mongodb"}),
    "databases/redis": frozenset({"redis"}),
    "databases/postgresql": frozenset({"postgresql"}),
}
_COMPARING = "languages/choosing-a-stack"
# The guide that says what terms mean, and the questions that want to be told what to do instead.
_GLOSSARY = "career/glossary"
_WANTS_ADVICE = re.compile(
    r"\b(?:how (?:do|can|to|should|would)|should|do (?:i|we) need|when (?:to|should|do)|which|implement\w*|set ?up|worth|fix|best|why"
    r"|where (?:do|should|to)|what (?:do|should|can) (?:i|we)|what now)\b",
    re.IGNORECASE,
)
_ONLY_A_TERM = -0.6
# A language guide with more languages than this compares them.
_FEW = 2

# A narrower question speaks less for its section than the section's own wordings: at full weight "SSE or WebSocket for a
# dashboard" leads to whichever section has it as an aside.
_DETAIL = 0.9


class Similarities:
    """The passages near a question, gathered by section."""

    def __init__(self, floor: float) -> None:
        # A passage that was not fetched is at most as near as the last one that was; coarse, so that the one passage in
        # hundreds that an approximate index misses moves no score.
        self._floor = max(0.0, round(floor, 2))
        self._questions: dict[int, list[float]] = {}
        self._prose: dict[int, list[float]] = {}
        self._nearest: dict[int, tuple[float, int]] = {}

    def add(self, section: int, kind: PassageKind, position: int, similarity: float) -> None:
        """Take note of one passage of a section."""
        group = self._questions if kind in ("question", "detail") else self._prose
        if kind == "detail":
            similarity = max(self._floor, _DETAIL * similarity)
        group.setdefault(section, []).append(similarity)
        if similarity > self._nearest.get(section, (-1.0, 0))[0]:
            self._nearest[section] = (similarity, position)

    def sections(self) -> Iterable[int]:
        return self._nearest.keys()

    def nearest_passage(self, section: int) -> int | None:
        """Return the position of the passage of a section that is nearest to the question, if any was fetched."""
        found = self._nearest.get(section)
        return found[1] if found else None

    def signals(self, section: int) -> dict[str, float]:
        questions = sorted(self._questions.get(section, ()), reverse=True)
        prose = sorted(self._prose.get(section, ()), reverse=True)
        return {
            "question": self._mean(questions, 1),
            "questions3": self._mean(questions, 3),
            "prose": self._mean(prose, 1),
            "prose2": self._mean(prose, 2),
        }

    def _mean(self, values: Sequence[float], count: int) -> float:
        best = [*values[:count], *[self._floor] * (count - len(values[:count]))]
        return sum(best) / count


def wants_advice(question: str) -> bool:
    """Whether a question wants to be told what to do, and not what a word means."""
    return bool(_WANTS_ADVICE.search(question))


def subject_fit(section: Section, subject: Named, *, advice: bool) -> float:
    """Return how a guide's technology fits the ones asked for: above 0 the same, below 0 another or one nobody asked for.

    A question for advice (`advice`) is not answered by the glossary, which only says what terms mean.
    """
    return _ONLY_A_TERM if section.guide == _GLOSSARY and advice else _technology_fit(section, subject)


def _technology_fit(section: Section, subject: Named) -> float:
    if _is_comparison(subject):
        # Several technologies of one kind are named: what compares them comes before what is about one of them.
        return _COMPARES if section.guide == _COMPARING else 0.0
    own = _subject_of(section)
    if not own:
        return 0.0
    if own & set(subject.all):
        return _ASKED_FOR
    if section.area in ("languages", "frameworks") and (subject.languages or subject.frameworks):
        return ABOUT_OTHER
    return _NOT_ASKED_FOR


def _is_comparison(subject: Named) -> bool:
    return len(subject.frameworks) > 1 or len(set(subject.languages)) > 1


def _subject_of(section: Section) -> frozenset[str]:
    """Return the technologies a guide is about; empty for a guide about a topic, or one that compares."""
    if section.guide in _SUBJECTS:
        return _SUBJECTS[section.guide]
    if section.area in _SUBJECTS:
        return _SUBJECTS[section.area]
    if section.area == "frameworks":
        return frozenset(section.frameworks)
    return (
        frozenset(section.languages) if section.area == "languages" and len(section.languages) <= _FEW else frozenset()
    )


def score(signals: Mapping[str, float]) -> float:
    """Return the fused score in [0, 1], coarse enough that rounding inside a vector store decides nothing."""
    value = sum(weight * signals[name] for name, weight in WEIGHTS.items()) / _TOTAL
    return round(min(1.0, max(0.0, value)), 4)


def lifts(best_first: Sequence[Section]) -> dict[str, float]:
    """Return what the links of the first sections add to the scores of others, by reference."""
    found: dict[str, float] = {}
    for rank, section in enumerate(best_first[:_POINTING], 1):
        for ref in section.see_also:
            found.setdefault(ref, _LINKED / rank)
    return found
