"""The benchmark compares like with like and says when a budget is broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from backend_architect import Section
from backend_architect.retrieval.ranking import WEIGHTS
from evals.bench import ablations
from evals.bench.figures import Figure, figures_table
from evals.bench.peers import Span, covered, section_spans
from evals.bench.startup import clean_environment
from evals.bench.systems import Bm25, LangChainChroma, guide_texts, section_texts
from evals.targets import offline_architect
from tests.evals.scripted import case

# Compiling changed guides takes its time on a busy machine.
pytestmark = pytest.mark.timeout(400)


def test_a_figure_shows_budget_baseline_and_ratio() -> None:
    table = figures_table(
        [Figure("help", 0.25, "s", 0.05, "bare interpreter", 0.2, best=0.21), Figure("search", 9.04, "ms")]
    )

    assert table.splitlines()[2:] == [
        "| help | 0.25 s (best 0.21) | 0.2 s OVER | bare interpreter 0.05 | 5.0 |",
        "| search | 9.0 ms |  |  |  |",
    ]


def test_the_measured_process_sees_no_endpoint_and_no_folder_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
    monkeypatch.setenv("ARCHITECT_GUIDES_DIR", "/somewhere")

    environment = clean_environment(tmp_path)

    assert "OPENAI_API_KEY" not in environment
    assert "ARCHITECT_GUIDES_DIR" not in environment
    assert environment["ARCHITECT_CACHE_DIR"] == str(tmp_path / "architect_cache_dir")


def test_the_compared_searches_read_every_section_heading_of_the_guides() -> None:
    headings = sum(line.startswith("## ") for _, text in guide_texts() for line in text.splitlines())

    assert len(dict(section_texts())) == headings > 50


def test_words_alone_find_a_bare_header_name(tmp_path: Path) -> None:
    system = Bm25()
    system.open(tmp_path)

    assert "api-design/retries-idempotency-and-rate-limits#post-retry" in system.search(
        "Idempotency-Key header POST", 5
    )


def test_the_langchain_search_survives_a_new_process_by_reopening_its_store(tmp_path: Path) -> None:
    built = LangChainChroma()
    built.open(tmp_path)
    built.add(
        [("auth/jwt#validate", "check signature, issuer and audience"), ("auth/jwt#refresh", "rotate refresh tokens")]
    )

    reopened = LangChainChroma()
    reopened.open(tmp_path)

    assert reopened.search("rotating a refresh token", 1) == ["auth/jwt#refresh"]


def test_a_piece_counts_as_the_sections_it_overlaps_by_half_of_the_shorter_most_of_it_first() -> None:
    sections = [(Span("g", 0, 1000), "g#long"), (Span("g", 1000, 1200), "g#short"), (Span("g", 1200, 3000), "g#last")]

    assert covered(Span("g", 100, 500), sections) == ["g#long"]
    assert covered(Span("g", 700, 1100), sections) == ["g#long", "g#short"]
    assert covered(Span("g", 950, 1250), sections) == ["g#short"]
    assert covered(Span("g", 3000, 3400), sections) == []


def test_the_sections_of_the_peers_are_those_that_the_other_searches_return() -> None:
    assert [ref for found in section_spans().values() for _, ref in found] == [ref for ref, _ in section_texts()]


@pytest.fixture(scope="module")
def sections() -> Iterator[tuple[Section, ...]]:
    with offline_architect() as architect:
        yield architect.sections()


def test_the_weights_read_back_from_the_scores_rank_as_the_product_does(sections: tuple[Section, ...]) -> None:
    with offline_architect() as architect:
        served = ablations.ask(architect, ablations.labelled_cases(sections)[::80], sections)

    order = served.without(())
    assert all(ablations.ordered(each, order)[0] == each.refs[0] for each in served.asked)
    assert served.weights == pytest.approx([WEIGHTS[name] / sum_of_weights() for name in served.names], abs=0.001)


def sum_of_weights() -> float:
    """Return what the product divides by: the technology is added on top."""
    return sum(weight for name, weight in WEIGHTS.items() if name != "subject")


def test_a_signal_that_is_left_out_decides_nothing() -> None:
    signals = np.array([[0.9, 0.0], [0.1, 1.0]])
    asked = ablations.Asked(case("one"), "dev", ("a/b#c", "d/e#f"), (0, 1), signals, np.array([0.5, 0.5]))
    served = ablations.Served(("question", "lexical"), np.array([0.3, 0.7]), [asked])

    assert ablations.ordered(asked, served.without(())) == ["d/e#f", "a/b#c"]
    assert ablations.ordered(asked, served.without(("lexical",))) == ["a/b#c", "d/e#f"]


def test_passages_without_headings_hold_the_same_text(sections: tuple[Section, ...]) -> None:
    section = next(each for each in sections if each.ref == "auth/jwt#validate")
    head = f"{section.guide_title}: {section.question}\n"

    with_heading, without = (list(ablations.passages(section, has_heading=has)) for has in (True, False))

    assert len(with_heading) > 2
    assert [text.removeprefix(head) for text in with_heading] == without
    assert all(text.startswith(head) for text in with_heading)
