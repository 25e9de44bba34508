from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import tiktoken

from backend_architect.models import tokens
from backend_architect.models.tokens import count_tokens, estimate_tokens, load_encoding
from backend_architect.resources import folder

TABLE = folder("knowledge") / "tiktoken" / "fb374d419588a4632f3f557e76b4b70aebbca790"
SAMPLES = [
    "Cursor or offset pagination for a public API?",
    "SELECT id, created_at FROM orders WHERE created_at < $1 ORDER BY created_at DESC LIMIT 50;",
    '{"type": "about:blank", "status": 409, "retry-after": 12345678}',
    "Ключ идемпотентности — 冪等キー — कुंजी",
    "    def f(x):\n\n\n        return x  \n\t# it's we'll I'D",
    "",
]


def test_known_texts_have_their_known_counts() -> None:
    assert [count_tokens(text) for text in ("", "hello world", "Idempotency-Key: 8e03978e")] == [0, 2, 11]


@pytest.mark.parametrize("text", SAMPLES)
def test_the_bundled_table_splits_exactly_as_tiktoken_does(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(TABLE, tmp_path)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    theirs = tiktoken.get_encoding("o200k_base")

    assert load_encoding(TABLE).encode_ordinary(text) == theirs.encode_ordinary(text)


def test_marks_of_the_protocol_inside_a_question_are_counted_as_text() -> None:
    assert count_tokens("<|endoftext|>") > 1


def test_a_damaged_table_is_refused_and_left_where_it_is(tmp_path: Path) -> None:
    damaged = tmp_path / TABLE.name
    damaged.write_bytes(TABLE.read_bytes()[:-10])

    with pytest.raises(ValueError, match=r"not the o200k_base token table \(wrong SHA-256\); reinstall"):
        load_encoding(damaged)
    assert damaged.exists()


@pytest.mark.parametrize("text", SAMPLES)
def test_the_estimate_is_never_far_below_the_truth(text: str) -> None:
    assert estimate_tokens(text) >= 0.94 * count_tokens(text)


def test_the_estimate_is_within_a_half_above_the_truth_for_prose_and_code() -> None:
    for path in (folder("prompts") / "answer.md", Path(tokens.__file__)):
        text = path.read_text(encoding="utf-8")
        assert 1.0 <= estimate_tokens(text) / count_tokens(text) <= 1.5


def test_a_long_run_of_one_character_is_counted_quickly() -> None:
    assert 0 < count_tokens("a" * 200_000) <= 200_000
