"""The compiled corpus is a cache too: a process with one and a process without one answer alike."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from backend_architect import Architect, resources
from backend_architect.retrieval.compiled import load_compiled
from backend_architect.retrieval.embedder import Embedder

QUESTION = "How do I make POST safe to retry?"
KNOWLEDGE = resources.folder("knowledge")


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    cache = tmp_path_factory.mktemp("compiled")
    load_compiled(KNOWLEDGE, None, cache, embedder)
    return cache


@pytest.fixture
def cache(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "cache"))


def hits(cache: Path) -> list[tuple[str, float, str]]:
    with Architect(use_model=False, store="exact", cache_dir=cache) as architect:
        return [(hit.ref, hit.score, hit.matched) for hit in architect.search(QUESTION, limit=10)]


def test_what_is_read_back_is_what_was_compiled(cache: Path, embedder: Embedder, tmp_path: Path):
    fresh = load_compiled(KNOWLEDGE, None, tmp_path / "elsewhere", embedder)
    read = load_compiled(KNOWLEDGE, None, cache, embedder)

    assert read.corpus == fresh.corpus
    assert read.rows == fresh.rows
    assert (read.matrix == fresh.matrix).all()
    assert len(read.symptoms) == sum(len(section.pitfalls) for section in read.corpus.sections)
    assert (read.symptoms == fresh.symptoms).all()


@pytest.mark.parametrize("name", ["corpus.json", "words.sqlite", "vectors.npy", "symptoms.npy", "sums.json"])
@pytest.mark.parametrize("damage", ["garbage", "truncated", "missing"])
def test_a_damaged_file_is_compiled_again_with_the_same_answer(cache: Path, name: str, damage: str, tmp_path: Path):
    expected = hits(tmp_path / "fresh")
    file = next(cache.glob("corpus-*")) / name
    if damage == "missing":
        file.unlink()
    else:
        content = file.read_bytes()
        file.write_bytes(os.urandom(len(content)) if damage == "garbage" else content[: len(content) // 2])

    assert hits(cache) == expected
    assert hits(cache) == expected


def test_an_edited_guide_is_seen_at_once(tmp_path: Path, embedder: Embedder):
    knowledge = tmp_path / "knowledge"
    for name in ("guides/auth", "sources", "facts.d"):
        shutil.copytree(KNOWLEDGE / name, knowledge / name)
    shutil.copy(KNOWLEDGE / "facts.yaml", knowledge / "facts.yaml")
    (knowledge / "index").mkdir()
    guide = knowledge / "guides" / "auth" / "jwt.md"
    for other in guide.parent.glob("*.md"):
        if other != guide:
            other.unlink()
    text = guide.read_text(encoding="utf-8")
    guide.write_text(text[: text.index("## How should a resource server")], encoding="utf-8")
    before = load_compiled(knowledge, None, tmp_path / "cache", embedder).corpus.sections[0].question

    guide.write_text(
        guide.read_text(encoding="utf-8").replace("## What is a JWT good for", "## What is a token good for"),
        encoding="utf-8",
    )
    after = load_compiled(knowledge, None, tmp_path / "cache", embedder).corpus.sections[0].question

    assert before.startswith("What is a JWT good for")
    assert after.startswith("What is a token good for")


def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path):
    blocked = tmp_path / "cache"
    blocked.write_text("in the way", encoding="utf-8")

    assert hits(blocked)[0][0] == "api-design/retries-idempotency-and-rate-limits#post-retry"
