"""The benchmark compares like with like and says when a budget is broken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evals.bench.figures import Figure, figures_table
from evals.bench.peers import Span, covered, section_spans
from evals.bench.startup import clean_environment
from evals.bench.systems import Bm25, LangChainChroma, guide_texts, section_texts

if TYPE_CHECKING:
    import pytest


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
