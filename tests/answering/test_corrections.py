"""Every correction of the shipped file is met by what it names, not by its near misses, and says what its section says."""

from __future__ import annotations

import pytest

from backend_architect import resources
from backend_architect.answering import support
from backend_architect.errors import GuideError
from backend_architect.knowledge import Corpus
from backend_architect.knowledge.corrections import Correction, load_corrections

KNOWLEDGE = resources.folder("knowledge")
CORRECTIONS = load_corrections(KNOWLEDGE)
BY_ID = {correction.id: correction for correction in CORRECTIONS}
ASKED = [(each.id, question) for each in CORRECTIONS for question in each.asked]
NOT_ASKED = [(each.id, question) for each in CORRECTIONS for question in each.not_asked]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus.load(KNOWLEDGE)


@pytest.fixture(scope="module")
def weights(corpus: Corpus) -> dict[str, float]:
    return support.weigh(corpus.sections)


@pytest.mark.parametrize(("name", "question"), ASKED)
def test_a_correction_is_met_by_the_questions_it_is_for(name: str, question: str):
    assert BY_ID[name].is_met_by(question)


@pytest.mark.parametrize(("name", "question"), NOT_ASKED)
def test_a_correction_is_not_met_by_its_near_misses(name: str, question: str):
    assert not BY_ID[name].is_met_by(question)


@pytest.mark.parametrize("correction", CORRECTIONS, ids=lambda each: each.id)
def test_its_section_supports_what_a_correction_says(correction: Correction, corpus: Corpus, weights: dict[str, float]):
    section = corpus.by_ref[correction.section]

    evidence = support.judge(support.read(correction.say), [support.prepare(section)], weights)

    assert evidence.outcome == "supports", evidence


def test_a_broken_entry_is_named_with_file_and_value(tmp_path):
    (tmp_path / "corrections.yaml").write_text("- id: Not A Slug\n", encoding="utf-8")

    with pytest.raises(GuideError, match=r"corrections\.yaml: entry 1"):
        load_corrections(tmp_path)
