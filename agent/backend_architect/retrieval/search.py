"""Ranks whole sections for a question: search small, answer from the section."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from backend_architect import resources
from backend_architect.knowledge import Corpus
from backend_architect.retrieval import store
from backend_architect.retrieval.compiled import Compiled, load_compiled
from backend_architect.retrieval.context import FOLLOWS, Context, blended, follows
from backend_architect.retrieval.embedder import Embedder
from backend_architect.retrieval.lexical import LexicalIndex, query_terms
from backend_architect.retrieval.ranking import ABOUT_OTHER, Similarities, lifts, score, subject_fit, wants_advice
from backend_architect.retrieval.technologies import Named, Technologies
from backend_architect.retrieval.vectors import load_vectors, vectors_for
from backend_architect.types import Hit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger("backend_architect")

StoreChoice = Literal["auto", "chroma", "exact"]

# Passages fetched per view of a question. A section has about thirty, so this reaches a few dozen sections.
_NEAREST = 360
_LEXICAL = 60

# A question longer than this is a story: its interrogative sentences are searched too, each as a view of its own.
_LONG_WORDS = 40
_MAX_VIEWS = 5
_FEWEST_WORDS = 3
_ENOUGH_TERMS = 4
# A part of a question says little by itself ("and what was it not verifying?"), so how a section fits the whole counts more.
# Of the sections shown for a second part of 289 dev questions half are labelled right; with the part alone it was a fifth.
_WHOLE = 0.7
_SECOND_QUESTION = re.compile(
    r",? and (?=(?:how|what|which|where|when|why|who|should|do|does|can|is|are)\b)", re.IGNORECASE
)

_IDENTIFIER = re.compile(
    r"(?:[A-Za-z]+-[A-Z][\w-]*|\b[1-5]\d\d\b|\bRFC\s*\d{3,5}\b|[A-Za-z_]\w*\(\)|\b\w+_\w+\b|\b[A-Z]{2,}(?:\s[A-Z]{2,})+\b|[a-z]+/[\w+-]+\+\w+)"
)
_SENTENCE = re.compile(r"[^.?!\n]+[.?!]*")

# A section as ranked: its score, its place in the corpus and its signals.
_Ranked = tuple[float, int, dict[str, float]]


@dataclass(frozen=True, slots=True)
class _Question:
    """A question as searched: the views that are embedded, its telling words and what it names."""

    views: tuple[str, ...]
    terms: tuple[str, ...]
    named: Named


@dataclass(frozen=True, slots=True)
class _Searched:
    """A question and the passages that are near to it."""

    asked: _Question
    similar: Similarities


class Retriever:
    """Search over one corpus. Cheap to make: everything loads at first use. Safe to share between threads."""

    def __init__(
        self,
        *,
        cache: Path,
        own: Path | None = None,
        choice: StoreChoice = "auto",
        chroma_url: str | None = None,
        knowledge: Path | None = None,
    ) -> None:
        self._knowledge = knowledge or resources.folder("knowledge")
        self._own = own
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
        asked, ranked = self._ranked(question, languages, frameworks)
        return tuple(self._hit(asked, *item) for item in self._with_links(ranked)[:limit])

    def search_in(
        self,
        context: Context,
        question: str,
        *,
        leans: float,
        limit: int,
        languages: Sequence[str] = (),
        frameworks: Sequence[str] = (),
    ) -> tuple[tuple[Hit, ...], float]:
        """Return the best sections for a question of a conversation, and how likely it follows what was said before.

        `leans`, from 0 to 1, says how far its form points back. The signals of the hits are those of the search that counts for more.
        """
        alone, by_itself = self._ranked(question, languages, frameworks)
        answered = f"{context.answered} {question}"
        topical, with_topic = self._ranked(f"{context.asked} {question}", languages, frameworks, also=(answered,))
        own = {at: fused for fused, at, _ in by_itself}
        near = {at for at in own if context.is_near(self.corpus.sections[at])}
        likely = follows(own, near, telling=len(alone.asked.terms), leans=leans)
        counts, signals = (topical, with_topic) if likely > FOLLOWS else (alone, by_itself)
        topic = {at: fused for fused, at, _ in with_topic}
        lowest = (min(own.values(), default=0.0), min(topic.values(), default=0.0))
        named = alone.asked.named
        ranked = []
        for _, at, found in signals:
            section = self.corpus.sections[at]
            fits = subject_fit(section, named, advice=False) > ABOUT_OTHER
            fused = blended(
                own.get(at, lowest[0]),
                topic.get(at, lowest[1]),
                likely,
                same_guide=fits and section.guide in context.guides,
                linked=fits and section.ref in context.linked,
            )
            ranked.append((fused, at, found))
        ranked.sort(key=lambda item: (-item[0], item[1]))
        return tuple(self._hit(counts, *item) for item in self._with_links(ranked)[:limit]), likely

    def best_of(self, hits: Sequence[Hit], part: str) -> Hit:
        """Return which of the sections found for a question answers one part of it: it fits the part, and the whole."""
        _, ranked = self._ranked(part, (), ())
        alone = {at: fused for fused, at, _ in ranked}
        lowest = min(alone.values(), default=0.0)

        def fit(hit: Hit) -> float:
            return _WHOLE * hit.score + (1 - _WHOLE) * alone.get(self._positions[hit.ref], lowest)

        return max(hits, key=fit)

    def _ranked(
        self, question: str, languages: Sequence[str], frameworks: Sequence[str], *, also: Sequence[str] = ()
    ) -> tuple[_Searched, list[_Ranked]]:
        """Return every section that was found, best first; `also` are further views of the question."""
        asked = self._understood(question)
        asked = replace(asked, views=(*asked.views, *map(self.corrected, also)))
        named = asked.named
        if not (named.languages or named.frameworks):
            named = replace(named, languages=tuple(languages), frameworks=tuple(frameworks))
        similar = self._similarities(asked.views)
        lexical = self._lexical_scores(asked.terms)
        coverage = self._lexical.coverage(asked.terms)
        advice = wants_advice(question)
        ranked: list[_Ranked] = []
        for at in sorted({*similar.sections(), *lexical}):
            signals = similar.signals(at) | {"covered": coverage.share(at), "lexical": lexical.get(at, 0.0)}
            signals |= {"subject": subject_fit(self.corpus.sections[at], named, advice=advice)}
            ranked.append((score(signals), at, signals))
        # Two sections rarely tie, but when they do their place in the corpus keeps every run in the same order.
        ranked.sort(key=lambda item: (-item[0], item[1]))
        return _Searched(asked, similar), ranked

    def _with_links(self, ranked: Sequence[_Ranked]) -> list[_Ranked]:
        """Return the sections in order once those that the best ones point to are lifted; the first stays the first."""
        if not ranked:
            return []
        sections = self.corpus.sections
        lift = lifts([sections[at] for _, at, _ in ranked])
        first, *others = ranked
        lifted = []
        for fused, at, signals in others:
            linked = min(lift.get(sections[at].ref, 0.0), first[0] - fused)
            lifted.append((round(fused + linked, 4), at, signals | {"linked": linked}))
        lifted.sort(key=lambda item: (-item[0], item[1]))
        return [(first[0], first[1], first[2] | {"linked": 0.0}), *lifted]

    def _hit(self, searched: _Searched, fused: float, at: int, signals: Mapping[str, float]) -> Hit:
        passage = searched.similar.nearest_passage(at)
        matched = self._compiled.passage_text(passage) if passage is not None else ""
        return Hit(self.corpus.sections[at], fused, {name: round(value, 4) for name, value in signals.items()}, matched)

    def symptoms(self, text: str, hits: Sequence[Hit]) -> dict[str, tuple[float, ...]]:
        """Return by section how near the symptom of each of its pitfalls is to what a text describes, as cosines."""
        return self._nearness(text, hits, self._compiled.symptoms_of)

    def details(self, text: str, hits: Sequence[Hit]) -> dict[str, tuple[float, ...]]:
        """Return by section how near each of its narrower questions is to what a text asks, as cosines."""
        return self._nearness(text, hits, self._compiled.details_of)

    def _nearness(
        self, text: str, hits: Sequence[Hit], rows_of: Callable[[int], NDArray[np.float32]]
    ) -> dict[str, tuple[float, ...]]:
        import numpy as np

        seen = np.stack([self._embedder.embed(view) for view in self._understood(text).views])
        near = {hit.ref: rows_of(self._positions[hit.ref]) for hit in hits}
        return {ref: tuple(map(float, (rows @ seen.T).max(axis=1))) for ref, rows in near.items()}

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        return {section.ref: at for at, section in enumerate(self.corpus.sections)}

    def named_in(self, text: str) -> Named:
        """Return the technologies a text names."""
        return self._technologies.named_in(text)

    def corrected(self, text: str) -> str:
        """Return the text with words mended that are misspellings of words of the guides."""
        return self._lexical.corrected(text)

    def has_known_word(self, text: str) -> bool:
        """Whether any word of a text is an English word or a word of the guides: false for keyboard accidents."""
        words = [word.lower() for word in re.findall(r"[A-Za-z][\w+#-]*", text) if len(word) > 1]
        return any(self._embedder.knows(word) or self._lexical.knows(word) for word in words)

    def is_special_term(self, word: str) -> bool:
        """Whether a word is a name or a term of art that no guide uses: no everyday English word, no number."""
        is_named = self.named_in(f"in {word}").any
        return not self._lexical.knows(word) and (
            is_named or (word.isascii() and not self._embedder.knows(word) and not word.isdigit())
        )

    def vectors(self, texts: Sequence[str], *, shipped_as: str) -> NDArray[np.float32]:
        """Return one unit vector a text, from the shipped vector file of that name where it holds them."""
        return vectors_for(texts, load_vectors(self._knowledge / "index", shipped_as), self._embedder)

    def embed(self, text: str) -> NDArray[np.float32]:
        """Return the unit vector of one text."""
        return self._embedder.embed(text)

    def warm_up(self) -> None:
        """Load model, vectors and lexical index in the calling thread."""
        self.search("warm up", limit=1)

    def start_store(self) -> None:
        """Open (or build) Chroma in the background; until it is ready the search is exact, with the same best section."""
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
    def is_opening_store(self) -> bool:
        """Whether Chroma is being opened or built in the background right now."""
        return self._store_thread is not None and self._store_thread.is_alive()

    @property
    def store_path(self) -> Path:
        return store.store_path(self._cache, self.corpus.fingerprint)

    def close(self) -> None:
        with self._loading:
            if self._store is not None:
                self._store.close()
                self._store = None

    # --- loading ---

    @property
    def corpus(self) -> Corpus:
        """The sections that are searched. Raises GuideError when a guide cannot be read."""
        return self._compiled.corpus

    @cached_property
    def _compiled(self) -> Compiled:
        with self._loading:
            return load_compiled(self._knowledge, self._own, self._cache, self._embedder)

    @cached_property
    def _exact(self) -> store.ExactSearch:
        with self._loading:
            return store.ExactSearch(self._compiled.matrix)

    @property
    def _lexical(self) -> LexicalIndex:
        return self._compiled.lexical

    @cached_property
    def _technologies(self) -> Technologies:
        return Technologies.load(self._knowledge)

    def _open_store(self) -> None:
        try:
            if self._chroma_url:
                opened: store.VectorSearch = store.connect(
                    self._chroma_url, self.corpus.fingerprint, self._compiled.matrix
                )
            else:
                opened = store.open_or_build(self.store_path, self._compiled.matrix)
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
                return current.nearest(vector, min(_NEAREST, len(self._compiled.rows)))
            except store.StoreUnavailable as error:
                self.store_problem = str(error)
                self._store = None
                log.warning("searching exactly from here on: %s", error)
        return self._exact.nearest(vector, _NEAREST)

    # --- ranking ---

    def _understood(self, question: str) -> _Question:
        text = self.corrected(question)
        return _Question(views=views(text), terms=telling_terms(text), named=self.named_in(question))

    def _similarities(self, texts: Sequence[str]) -> Similarities:
        near = [self._nearest(self._embedder.embed(text)) for text in texts]
        best: dict[int, float] = {}
        for found in (item for items in near for item in items):
            best[found.position] = max(found.similarity, best.get(found.position, -1.0))
        gathered = Similarities(floor=min((items[-1].similarity for items in near if items), default=0.0))
        for position, similarity in best.items():
            section, kind = self._compiled.rows[position]
            gathered.add(section, kind, position, similarity)
        return gathered

    def _lexical_scores(self, words: Sequence[str]) -> dict[int, float]:
        """Return BM25 scores divided by the best one."""
        found = self._lexical.search(words, limit=_LEXICAL)
        top = found[0][1] if found else 1.0
        return {at: bm25 / top for at, bm25 in found}


def identifiers(question: str) -> tuple[str, ...]:
    """Return what a question names literally: headers, status codes, RFCs, functions, SQL phrases, media types."""
    found = (" ".join(match.group().lower().split()) for match in _IDENTIFIER.finditer(question))
    return tuple(dict.fromkeys(found))


def views(question: str) -> tuple[str, ...]:
    """Return the texts to embed: the question, and for a long or a manifold one its questions one by one."""
    asked = questions_in(question)
    if len(question.split()) <= _LONG_WORDS and len(asked) < 2:
        return (question,)
    return tuple(dict.fromkeys([question, *asked[: _MAX_VIEWS - 1]]))


def questions_in(text: str) -> list[str]:
    """Return the questions a text asks: its interrogative sentences and their coordinated halves, else its last sentence."""
    sentences = [sentence.strip() for sentence in _SENTENCE.findall(text) if len(sentence.split()) >= _FEWEST_WORDS]
    asking = [sentence for sentence in sentences if sentence.endswith("?")] or sentences[-1:]
    halves = [half.strip(" ,") for sentence in asking for half in _SECOND_QUESTION.split(sentence)]
    return [half for half in halves if len(half.split()) >= _FEWEST_WORDS]


def telling_terms(question: str) -> tuple[str, ...]:
    """Return the terms to look up: of a long story those of its questions, when they say enough by themselves."""
    everything = tuple(query_terms(question))
    if len(question.split()) <= _LONG_WORDS:
        return everything
    asked = tuple(query_terms(" ".join(questions_in(question))))
    return asked if len(asked) >= _ENOUGH_TERMS else everything
