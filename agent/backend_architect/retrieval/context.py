"""Ranks sections for a question asked in a conversation: by its own words, and by what was just talked about.

People seldom mark a follow-up ("how long do we keep those around?"). So every question is searched alone and together
with the topic of the last answer, and how likely it follows decides which counts. The likelihood was fitted on the
conversations of the dev split, follow-ups and new topics in equal shares, the weights chosen there (decision 0012).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from backend_architect.types import Section

# What counts when a question follows: its own words, the same with the topic before them, and standing near what was cited.
_OWN, _WITH_TOPIC, _SAME_GUIDE, _LINKED = 0.5, 0.6, 0.05, 0.05

# How likely a question follows, on a logistic scale. Against it speak sections elsewhere that fit its own words much better
# than those near the last answer, and many telling words; for it a form that leans ("and in Go?").
_BIAS, _ELSEWHERE, _TELLING, _LEANING = 8.0, -17.0, -0.74, 5.8
_MOST_TELLING = 10

# A question that is likelier than this to follow the last answer is taken to follow it.
FOLLOWS = 0.5


@dataclass(frozen=True, slots=True)
class Context:
    """What a conversation was just about.

    `asked` is what the asker opened the topic with, `answered` the question of the guides that the last answer answered;
    `guides` and `linked` hold the guides of the sections it cited and the references those point to.
    """

    asked: str
    answered: str
    guides: frozenset[str]
    linked: frozenset[str]

    def is_near(self, section: Section) -> bool:
        """Whether a section belongs to what was just talked about."""
        return section.guide in self.guides or section.ref in self.linked


def follows(own: Mapping[int, float], near: Collection[int], *, telling: int, leans: float) -> float:
    """Return in [0, 1] how likely a question follows the last answer.

    `own` gives the score of each section, by its place in the corpus, for the question's own words, `near` the sections
    near the last answer, `telling` the number of telling words, `leans` how far its form points back.
    """
    best = max(own.values(), default=0.0)
    lowest = min(own.values(), default=0.0)
    elsewhere = best - max((value for at, value in own.items() if at in near), default=lowest)
    value = _BIAS + _ELSEWHERE * elsewhere + _TELLING * min(telling, _MOST_TELLING) + _LEANING * leans
    return 1 / (1 + math.exp(-value))


def blended(own: float, with_topic: float, likely: float, *, same_guide: bool, linked: bool) -> float:
    """Return the score in [0, 1] of a section for a question that follows with this likelihood."""
    near = _SAME_GUIDE * same_guide + _LINKED * linked
    following = (_OWN * own + _WITH_TOPIC * with_topic + near) / (_OWN + _WITH_TOPIC)
    return round(min(1.0, (1 - likely) * own + likely * following), 4)
