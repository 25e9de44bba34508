"""The lexical half: BM25 over words and whole identifiers of sections, in SQLite's FTS5."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from backend_architect.types import Section

# Columns of the index with their weight in BM25: what a section is asked, what it answers first, the rest, its code.
_COLUMNS = {"questions": 3.0, "answer": 2.0, "body": 1.0, "code": 0.4}

_TERM = re.compile(r"[A-Za-z0-9_]+(?:[-./+:'][A-Za-z0-9_]+)*(?:[#+]+(?![A-Za-z0-9]))?")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_TYPO_CUTOFF = 0.82
_TYPO_MIN_LETTERS = 5

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
    """BM25 over sections, held in memory. Safe to share between threads."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._lock = threading.Lock()
        self._size = len(sections)
        self._document_frequency: Counter[str] = Counter()
        rows = [self._row(at, section) for at, section in enumerate(sections)]
        # One connection for all threads, guarded by the lock: the queries take well under a millisecond.
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        columns = ", ".join(_COLUMNS)
        self._db.execute(
            f"create virtual table sections using fts5({columns}, content='', "
            "tokenize=\"porter unicode61 remove_diacritics 2 tokenchars '-_/.#+:'\")"
        )
        marks = ", ".join("?" * (len(_COLUMNS) + 1))
        self._db.executemany(f"insert into sections(rowid, {columns}) values ({marks})", rows)
        self._by_first_letter: dict[str, list[str]] = {}
        for word in self._document_frequency:
            if word.isalpha() and len(word) >= _TYPO_MIN_LETTERS:
                self._by_first_letter.setdefault(word[0], []).append(word)

    def _row(self, at: int, section: Section) -> tuple[int | str, ...]:
        body = [block for part in section.parts for block in part.blocks]
        body += [f"{pitfall.symptom} {pitfall.cause} {pitfall.fix}" for pitfall in section.pitfalls]
        body += [listing.caption for listing in section.listings]
        columns = (
            terms(" ".join((section.question, *section.also_asked, section.guide_title))),
            terms(section.short_answer),
            terms(" ".join(body)),
            terms(" ".join(listing.code for listing in section.listings)),
        )
        self._document_frequency.update({term for column in columns for term in column})
        return (at, *(" ".join(column) for column in columns))

    def search(self, words: Iterable[str], *, limit: int) -> list[tuple[int, float]]:
        """Return (position, BM25 score) of the best sections, best first; a higher score is better, ties go by position."""
        asked = [word for word in words if 0 < self._document_frequency[word] <= max(3, 0.6 * self._size)]
        if not asked:
            return []
        match = " OR ".join('"' + word.replace('"', "") + '"' for word in asked)
        weights = ", ".join(str(weight) for weight in _COLUMNS.values())
        with self._lock:
            rows = self._db.execute(
                f"select rowid, -bm25(sections, {weights}) as score from sections where sections match ? "
                "order by score desc, rowid limit ?",
                (match, limit),
            ).fetchall()
        return [(int(row), float(score)) for row, score in rows]

    def knows(self, word: str) -> bool:
        return word in self._document_frequency

    def rarity(self, word: str) -> float:
        """Return how telling a word is: 1 for a word in one section, towards 0 for a word in all; 1 for an unknown word."""
        seen = self._document_frequency[word]
        return 1.0 if seen == 0 else 1.0 - (seen - 1) / max(1, self._size)

    def corrected(self, text: str) -> str:
        """Return the text with misspelt words replaced by the word of the guides they resemble most."""

        def mend(match: re.Match[str]) -> str:
            word = match.group()
            lower = word.lower()
            if len(lower) < _TYPO_MIN_LETTERS or lower in STOP_WORDS or self._is_known_form(lower):
                return word
            candidates = [w for w in self._by_first_letter.get(lower[0], ()) if abs(len(w) - len(lower)) <= 2]
            near = get_close_matches(lower, candidates, n=1, cutoff=_TYPO_CUTOFF)
            return near[0] if near else word

        return re.sub(r"[A-Za-z]+", mend, text)

    def _is_known_form(self, word: str) -> bool:
        """Whether the word, or the word without an English ending, occurs in the guides."""
        stems = (word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ed"), word.removesuffix("d"))
        endings = (word.removesuffix("ing"), word.removesuffix("ing") + "e", word.removesuffix("ly"), word + "s")
        return any(form in self._document_frequency for form in (*stems, *endings))
