"""Ranks whole sections for a question: search small, answer from the section."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from backend_architect import resources
from backend_architect.knowledge import Corpus
from backend_architect.knowledge.passages import passages
from backend_architect.retrieval import store
from backend_architect.retrieval.embedder import Embedder
from backend_architect.retrieval.lexical import LexicalIndex, query_terms
from backend_architect.retrieval.technologies import Named, Technologies
from backend_architect.retrieval.vectors import load_vectors, vectors_for
from backend_architect.types import Hit, Passage, Section

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger("backend_architect")

StoreChoice = Literal["auto", "chroma", "exact"]

# Passages fetched per view of a question. A section has about a dozen, so this reaches some thirty sections or more.
_NEAREST = 240
_LEXICAL = 60

# A question longer than this is a story: its interrogative sentences are searched too, each as a view of its own.
_LONG_WORDS = 40
_MAX_VIEWS = 5

# Weights of the fused score, chosen on the dev cases (evals/README.md shows the ablations).
_WEIGHT_DENSE = 0.62
_WEIGHT_LEXICAL = 0.38
_QUESTION_SHARE = 0.5
_IDENTIFIER_BONUS = 0.12
_SUBJECT_BONUS = 0.18
_OTHER_SUBJECT_PENALTY = 0.22

# Cosine similarities below this carry no information about technical questions: everything is about software.
_COSINE_FLOOR = 0.15

_IDENTIFIER = re.compile(
    r"(?:[A-Za-z]+-[A-Z][\w-]*|\b[1-5]\d\d\b|\bRFC\s*\d{3,5}\b|[A-Za-z_]\w*\(\)|\b\w+_\w+\b|\b[A-Z]{2,}(?:\s[A-Z]{2,})+\b|[a-z]+/[\w+-]+\+\w+)"
)
_SENTENCE = re.compile(r"[^.?!\n]+[.?!]*")


@dataclass(frozen=True, slots=True)
class _Question:
    """A question as searched: mended text, the views that are embedded, its terms and what it names."""

    text: str
    views: tuple[str, ...]
    terms: tuple[str, ...]
    identifiers: tuple[str, ...]
    named: Named


class Retriever:
    """Search over one corpus. Cheap to make: everything loads at first use. Safe to share between threads."""

    def __init__(
        self,
        corpus: Corpus,
        *,
        cache: Path,
        choice: StoreChoice = "auto",
        chroma_url: str | None = None,
        knowledge: Path | None = None,
    ) -> None:
        self.corpus = corpus
        self._knowledge = knowledge or resources.folder("knowledge")
        self._cache = cache
        self._choice = choice
        self._chroma_url = chroma_url
        self._embedder = Embedder(self._knowledge / "embedder")
        self._loading = threading.RLock()
        self._store: store.VectorSearch | None = None
        self._store_thread: threading.Thread | None = None
        self.store_problem: str | None = None

    # --- public ---

    def search(
        self, question: str, *, limit: int = 5, languages: Sequence[str] = (), frameworks: Sequence[str] = ()
    ) -> tuple[Hit, ...]:
        """Return the best sections, best first, scores in [0, 1]; ties go by reference.

        `languages` and `frameworks` are what the conversation is about when the question itself names none.
        """
        asked = self._understood(question)
        named = asked.named
        subject = named if named.languages or named.frameworks else Named(tuple(languages), tuple(frameworks))
        dense = self._dense(asked.views)
        lexical = self._lexical_scores(asked.terms)
        hits = [self._hit(at, asked, subject, dense, lexical) for at in sorted(dense.keys() | lexical.keys())]
        hits.sort(key=lambda hit: (-hit.score, hit.ref))
        return tuple(hits[:limit])

    def named_in(self, text: str) -> Named:
        """Return the technologies a text names."""
        return self._technologies.named_in(text)

    def corrected(self, text: str) -> str:
        """Return the text with words mended that are misspellings of words of the guides."""
        return self._lexical.corrected(text)

    def known_share(self, text: str) -> float:
        """Return which share of a question's telling words occurs in the guides at all, weighted by length."""
        words = [word for word in query_terms(text) if len(word) > 2]
        if not words:
            return 0.0
        return sum(len(word) for word in words if self._lexical.knows(word)) / sum(len(word) for word in words)

    def similarity(self, text: str, others: Sequence[str]) -> float:
        """Return the highest cosine similarity of a text with some others."""
        vector = self._embedder.embed(text)
        return max((float(vector @ self._embedder.embed(other)) for other in others), default=0.0)

    def warm_up(self) -> None:
        """Load model, vectors and lexical index in the calling thread."""
        self.search("warm up", limit=1)

    def start_store(self) -> None:
        """Open (or build) Chroma in the background; until it is ready the search is exact, with equal results."""
        with self._loading:
            if self._choice != "exact" and self._store_thread is None and self._store is None:
                # numpy and onnxruntime must be loaded before Chroma is imported in another thread (circular import).
                _ = self._exact
                self._store_thread = threading.Thread(target=self._open_store, name="architect-index", daemon=True)
                self._store_thread.start()

    def build_store(self) -> str:
        """Open (or build) Chroma now and return its name; return the reason when only exact search can be had."""
        _ = self._exact
        self._open_store()
        return self._store.name if self._store else f"exact ({self.store_problem})"

    @property
    def store_name(self) -> str:
        """Which search is in use now, with the reason when Chroma is not."""
        if self._store is not None:
            return self._store.name
        return f"exact ({self.store_problem})" if self.store_problem else "exact"

    @property
    def store_path(self) -> Path:
        return store.store_path(self._cache, self.corpus.fingerprint)

    def close(self) -> None:
        with self._loading:
            if self._store is not None:
                self._store.close()
                self._store = None

    # --- loading ---

    @cached_property
    def _passages(self) -> list[Passage]:
        return [passage for section in self.corpus.sections for passage in passages(section)]

    @cached_property
    def _section_of(self) -> list[int]:
        position = {section.ref: at for at, section in enumerate(self.corpus.sections)}
        return [position[passage.ref] for passage in self._passages]

    @cached_property
    def _matrix(self) -> NDArray[np.float32]:
        return vectors_for(self._passages, load_vectors(self._knowledge / "index"), self._embedder)

    @cached_property
    def _exact(self) -> store.ExactSearch:
        with self._loading:
            return store.ExactSearch(self._matrix)

    @cached_property
    def _lexical(self) -> LexicalIndex:
        with self._loading:
            return LexicalIndex(self.corpus.sections)

    @cached_property
    def _technologies(self) -> Technologies:
        return Technologies.load(self._knowledge)

    def _open_store(self) -> None:
        try:
            if self._chroma_url:
                opened: store.VectorSearch = store.connect(self._chroma_url, self.corpus.fingerprint, self._matrix)
            else:
                opened = store.open_or_build(self.store_path, self._matrix)
        except store.StoreUnavailable as error:
            self.store_problem = str(error)
            log.warning("searching exactly, without Chroma: %s", error)
            return
        with self._loading:
            self._store = opened

    def _nearest(self, vector: NDArray[np.float32]) -> list[store.Near]:
        if self._store is None and (self._choice == "chroma" or self._chroma_url) and self.store_problem is None:
            self._open_store()
        current = self._store
        if current is not None:
            try:
                return current.nearest(vector, min(_NEAREST, len(self._passages)))
            except store.StoreUnavailable as error:
                self.store_problem = str(error)
                self._store = None
                log.warning("searching exactly from here on: %s", error)
        return self._exact.nearest(vector, _NEAREST)

    # --- ranking ---

    def _understood(self, question: str) -> _Question:
        text = self.corrected(question)
        return _Question(
            text=text,
            views=views(text),
            terms=tuple(query_terms(text)),
            identifiers=identifiers(question),
            named=self.named_in(question),
        )

    def _dense(self, texts: Sequence[str]) -> dict[int, tuple[float, float, str]]:
        """Return for each section near any view its best similarity over questions, over prose, and the passage matched."""
        best: dict[int, tuple[float, float, str]] = {}
        for text in texts:
            for near in self._nearest(self._embedder.embed(text)):
                at = self._section_of[near.position]
                passage = self._passages[near.position]
                asked, told, matched = best.get(at, (0.0, 0.0, ""))
                if near.similarity > max(asked, told):
                    matched = passage.text
                if passage.kind == "question":
                    asked = max(asked, near.similarity)
                else:
                    told = max(told, near.similarity)
                best[at] = (asked, told, matched)
        return best

    def _lexical_scores(self, words: Sequence[str]) -> dict[int, float]:
        """Return BM25 scores divided by the best one."""
        found = self._lexical.search(words, limit=_LEXICAL)
        top = found[0][1] if found else 1.0
        return {at: score / top for at, score in found}

    def _hit(
        self,
        at: int,
        asked: _Question,
        subject: Named,
        dense: Mapping[int, tuple[float, float, str]],
        lexical: Mapping[int, float],
    ) -> Hit:
        section = self.corpus.sections[at]
        by_question, by_prose, matched = dense.get(at, (0.0, 0.0, section.question))
        similar = dense_score(by_question, by_prose)
        signals = {
            "question": round(by_question, 4),
            "prose": round(by_prose, 4),
            "dense": round(similar, 4),
            "lexical": round(lexical.get(at, 0.0), 4),
            "identifiers": round(_share_of(asked.identifiers, section), 4),
            "subject": subject_fit(section, subject),
        }
        score = (
            _WEIGHT_DENSE * similar
            + _WEIGHT_LEXICAL * signals["lexical"] * _damped(similar)
            + _IDENTIFIER_BONUS * signals["identifiers"]
            + signals["subject"]
        )
        return Hit(section, round(min(1.0, max(0.0, score)), 6), signals, matched)


def dense_score(by_question: float, by_prose: float) -> float:
    """Combine the two kinds of passages: the better one counts, agreement of both counts a little more."""
    better, worse = max(by_question, by_prose), min(by_question, by_prose)
    mixed = better * (1 - _QUESTION_SHARE / 2) + worse * _QUESTION_SHARE / 2
    return max(0.0, (mixed - _COSINE_FLOOR) / (1 - _COSINE_FLOOR))


def _damped(similar: float) -> float:
    """Words in common count fully only when the meaning is near too; a pasted log shares words with everything."""
    return 0.5 + 0.5 * min(1.0, similar / 0.4)


def _share_of(names: Sequence[str], section: Section) -> float:
    """Return which share of the identifiers of a question occurs in what a section asks and answers."""
    if not names:
        return 0.0
    asked = " ".join((section.question, *section.also_asked, section.short_answer)).lower()
    prose = section.prose.lower()
    return sum(1.0 if name in asked else 0.5 if name in prose else 0.0 for name in names) / len(names)


def subject_fit(section: Section, subject: Named) -> float:
    """Return a bonus when a guide is about the language or framework asked for, a penalty when it is about another."""
    if section.area not in ("languages", "frameworks") or not (subject.languages or subject.frameworks):
        return 0.0
    if len(section.languages) > 2:
        return 0.0  # a guide that compares languages is about all of them
    if subject.frameworks and section.area == "frameworks":
        return _SUBJECT_BONUS if set(section.frameworks) & set(subject.frameworks) else -_OTHER_SUBJECT_PENALTY
    return _SUBJECT_BONUS if set(section.languages) & set(subject.languages) else -_OTHER_SUBJECT_PENALTY


def identifiers(question: str) -> tuple[str, ...]:
    """Return what a question names literally: headers, status codes, RFCs, functions, SQL phrases, media types."""
    found = (" ".join(match.group().lower().split()) for match in _IDENTIFIER.finditer(question))
    return tuple(dict.fromkeys(found))


def views(question: str) -> tuple[str, ...]:
    """Return the texts to embed: the question, and for a long one its interrogative sentences and its last one."""
    if len(question.split()) <= _LONG_WORDS:
        parts = [part.strip() for part in re.findall(r"[^?]+\?", question)]
        several = [part for part in parts if len(part.split()) >= 4]
        return (question, *several) if len(several) > 1 else (question,)
    sentences = [sentence.strip() for sentence in _SENTENCE.findall(question) if len(sentence.split()) >= 3]
    asking = [sentence for sentence in sentences if sentence.endswith("?")] or sentences[-1:]
    return tuple(dict.fromkeys([question, *asking[: _MAX_VIEWS - 1]]))
