"""Does the prose of an answer make the claims it should make, and none that it must not?

A nugget is compared with windows of one and two sentences: `u`, the rarity-weighted share of its stems that are there;
`p`, the share of its ordered word pairs; `s = 0.6 u + 0.4 sqrt(p)`. Negation must agree, numbers and identifiers must
stand there literally. Word order and the language check keep keyword lists from scoring; embeddings may help a sentence
that already shares words, and never decide alone, because fully negated text keeps a cosine of 0.97.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from evals.metrics.score import NOT_APPLICABLE, Evidence, Score, mean_score, scored
from evals.metrics.text import (
    IDENTIFIER_KINDS,
    Content,
    Prose,
    atoms,
    content,
    holds,
    is_language,
    opposite,
    plain,
    stands_in,
)
from evals.metrics.weights import Weights
from evals.schema import Forbidden, Nugget

Label = Literal["support", "partial", "absent"]
Similarity = Callable[[str, str], float]

SUPPORT, SUPPORT_PAIRS = 0.45, 0.15
PARTIAL, PARTIAL_PAIRS = 0.30, 0.08
LEAST_SHARE = 0.35
PENALTY = 0.4
ANY_OF = 0.60
HEADLINE_WORDS = 250
# Embeddings: only where words are shared already, and a cosine below the ramp adds nothing.
_SIMILAR_SHARE = 0.25
_RAMP = (0.35, 0.80)
_SIMILARITY_WEIGHT = 0.3
_LOOKED_AT = 2

NAMES = ("vital@250", "vital_strict", "vital", "nuggets_all", "graded", "graded_embedded")


@dataclass(frozen=True)
class Window:
    """One or two neighbouring sentences, prepared for comparison."""

    text: str
    said: Content
    pairs: frozenset[tuple[str, str]]
    sentences: int

    @cached_property
    def signs(self) -> Mapping[str, int]:
        return self.said.signs


@dataclass(frozen=True, slots=True)
class Match:
    """How well the best window makes a claim, and which rules changed the result."""

    score: float
    share: float
    pairs: float
    text: str = ""
    words: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    embedded: float = 0.0

    @property
    def label(self) -> Label:
        """Return the credit. A claim that the answer denies is absent, whatever its score; so are loose words."""
        if self.is_denied:
            return "absent"
        if self.score >= SUPPORT and self.pairs >= SUPPORT_PAIRS:
            return "support"
        return (
            "partial" if self.score >= PARTIAL and (self.pairs >= PARTIAL_PAIRS or "any_of" in self.rules) else "absent"
        )

    @property
    def is_denied(self) -> bool:
        return any(rule.startswith("negation") for rule in self.rules)


NOTHING = Match(0.0, 0.0, 0.0)


def windows(prose: Prose) -> tuple[Window, ...]:
    """Return every window of one and two sentences that are language; a question claims nothing."""
    kept = [each for each in prose.sentences if is_language(each) and not plain(each).endswith("?")]
    contents = [content(sentence) for sentence in kept]
    single = [Window(plain(text), one, one.pairs, 1) for text, one in zip(kept, contents, strict=True)]
    double = [
        Window(f"{plain(text)} {plain(following)}", both, both.pairs, 2)
        for text, following, one, other in zip(kept, kept[1:], contents, contents[1:], strict=False)
        for both in (Content(one.stems + other.stems, one.denials + other.denials),)
    ]
    return tuple(single + double)


def match(
    claim: str,
    places: Sequence[Window],
    weights: Weights,
    *,
    code: str = "",
    any_of: Sequence[Sequence[str]] = (),
    similarity: Similarity | None = None,
) -> Match:
    """Return the best match of a claim among the windows of an answer."""
    wanted = content(claim)
    if not wanted.stems:
        return NOTHING
    signs, pairs, needed = wanted.signs, wanted.pairs, atoms(claim)
    total = sum(weights.of(name) for name in signs)
    found = []
    for place in places:
        share = sum(weights.of(name) for name in signs if name in place.signs) / total
        if share >= _SIMILAR_SHARE or _names_all(any_of, place):
            ordered = len(pairs & place.pairs) / len(pairs) if pairs else share
            found.append(_judged(Match(share=share, pairs=ordered, score=0.0), place, wanted, needed, code, any_of))
    found.sort(key=lambda each: (-each.score, -each.share, len(each.text), each.text))
    if not found:
        return NOTHING
    if similarity is None:
        return replace(found[0], embedded=found[0].score)
    helped = max(_helped(each, similarity(plain(claim), each.text)) for each in found[:_LOOKED_AT])
    return replace(found[0], embedded=helped)


def _judged(
    raw: Match,
    place: Window,
    wanted: Content,
    needed: frozenset[tuple[str, str]],
    code: str,
    any_of: Sequence[Sequence[str]],
) -> Match:
    score = 0.6 * raw.share + 0.4 * math.sqrt(raw.pairs) if raw.share >= LEAST_SHARE else 0.5 * raw.share
    rules: list[str] = []
    shared = tuple(name for name in wanted.signs if name in place.signs)
    turned = opposite(wanted, place.said)
    if turned:
        rules.append(f"negation differs at {turned}")
        score *= PENALTY
    missing = sorted(atom for atom in needed if not _stands(atom, place, code))
    if missing:
        rules.append(f"{missing[0][1]} is missing")
        score *= PENALTY
    is_number_missing = any(kind not in IDENTIFIER_KINDS for kind, _ in missing)
    if score < ANY_OF and not turned and not is_number_missing and _names_all(any_of, place):
        rules.append("any_of")
        score = ANY_OF
    return replace(raw, score=score, text=place.text, words=shared, rules=tuple(rules))


def _stands(atom: tuple[str, str], place: Window, code: str) -> bool:
    return holds(place.text, atom) or (atom[0] in IDENTIFIER_KINDS and stands_in(code.lower(), atom[1]))


def _names_all(any_of: Sequence[Sequence[str]], place: Window) -> bool:
    # Loose words of two sentences are no claim: a group must stand in one.
    lowered = place.text.lower()
    return place.sentences == 1 and any(all(term.lower() in lowered for term in group) for group in any_of)


def _helped(found: Match, cosine: float) -> float:
    """Return the score with 30 % of a cosine above the ramp; a claim that is denied gets no help."""
    if found.share < _SIMILAR_SHARE or found.rules:
        return found.score
    low, high = _RAMP
    ramp = min(1.0, max(0.0, (cosine - low) / (high - low)))
    return (1 - _SIMILARITY_WEIGHT) * found.score + _SIMILARITY_WEIGHT * ramp


# --- scores of a case --------------------------------------------------------------------------


def scores(
    nuggets: Sequence[Nugget], prose: Prose, weights: Weights, similarity: Similarity | None = None
) -> dict[str, Score]:
    """Return every nugget score of one answer. A case without nuggets has none."""
    vital = [nugget for nugget in nuggets if nugget.importance == "vital"]
    if not nuggets or not vital:
        return dict.fromkeys(NAMES, NOT_APPLICABLE)
    everywhere, opening = windows(prose), windows(prose.first(HEADLINE_WORDS))
    whole = [_find(nugget, everywhere, weights, prose.code, similarity) for nugget in nuggets]
    early = [_find(nugget, opening, weights, prose.code) for nugget in vital]
    of_vital = [found for nugget, found in zip(nuggets, whole, strict=True) if nugget.importance == "vital"]
    evidence = tuple(_evidence(nugget, found) for nugget, found in zip(nuggets, whole, strict=True))
    return {
        "vital@250": mean_score([_credit(found) for found in early], evidence=_early(vital, early)),
        "vital_strict": mean_score([float(found.label == "support") for found in of_vital]),
        "vital": mean_score([_credit(found) for found in of_vital], _absent(vital, of_vital), evidence),
        "nuggets_all": mean_score([_credit(found) for found in whole]),
        "graded": mean_score([found.score for found in of_vital]),
        "graded_embedded": mean_score([found.embedded for found in of_vital]),
    }


def vital(nuggets: Sequence[Nugget], prose: Prose, weights: Weights) -> Score:
    """Return the share of vital nuggets that are there, partial ones counted half, and nothing else."""
    wanted = [nugget for nugget in nuggets if nugget.importance == "vital"]
    if not wanted:
        return NOT_APPLICABLE
    places = windows(prose)
    found = [_find(nugget, places, weights, prose.code) for nugget in wanted]
    evidence = tuple(_evidence(nugget, each) for nugget, each in zip(wanted, found, strict=True))
    return mean_score([_credit(each) for each in found], _absent(wanted, found), evidence)


def _find(
    nugget: Nugget, places: Sequence[Window], weights: Weights, code: str, similarity: Similarity | None = None
) -> Match:
    return match(nugget.text, places, weights, code=code, any_of=nugget.any_of, similarity=similarity)


def _credit(found: Match) -> float:
    return {"support": 1.0, "partial": 0.5, "absent": 0.0}[found.label]


def _evidence(nugget: Nugget, found: Match) -> Evidence:
    return Evidence(
        of=nugget.id,
        verdict=found.label,
        text=found.text,
        refs=nugget.sections,
        words=found.words,
        rules=found.rules,
        value=round(found.score, 4),
    )


def _early(vital: Sequence[Nugget], found: Sequence[Match]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(of=nugget.id, verdict=each.label, value=round(each.score, 4))
        for nugget, each in zip(vital, found, strict=True)
    )


def _absent(vital: Sequence[Nugget], found: Sequence[Match]) -> str:
    missing = [nugget.id for nugget, each in zip(vital, found, strict=True) if each.label == "absent"]
    return f"missing {', '.join(missing)}" if missing else ""


# --- forbidden claims --------------------------------------------------------------------------

# A hard claim fails the run, so one sentence must make it nearly word for word; patterns catch the other wordings.
_CLAIMED, _CLAIMED_PAIRS = 0.90, 0.50

FORBIDDEN_NAMES = ("forbidden_free", "hard_forbidden")


def forbidden_scores(claims: Sequence[Forbidden], prose: Prose, weights: Weights) -> dict[str, Score]:
    """Return whether the answer makes forbidden claims: `hard_forbidden` is 1 for a violation of a hard one.

    A claim that the answer denies, or quotes in order to refute it, is `mentioned` and costs nothing.
    """
    if not claims:
        return dict.fromkeys(FORBIDDEN_NAMES, NOT_APPLICABLE)
    places = windows(prose)
    found = [(claim, *_claimed(claim, places, weights, prose.code)) for claim in claims]
    evidence = tuple(
        Evidence(of=claim.id, verdict=verdict, text=text, rules=(claim.severity,)) for claim, verdict, text in found
    )
    made = [claim for claim, verdict, _ in found if verdict == "claimed"]
    hard = [claim.id for claim in made if claim.severity == "hard"]
    reason = f"claims {', '.join(claim.id for claim in made)}" if made else ""
    result = {"forbidden_free": scored(1 - len(made) / len(claims), reason, evidence)}
    is_any_hard = any(claim.severity == "hard" for claim in claims)
    result["hard_forbidden"] = scored(float(bool(hard)), ", ".join(hard)) if is_any_hard else NOT_APPLICABLE
    return result


_REFUTES = re.compile(
    r"\b(?:not|never|no|cannot|instead|wrong|myth|mistake|false|rather than|avoid|unsafe|insecure)\b|n['’]t\b",
    re.IGNORECASE,
)


def _claimed(
    claim: Forbidden, places: Sequence[Window], weights: Weights, code: str
) -> tuple[Literal["claimed", "mentioned", "absent"], str]:
    mentioned = ""
    for place in places:
        if any(re.search(pattern, place.text, re.IGNORECASE) for pattern in claim.patterns):
            if not _REFUTES.search(place.text):
                return "claimed", place.text
            mentioned = mentioned or place.text
    found = match(claim.text, [place for place in places if place.sentences == 1], weights, code=code)
    if found.share >= _CLAIMED and found.pairs >= _CLAIMED_PAIRS and not found.is_denied:
        # The claim may itself be a prohibition; then a negation in the window is agreement, not refutation.
        if _REFUTES.search(claim.text) or not _REFUTES.search(found.text):
            return "claimed", found.text
        mentioned = mentioned or found.text
    if found.is_denied and found.share >= _CLAIMED:
        mentioned = mentioned or found.text
    return ("mentioned", mentioned) if mentioned else ("absent", "")
