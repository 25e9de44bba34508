"""The metrics reward the honest text and nothing that games them: `pytest -m metric_selftest`.

References are sections of the real guides; nuggets are sentences of them. Every bound here is one of the contract
(`evals/README.md`, Self-tests); a change of a threshold or word list has to pass them again.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import fmean

import pytest

from backend_architect import Answer, Citation, Section
from evals.metrics import citations, form, nuggets, roadmap
from evals.metrics.citations import Library, Prepared, is_statement, support
from evals.metrics.text import content_words, numbers, plain, prose, units
from evals.metrics.weights import Weights
from evals.schema import Nugget, Plan
from evals.selftest import attacks
from evals.targets import offline_architect

# Compiling changed guides takes its time on a busy machine.
pytestmark = [pytest.mark.metric_selftest, pytest.mark.timeout(400)]

REFERENCES = 120
STATEMENTS = 600


@dataclass(frozen=True)
class Reference:
    """A section as an answer: its sentences, and those of them that are its nuggets."""

    section: Section
    sentences: tuple[str, ...]
    nuggets: tuple[Nugget, ...]


@pytest.fixture(scope="module")
def sections() -> Iterator[tuple[Section, ...]]:
    with offline_architect() as architect:
        yield tuple(section for section in architect.sections() if section.area not in ("scope", "poisoned"))


@pytest.fixture(scope="module")
def weights() -> Weights:
    return Weights.load()


@pytest.fixture(scope="module")
def references(sections: tuple[Section, ...]) -> list[Reference]:
    found = [reference for section in sections if (reference := _reference(section)) is not None]
    return random.Random(7).sample(found, REFERENCES)


def _reference(section: Section) -> Reference | None:
    text = "\n\n".join([section.short_answer, *section.part("why"), *section.part("how")])
    sentences = prose(text).sentences
    claims = [each for each in sentences if _can_be_a_nugget(each)]
    if len(claims) < 4:
        return None
    made = tuple(
        Nugget(id=f"n{at}", importance="vital", text=claim, sections=(section.ref,))
        for at, claim in enumerate(claims[:6])
    )
    return Reference(section, sentences, made)


def _can_be_a_nugget(sentence: str) -> bool:
    is_short = len(sentence.split()) <= 30 and "and also" not in sentence.lower()
    return is_short and content_words(sentence) >= 6 and not sentence.endswith("?")


Attack = Callable[[int, Reference], str]


def credit(references: list[Reference], weights: Weights, attack: Attack, name: str = "vital_strict") -> float:
    """Return the mean score of what the attack submits for each reference."""
    found = (
        nuggets.scores(each.nuggets, prose(attack(at, each)), weights)[name].value for at, each in enumerate(references)
    )
    return fmean(value for value in found if value is not None)


def honest(_: int, reference: Reference) -> str:
    return "\n\n".join(reference.sentences)


def half(_: int, reference: Reference) -> str:
    claims = [nugget.text for nugget in reference.nuggets]
    return "\n\n".join(claims[: len(claims) // 2])


def negated(_: int, reference: Reference) -> str:
    return "\n\n".join(attacks.negated(each) for each in reference.sentences)


def keywords(at: int, reference: Reference) -> str:
    return attacks.keywords(reference.sentences, at)


def filler(at: int, reference: Reference) -> str:
    return attacks.keywords_with_filler(reference.sentences, at)


def constant(_at: int, _reference: Reference) -> str:
    return attacks.CONSTANT


# --- nuggets


@pytest.mark.parametrize("name", ["vital_strict", "graded", "vital@250", "vital"])
def test_the_reference_itself_gets_full_credit(references: list[Reference], weights: Weights, name: str) -> None:
    assert credit(references, weights, honest, name) >= 0.98


@pytest.mark.parametrize("name", ["vital_strict", "graded", "vital@250"])
def test_half_of_it_gets_about_half(references: list[Reference], weights: Weights, name: str) -> None:
    assert 0.35 <= credit(references, weights, half, name) <= 0.65


@pytest.mark.parametrize("name", ["vital_strict", "graded", "vital@250"])
def test_the_opposite_of_it_gets_little(references: list[Reference], weights: Weights, name: str) -> None:
    assert credit(references, weights, negated, name) <= 0.45


@pytest.mark.parametrize("name", ["vital_strict", "graded", "vital@250", "vital"])
def test_a_list_of_its_keywords_gets_nothing(references: list[Reference], weights: Weights, name: str) -> None:
    assert credit(references, weights, keywords, name) <= 0.02


def test_keywords_between_function_words_get_almost_nothing(references: list[Reference], weights: Weights) -> None:
    assert credit(references, weights, filler) <= 0.08


def test_the_graded_score_of_keywords_between_function_words_stays_below_partial(
    references: list[Reference], weights: Weights
) -> None:
    # Word overlap cannot be zero here; what counts is that it stays under what one partly made claim gets.
    assert credit(references, weights, filler, "graded") < nuggets.PARTIAL


@pytest.mark.parametrize("name", ["vital_strict", "graded", "vital@250", "vital"])
def test_the_answer_to_another_question_gets_nothing(references: list[Reference], weights: Weights, name: str) -> None:
    def other(at: int, _: Reference) -> str:
        return honest(at, references[(at + len(references) // 2) % len(references)])

    assert credit(references, weights, other, name) <= 0.02


@pytest.mark.parametrize("name", ["vital_strict", "graded", "vital@250"])
def test_keywords_added_to_the_reference_gain_nothing(references: list[Reference], weights: Weights, name: str) -> None:
    def padded(at: int, reference: Reference) -> str:
        return f"{honest(at, reference)}\n\n{keywords(at, reference)}"

    assert credit(references, weights, padded, name) <= credit(references, weights, honest, name) + 0.02


def test_the_order_of_sentences_does_not_matter(references: list[Reference], weights: Weights) -> None:
    def reordered(at: int, reference: Reference) -> str:
        return attacks.shuffled([plain(each) for each in reference.sentences], at)

    assert credit(references, weights, reordered) == pytest.approx(credit(references, weights, honest), abs=0.02)


@pytest.mark.parametrize("name", ["vital_strict", "graded", "vital@250", "vital", "nuggets_all"])
def test_a_constant_answer_gets_nothing(references: list[Reference], weights: Weights, name: str) -> None:
    assert credit(references, weights, constant, name) <= 0.02


def test_a_question_claims_nothing(weights: Weights) -> None:
    claim = Nugget(
        id="n", importance="vital", text="Cursor pagination stays stable when rows are inserted.", sections=("a/b#c",)
    )

    asked = nuggets.scores([claim], prose("Does cursor pagination stay stable when rows are inserted?"), weights)

    assert asked["vital"].value == 0.0


@pytest.mark.parametrize("change", ["number", "identifier"])
def test_a_changed_fact_is_not_the_claim(references: list[Reference], weights: Weights, change: str) -> None:
    pool = ["`Retry-After`", "`SELECT`", "`asyncio.gather`", "`sub`"]
    supported = []
    for reference in references:
        for nugget in reference.nuggets:
            changed = _changed(nugget.text, change, pool)
            if changed:
                found = nuggets.match(nugget.text, nuggets.windows(prose(changed)), weights)
                supported.append(found.label == "support")

    assert len(supported) >= 50
    assert fmean(supported) <= 0.05


def _changed(sentence: str, change: str, pool: list[str]) -> str | None:
    return attacks.with_other_number(sentence) if change == "number" else attacks.with_other_identifier(sentence, pool)


def test_embeddings_do_not_lift_a_denied_claim(weights: Weights) -> None:
    claim = "Cursor pagination stays stable when rows are inserted or deleted between pages."
    said = prose("Cursor pagination does not stay stable when rows are inserted or deleted between pages.")

    found = nuggets.match(claim, nuggets.windows(said), weights, similarity=lambda _one, _other: 0.97)

    assert found.label == "absent"
    assert found.embedded == found.score


# --- pasting a guide


def test_a_whole_guide_pasted_does_not_raise_the_headline_number(
    references: list[Reference], sections: tuple[Section, ...], weights: Weights
) -> None:
    def pasted(_: int, reference: Reference) -> str:
        guide = [each.prose for each in sections if each.guide == reference.section.guide]
        return "\n\n".join(guide)

    assert credit(references[:40], weights, pasted, "vital@250") <= credit(
        references[:40], weights, honest, "vital@250"
    )


def test_a_whole_guide_pasted_under_one_citation_is_imprecise(
    references: list[Reference], sections: tuple[Section, ...], weights: Weights
) -> None:
    library = Library(sections)
    found = []
    for reference in references[:15]:
        guide = [each for each in sections if each.guide == reference.section.guide]
        text = "\n\n".join(f"{sentence} [1]" for each in guide for sentence in prose(each.prose).sentences)
        found.append(
            citations.scores(cited(text, [reference.section]), [], library, weights)["citation_precision"].value
        )

    assert fmean(value or 0.0 for value in found) <= 0.5


# --- citations


def cited(text: str, named: list[Section]) -> Answer:
    """Return an answer whose [n] stand for the named sections."""
    listed = tuple(
        Citation(number=at, ref=each.ref, guide_title=each.guide_title, question=each.question, quote="")
        for at, each in enumerate(named, 1)
    )
    return Answer(question="?", text=text, scope="in_scope", outcome="answered", mode="guides", citations=listed)


def test_honest_citations_are_recalled_and_citations_rotated_by_one_are_worthless(
    references: list[Reference], sections: tuple[Section, ...], weights: Weights
) -> None:
    library = Library(sections)
    honest_f1, rotated_f1 = [], []
    for at in range(0, 60, 3):
        trio = references[at : at + 3]
        named = [each.section for each in trio]
        for shift, into in ((0, honest_f1), (1, rotated_f1)):
            text = "\n\n".join(
                f"{nugget.text} [{(place + shift) % 3 + 1}]"
                for place, each in enumerate(trio)
                for nugget in each.nuggets
            )
            into.append(citations.scores(cited(text, named), [], library, weights)["citation_f1"].value or 0.0)

    assert fmean(honest_f1) >= 0.97
    assert fmean(rotated_f1) <= 0.2


@pytest.fixture(scope="module")
def statements(sections: tuple[Section, ...]) -> list[tuple[Section, str]]:
    found = [
        (section, unit.text)
        for section in sections
        for unit in units(section.prose)
        if unit.kind == "sentence" and is_statement(unit) and not numbers(unit.text)
    ]
    return random.Random(5).sample(found, STATEMENTS)


def accepted(statements: list[tuple[Section, str]], weights: Weights, change: Callable[[str], str | None]) -> float:
    """Return the share of changed statements that their own section still supports."""
    prepared: dict[str, Prepared] = {}
    found = []
    for section, text in statements:
        changed = change(text)
        if changed is not None:
            own = prepared.setdefault(section.ref, Prepared(section))
            found.append(support(changed, [own], weights).is_supported)
    assert len(found) >= 40
    return fmean(found)


def test_a_section_supports_its_own_sentences(statements: list[tuple[Section, str]], weights: Weights) -> None:
    assert accepted(statements, weights, lambda text: text) >= 0.99


def test_a_changed_number_is_not_supported(statements: list[tuple[Section, str]], weights: Weights) -> None:
    assert accepted(statements, weights, attacks.with_other_number) <= 0.05


def test_a_swapped_identifier_is_not_supported(statements: list[tuple[Section, str]], weights: Weights) -> None:
    pool = ["`X-Quokka-Trace`", "`quokka.gather`", "`quokka_id`"]

    assert accepted(statements, weights, lambda text: attacks.with_other_identifier(text, pool)) <= 0.05


def test_a_negated_statement_is_rarely_supported(statements: list[tuple[Section, str]], weights: Weights) -> None:
    # The known hole of word overlap; evals/README.md prints the rate, the judged mode closes it.
    assert accepted(statements, weights, attacks.negated) <= 0.178


def test_another_section_does_not_support_it(
    statements: list[tuple[Section, str]], sections: tuple[Section, ...], weights: Weights
) -> None:
    chance = random.Random(9)
    others = [(chance.choice(sections), text) for _, text in statements]
    wrong = [
        (section, text) for (section, text), (own, _) in zip(others, statements, strict=True) if section.ref != own.ref
    ]

    assert accepted(wrong, weights, lambda text: text) <= 0.01


# --- roadmaps

HOURS = {1: 50, 2: 60, 3: 40, 4: 30, 5: 40, 6: 50}


@pytest.fixture(scope="module")
def steps(sections: tuple[Section, ...]) -> dict[str, roadmap.Stage]:
    return roadmap.stages(sections)


def planned(
    text: str, steps: dict[str, roadmap.Stage], stage: int = 1, *, alone: bool = False
) -> dict[str, float | None]:
    """Return the scores of an answer to a question about one stage, or about the whole roadmap."""
    order = tuple(ref for ref, each in steps.items() if not alone or each.number == stage)
    plan = Plan(stage=stage, hours=f"{HOURS[stage]} hours", order=order)
    return {name: score.value for name, score in roadmap.scores(plan, cited(text, []), steps).items()}


def listed(steps: dict[str, roadmap.Stage], hours: dict[int, int] = HOURS, *, seed: int | None = None) -> str:
    """Return the roadmap as a model would list it; with a seed the lines are shuffled."""
    lines = [f"- Stage {each.number}, {each.title}: {hours.get(each.number, 'open')} hours" for each in steps.values()]
    if seed is not None:
        random.Random(seed).shuffle(lines)
    return "\n".join(lines)


def test_the_roadmap_of_the_guides_is_in_its_order_and_has_its_hours(
    sections: tuple[Section, ...], steps: dict[str, roadmap.Stage]
) -> None:
    overview = next(each for each in sections if each.ref == "career/roadmap-and-projects#overview")

    for text in (
        overview.short_answer.replace("real-world services", "Real-World Projects"),
        dataclasses.replace(overview, details=()).prose,  # a detail names the stages it is about, in no order
        listed(steps),
    ):
        assert [planned(text, steps, stage) for stage in HOURS] == [{"plan_order": 1.0, "plan_hours": 1.0}] * 6


def test_the_section_of_each_stage_names_its_stage_and_its_hours(
    sections: tuple[Section, ...], steps: dict[str, roadmap.Stage]
) -> None:
    own = {steps[each.ref].number: each.short_answer for each in sections if each.ref in steps}

    found = [planned(own[stage], steps, stage, alone=True) for stage in HOURS]

    assert found == [{"plan_order": 1.0, "plan_hours": 1.0}] * 6


def test_a_roadmap_read_backwards_has_no_order(steps: dict[str, roadmap.Stage]) -> None:
    backwards = "\n".join(reversed(listed(steps).split("\n")))

    assert planned(backwards, steps)["plan_order"] == 0.0


def test_a_shuffled_roadmap_keeps_about_half_of_its_order(steps: dict[str, roadmap.Stage]) -> None:
    assert fmean(planned(listed(steps, seed=seed), steps)["plan_order"] or 0.0 for seed in range(60)) <= 0.55


def test_the_right_order_said_after_a_wrong_one_gains_nothing(steps: dict[str, roadmap.Stage]) -> None:
    backwards = "\n".join(reversed(listed(steps).split("\n")))

    assert planned(f"{backwards}\n\n{listed(steps)}", steps)["plan_order"] == 0.0


def test_hours_of_another_stage_are_wrong(steps: dict[str, roadmap.Stage]) -> None:
    turned = {1: 60, 2: 50, 3: 30, 4: 40, 5: 50, 6: 40}

    assert [planned(listed(steps, turned), steps, stage)["plan_hours"] for stage in HOURS] == [0.0] * 6


@pytest.mark.parametrize(
    "said",
    [
        "Stage 1 takes 40, 50 or 60 hours.",
        "Stage 1 takes 50 to 60 hours.",
        "Stage 1 takes 60 hours. Stage 1 takes 50 hours.",
        "Stage 1 takes 60 hours, and stage 2 takes 50 hours.",
        "Stage 1 does not take 50 hours.",
        "Plan 30, 40, 50, 60 and 270 hours for stage 1.",
        "Stages, hours, order: language, framework, 50.",
        attacks.CONSTANT,
    ],
)
def test_guesses_at_hours_get_nothing(steps: dict[str, roadmap.Stage], said: str) -> None:
    assert planned(said, steps)["plan_hours"] == 0.0


# --- degenerate answers: the contract of the table in evals/README.md


@pytest.mark.parametrize("text", ["", "I cannot help with that.", attacks.CONSTANT])
def test_an_answer_that_says_nothing_scores_nothing(
    references: list[Reference], sections: tuple[Section, ...], weights: Weights, text: str
) -> None:
    found = citations.scores(cited(text, []), ["a/b#c"], Library(sections), weights)

    assert [found[name].value for name in ("citation_recall", "citation_precision", "citation_f1")] == [0.0, 0.0, 0.0]
    assert found["right_section_rate"].value == 0.0
    assert nuggets.scores(references[0].nuggets, prose(text), weights)["vital"].value == 0.0


def test_an_answer_without_citations_keeps_its_nuggets_and_loses_its_citation_scores(
    references: list[Reference], sections: tuple[Section, ...], weights: Weights
) -> None:
    text = honest(0, references[0])

    found = citations.scores(cited(text, [references[0].section]), [], Library(sections), weights)

    assert (found["citation_recall"].value, found["citation_precision"].value) == (0.0, 0.0)
    assert nuggets.scores(references[0].nuggets, prose(text), weights)["vital"].value == 1.0


def test_every_answer_the_guides_can_compose_is_well_formed(sections: tuple[Section, ...]) -> None:
    library = Library(sections)
    broken = [
        f"{section.ref}: {found.reason}"
        for section in sections[::10]
        if (found := form.scores(section.short_answer, library.hosts, None)["format_ok"]).value == 0
    ]

    assert broken == []
