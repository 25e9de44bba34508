from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from backend_architect import resources
from backend_architect.retrieval.embedder import DIMENSIONS, EMBEDDER_ID, Embedder
from backend_architect.retrieval.shipped import stale_vectors
from backend_architect.retrieval.vectors import build_vectors, load_vectors, stale_files, vectors_for


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder()


def test_the_bundled_model_is_the_one_the_manifest_names():
    folder = resources.folder("knowledge") / "embedder"
    named = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]

    assert set(named) == {"model-int8.onnx", "tokenizer.json"}
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in named} == named


def test_another_model_is_another_embedder_so_that_old_vectors_are_stale():
    manifest = json.loads((resources.folder("knowledge") / "embedder" / "manifest.json").read_text(encoding="utf-8"))

    assert manifest["files"]["model-int8.onnx"][:8] in EMBEDDER_ID


def test_the_shipped_vectors_match_the_guides():
    assert stale_vectors(resources.folder("knowledge")) == []


def test_a_vector_has_unit_length_and_is_the_same_every_time(embedder: Embedder):
    first, again = embedder.embed("idempotency key"), embedder.embed("idempotency key")

    assert first.shape == (DIMENSIONS,)
    assert np.linalg.norm(first) == pytest.approx(1.0, abs=1e-3)
    assert np.array_equal(first, again)


def test_text_after_128_word_pieces_still_counts(embedder: Embedder):
    start = "word " * 150

    assert not np.allclose(embedder.embed(start + "keyset pagination"), embedder.embed(start + "oauth login"))


def test_only_what_changed_is_embedded_again(tmp_path: Path, embedder: Embedder):
    build_vectors({"a/one": ["first text", "second text"], "b/two": ["third text"]}, tmp_path, embedder)

    class Counting(Embedder):
        seen: list[str] = []  # noqa: RUF012 - one test, one instance

        def embed(self, text: str):
            self.seen.append(text)
            return super().embed(text)

    counting = Counting()
    changed = build_vectors({"a/one": ["first text", "new text"]}, tmp_path, counting)

    assert changed == ["a/one", "b/two"]
    assert counting.seen == ["new text"]
    assert not (tmp_path / "b" / "two.npz").exists()


def test_a_stored_vector_and_a_fresh_one_are_equal(tmp_path: Path, embedder: Embedder):
    build_vectors({"a": ["some text"]}, tmp_path, embedder)

    stored = vectors_for(["some text"], load_vectors(tmp_path), embedder)
    fresh = vectors_for(["some text"], {}, embedder)

    assert np.array_equal(stored, fresh)


@pytest.mark.parametrize("damage", [b"", b"garbage", b"PK\x03\x04" + b"\0" * 64])
def test_a_damaged_vector_file_is_stale_and_not_a_crash(tmp_path: Path, embedder: Embedder, damage: bytes):
    build_vectors({"a": ["some text"]}, tmp_path, embedder)
    (tmp_path / "a.npz").write_bytes(damage)

    assert load_vectors(tmp_path) == {}
    assert stale_files({"a": ["some text"]}, tmp_path) == ["a"]
