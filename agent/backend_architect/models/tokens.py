"""Counts tokens with the bundled o200k_base table, or over-estimates them when the table cannot be used."""

from __future__ import annotations

import base64
import functools
import hashlib
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING

from backend_architect.resources import folder

if TYPE_CHECKING:
    import tiktoken

_log = logging.getLogger("backend_architect")

# tiktoken's own loader is not used: it deletes a table with a wrong hash and then downloads without a timeout,
# and it can be pointed to a folder only through the environment of the whole process.
TABLE = "fb374d419588a4632f3f557e76b4b70aebbca790"
TABLE_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
# The split pattern of o200k_base as tiktoken_ext.openai_public defines it; a test compares the two.
_PATTERN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*"
    r"|\s*[\r\n]+"
    r"|\s+(?!\S)"
    r"|\s+"
)

_PIECE = re.compile(r"[A-Za-z]+|[0-9]+|\n+|[ \t]{2,}|[^\s]")
_LETTERS_PER_TOKEN = 7
_DIGITS_PER_TOKEN = 3


def count_tokens(text: str) -> int:
    """Return how many o200k_base tokens `text` has; marks such as <|endoftext|> count as the text they are.

    Other models split differently, so this is exact for OpenAI's recent models and within a fifth for most others.
    """
    encoding = _bundled()
    return estimate_tokens(text) if encoding is None else len(encoding.encode_ordinary(text))


def estimate_tokens(text: str) -> int:
    """Return a count that is too high rather than too low: 1.3 times the truth on technical English."""
    return sum(_cost(piece) for piece in _PIECE.findall(text))


def _cost(piece: str) -> int:
    if piece[0].isdigit() and piece.isascii():
        return -(-len(piece) // _DIGITS_PER_TOKEN)
    if piece.isascii() and piece.isalpha():
        return 1 + (len(piece) - 1) // _LETTERS_PER_TOKEN
    return 1


def load_encoding(table: Path) -> tiktoken.Encoding:
    """Return o200k_base built from `table`; raise ValueError when it is not that table, OSError when it is missing."""
    data = table.read_bytes()
    if hashlib.sha256(data).hexdigest() != TABLE_SHA256:
        raise ValueError(f"{table} is not the o200k_base token table (wrong SHA-256); reinstall the package")
    import tiktoken

    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in data.splitlines())}
    return tiktoken.Encoding("o200k_base", pat_str=_PATTERN, mergeable_ranks=ranks, special_tokens={})


@functools.cache  # 80 MB and a quarter of a second: once for the process, at first use
def _bundled() -> tiktoken.Encoding | None:
    try:
        return load_encoding(folder("knowledge") / "tiktoken" / TABLE)
    except (OSError, ValueError, ImportError) as error:
        _log.warning("tokens are estimated: %s", error)
        return None
