"""The lexical half: BM25 over words and whole identifiers of sections, in SQLite's FTS5."""

from __future__ import annotations

import contextlib
import math
import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from backend_architect.types import Section

# Columns of the index with their weight in BM25: what a section is asked, what it answers first, the rest, its code.
_COLUMNS = {"questions": 3.0, "answer": 2.0, "body": 1.0, "code": 0.4, "details": 0.2}
# A word that only a narrower question has does not make a section one that speaks of it.
_COVERING = "{questions answer body code}"

_TERM = re.compile(r"[A-Za-z0-9_]+(?:[-./+:'][A-Za-z0-9_]+)*(?:[#+]+(?![A-Za-z0-9]))?")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_MENDED = 4096
_TYPO_CUTOFF = 0.82
_TYPO_MIN_LETTERS = 5
_TYPO_LENGTH = 2

# Words of a question whose coverage is looked up, the rarest first; a pasted log has hundreds.
_COVERED_WORDS = 40

STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "after",
        "again",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "below",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "don",
        "down",
        "during",
        "each",
        "few",
        "for",
        "from",
        "further",
        "get",
        "gets",
        "give",
        "go",
        "goes",
        "got",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "hers",
        "him",
        "his",
        "how",
        "i",
        "i'd",
        "i'll",
        "i'm",
        "i've",
        "if",
        "in",
        "into",
        "is",
        "isn",
        "it",
        "it's",
        "its",
        "itself",
        "just",
        "let",
        "like",
        "ll",
        "make",
        "many",
        "may",
        "me",
        "might",
        "more",
        "most",
        "much",
        "must",
        "my",
        "need",
        "no",
        "nor",
        "not",
        "now",
        "of",
        "off",
        "on",
        "once",
        "one",
        "only",
        "or",
        "other",
        "our",
        "ours",
        "out",
        "over",
        "own",
        "please",
        "re",
        "s",
        "same",
        "say",
        "shall",
        "she",
        "should",
        "so",
        "some",
        "such",
        "t",
        "than",
        "that",
        "that's",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "too",
        "under",
        "until",
        "up",
        "us",
        "use",
        "used",
        "using",
        "very",
        "want",
        "was",
        "wasn",
        "we",
        "were",
        "what",
        "what's",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whom",
        "why",
        "will",
        "with",
        "won",
        "would",
        "you",
        "your",
        "yours",
    ]
)


def terms(text: str) -> list[str]:
    """Return the words of a text in lower case, identifiers whole (`if-match`, `c#`, `api/v1`) and in their pieces."""
    found: list[str] = []
    for match in _TERM.finditer(text):
        whole = match.group().strip("_").lower()
        if not whole:
            continue
        found.append(whole)
        pieces = [piece.lower() for piece in _PIECE.findall(match.group())]
        if len(pieces) > 1:
            found += [piece for piece in pieces if len(piece) > 1 and piece != whole]
    return found


def query_terms(text: str) -> list[str]:
    """Return the terms of a question that tell sections apart, each once, in order."""
    return list(dict.fromkeys(term for term in terms(text) if term not in STOP_WORDS))


class LexicalIndex:
    """BM25 and word coverage over sections. Open one with `build` or `open`; safe to share between threads."""

    def __init__(self, database: sqlite3.Connection) -> None:
        # One connection for all threads, guarded by the lock: a query takes well under a millisecond.
        self._lock = threading.Lock()
        self._db = database
        self._size = int(database.execute("select count(*) from rows").fetchone()[0])
        self._frequency: dict[str, int] = dict(database.execute("select word, sections from vocabulary"))
        self._by_first_letter: dict[str, list[str]] = {}
        for word in self._frequency:
            if word.isalpha() and len(word) >= _TYPO_MIN_LETTERS:
                self._by_first_letter.setdefault(word[0], []).append(word)
        # A question is corrected several times on its way, and an unknown word is compared with a thousand others each time.
        self._mended = lru_cache(maxsize=_MENDED)(self._mend)

    @classmethod
    def build(cls, sections: Sequence[Section]) -> LexicalIndex:
        """Return the index of some sections, kept in memory."""
        database = sqlite3.connect(":memory:", check_same_thread=False)
        columns = ", ".join(_COLUMNS)
        with database:
            database.execute(
                f"create virtual table words using fts5({columns}, content='', "
                "tokenize=\"porter unicode61 remove_diacritics 2 tokenchars '-_/.#+:'\")"
            )
            database.execute("create table rows (at integer primary key)")
            database.execute("create table vocabulary (word text primary key, sections integer) without rowid")
            frequency: Counter[str] = Counter()
            marks = ", ".join("?" * len(_COLUMNS))
            for at, section in enumerate(sections):
                texts = [terms(text) for text in _column_texts(section)]
                frequency.update({term for text in texts for term in text})
                values = [" ".join(text) for text in texts]
                database.execute(f"insert into words(rowid, {columns}) values (?, {marks})", (at, *values))  # noqa: S608
                database.execute("insert into rows values (?)", (at,))
            database.executemany("insert into vocabulary values (?, ?)", frequency.items())
        return cls(database)

    @classmethod
    def open(cls, path: Path) -> LexicalIndex:
        """Return the index in a file, opened read-only. Raises sqlite3.Error when it is not one."""
        return cls(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False))

    def save(self, path: Path) -> None:
        """Write the index to a new file. Raises sqlite3.Error when it cannot."""
        target = sqlite3.connect(path)
        with self._lock, contextlib.closing(target):
            self._db.backup(target)

    def search(self, words: Iterable[str], *, limit: int) -> list[tuple[int, float]]:
        """Return (position, BM25 score) of the best sections, best first; a higher score is better, ties go by position."""
        asked = [word for word in words if 0 < self._frequency.get(word, 0) <= max(3, 0.6 * self._size)]
        if not asked:
            return []
        weights = ", ".join(str(weight) for weight in _COLUMNS.values())
        with self._lock:
            rows = self._db.execute(
                f"select rowid, -bm25(words, {weights}) as score from words where words match ? "  # noqa: S608 - constants
                "order by score desc, rowid limit ?",
                (" OR ".join(map(_quoted, asked)), limit),
            ).fetchall()
        return [(int(row), float(score)) for row, score in rows]

    def coverage(self, words: Sequence[str]) -> Coverage:
        """Return which sections contain each word of a question; other forms of a word count as the word."""
        telling = sorted(words, key=lambda word: (self._frequency.get(word, 0), word))[:_COVERED_WORDS]
        with self._lock:
            return Coverage(self._size, {word: self._rows(_quoted(word)) for word in telling})

    def _rows(self, match: str) -> frozenset[int]:
        found = self._db.execute("select rowid from words where words match ?", (f"{_COVERING} : {match}",))
        return frozenset(row for (row,) in found)

    def knows(self, word: str) -> bool:
        return word in self._frequency

    def corrected(self, text: str) -> str:
        """Return the text with misspelt words replaced by the word of the guides they resemble most."""

        return re.sub(r"[A-Za-z]+", lambda match: self._mended(match.group()), text)

    def _mend(self, word: str) -> str:
        lower = word.lower()
        if len(lower) < _TYPO_MIN_LETTERS or lower in STOP_WORDS or self._is_known_form(lower):
            return word
        candidates = [w for w in self._by_first_letter.get(lower[0], ()) if abs(len(w) - len(lower)) <= _TYPO_LENGTH]
        near = get_close_matches(lower, candidates, n=1, cutoff=_TYPO_CUTOFF)
        return near[0] if near else word

    def _is_known_form(self, word: str) -> bool:
        """Whether the word, or the word without an English ending, occurs in the guides."""
        stems = (word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ed"), word.removesuffix("d"))
        endings = (word.removesuffix("ing"), word.removesuffix("ing") + "e", word.removesuffix("ly"), word + "s")
        return any(form in self._frequency for form in (*stems, *endings))


class Coverage:
    """How much of a question's words a section contains, rarer words counting more."""

    def __init__(self, size: int, sections_with: Mapping[str, frozenset[int]]) -> None:
        self._sections_with = sections_with
        # A word the guides never use is the rarest of all: it lowers the coverage of every section.
        self._rarity = {word: math.log(1 + size / (1 + len(rows))) for word, rows in sections_with.items()}
        self._total = sum(self._rarity.values()) or 1.0

    def share(self, section: int) -> float:
        """Return the share, in [0, 1], that a section contains."""
        found = (rarity for word, rarity in self._rarity.items() if section in self._sections_with[word])
        return sum(found) / self._total


def _column_texts(section: Section) -> tuple[str, ...]:
    body = [block for part in section.parts for block in part.blocks]
    body += [f"{pitfall.symptom} {pitfall.cause} {pitfall.fix}" for pitfall in section.pitfalls]
    body += [listing.caption for listing in section.listings]
    return (
        " ".join((section.question, *section.also_asked, section.guide_title)),
        section.short_answer,
        " ".join(body),
        " ".join(listing.code for listing in section.listings),
        " ".join(f"{detail.question} {detail.answer}" for detail in section.details),
    )


def _quoted(word: str) -> str:
    """Return a word as an FTS5 string, so that no text of a user is ever read as query syntax."""
    return '"' + word.replace('"', "") + '"'
