"""Which texts have a vector that ships with the guides, and whether the files are up to date."""

from __future__ import annotations

from pathlib import Path

from backend_architect.knowledge import Corpus
from backend_architect.knowledge.passages import passages, symptom_texts
from backend_architect.knowledge.scope_examples import SCOPE_EXAMPLES, load_scope_examples
from backend_architect.retrieval.embedder import Embedder
from backend_architect.retrieval.vectors import build_vectors, stale_files
from backend_architect.types import Section


def shipped_texts(knowledge: Path) -> dict[str, list[str]]:
    """Return the texts of each vector file: one a guide, one for the scope examples."""
    corpus = Corpus.load(knowledge)
    guides = {
        guide: [text for section in sections for text in _texts(section)] for guide, sections in corpus.guides.items()
    }
    examples = [example.question for example in load_scope_examples(knowledge)]
    return guides | {SCOPE_EXAMPLES: examples}


def _texts(section: Section) -> list[str]:
    return [*(passage.text for passage in passages(section)), *symptom_texts(section)]


def stale_vectors(knowledge: Path) -> list[str]:
    """Return the vector files that do not match guides and examples; empty when the index is up to date."""
    return stale_files(shipped_texts(knowledge), knowledge / "index")


def update_vectors(knowledge: Path) -> list[str]:
    """Bring the shipped vectors up to date, embedding only what changed; return the files written or removed."""
    return build_vectors(shipped_texts(knowledge), knowledge / "index", Embedder(knowledge / "embedder"))
