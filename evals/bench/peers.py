"""Our search beside what LangChain and LlamaIndex give: same guides, same questions, same embedding model.

Runs in an environment of its own (`make bench-peers`, versions in peers.txt). Nothing else imports it.
"""

from __future__ import annotations

import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from evals.bench.systems import FETCHED, LangChainChroma, Ours, guide_texts
from evals.similarity import BundledEmbedder

CHUNK_CHARACTERS, CHUNK_OVERLAP = 1000, 200  # LangChain's own tutorial
FITTED_TOKENS, FITTED_OVERLAP = 200, 40  # about what the embedding model reads of a text (256 word pieces)
COLD_STARTS = 3
SPLITS = ("dev", "test")
SHOWN = ("recall@1", "recall@3", "recall@5", "ndcg@10")
WORKER = "from evals.bench.peers import search_once; search_once()"

_SECTION = re.compile(r"(?m)^## .*\{#([a-z0-9-]+)\}\s*$")


class Span(NamedTuple):
    """A piece of a guide, by the positions of its characters."""

    guide: str
    start: int
    end: int


class Peer(Protocol):
    """A search. `build` writes to the folder, `open` reads it in a fresh process; found are sections or pieces."""

    def build(self, folder: Path) -> None: ...

    def open(self, folder: Path) -> None: ...

    def search(self, question: str, limit: int) -> Sequence[str | Span]: ...


class LangChainPlain(LangChainChroma):
    """Plain text splitter, Chroma, similarity search."""

    def build(self, folder: Path) -> None:
        self.open(folder)
        self._store.add_documents(_langchain_documents())

    def search(self, question: str, limit: int) -> Sequence[Any]:  # noqa: ARG002 - chunks of a section count once
        return [_langchain_span(found) for found in self._store.similarity_search(question, k=FETCHED)]


class LangChainEnsemble(LangChainPlain):
    """The same store and BM25 over the same chunks, fused by EnsembleRetriever with its equal weights."""

    def build(self, folder: Path) -> None:
        super().build(folder)
        self.open(folder)

    def open(self, folder: Path) -> None:
        from langchain_classic.retrievers import EnsembleRetriever
        from langchain_community.retrievers import BM25Retriever

        super().open(folder)
        # Its default splits at blanks only, so that "Retry?" is not the word "retry".
        words = BM25Retriever.from_documents(_langchain_documents(), k=FETCHED, preprocess_func=_words)
        self._retriever = EnsembleRetriever(
            retrievers=[words, self._store.as_retriever(search_kwargs={"k": FETCHED})], weights=[0.5, 0.5]
        )

    def search(self, question: str, limit: int) -> Sequence[Any]:  # noqa: ARG002
        return [_langchain_span(found) for found in self._retriever.invoke(question)]


class LlamaIndexDefault:
    """Sentence splitter and vector index as they come."""

    chunking: Mapping[str, int] = {}

    def build(self, folder: Path) -> None:
        from llama_index.core import Document, VectorStoreIndex
        from llama_index.core.node_parser import SentenceSplitter

        index = VectorStoreIndex.from_documents(
            [Document(text=text, id_=guide) for guide, text in guide_texts()],
            transformations=[SentenceSplitter(**self.chunking)],
            embed_model=_llama_embedder(),
        )
        index.storage_context.persist(str(folder))
        self._retriever: Any = index.as_retriever(similarity_top_k=FETCHED)

    def open(self, folder: Path) -> None:
        from llama_index.core import StorageContext, load_index_from_storage

        stored = StorageContext.from_defaults(persist_dir=str(folder))
        index = load_index_from_storage(stored, embed_model=_llama_embedder())
        self._retriever = index.as_retriever(similarity_top_k=FETCHED)

    def search(self, question: str, limit: int) -> Sequence[Span]:  # noqa: ARG002
        nodes = (found.node for found in self._retriever.retrieve(question))
        return [Span(node.ref_doc_id, node.start_char_idx, node.end_char_idx) for node in nodes]


class LlamaIndexFitted(LlamaIndexDefault):
    """The same with chunks that the embedding model reads whole."""

    chunking = {"chunk_size": FITTED_TOKENS, "chunk_overlap": FITTED_OVERLAP}  # noqa: RUF012 - never changed


PEERS: dict[str, tuple[type[Peer], tuple[str, ...]]] = {
    "ours": (Ours, ("backend-api-architect",)),
    "LangChain text splitter + Chroma": (
        LangChainPlain,
        ("langchain-core", "langchain-text-splitters", "langchain-chroma", "chromadb"),
    ),
    "LangChain ensemble: BM25 + the same Chroma": (
        LangChainEnsemble,
        ("langchain-classic", "langchain-community", "rank-bm25"),
    ),
    "LlamaIndex defaults": (LlamaIndexDefault, ("llama-index-core",)),
    "LlamaIndex, chunks fitted to the embedder": (LlamaIndexFitted, ("llama-index-core",)),
}


def section_spans() -> dict[str, list[tuple[Span, str]]]:
    """Return where each section lies, with its ref, by guide."""
    spans = {}
    for guide, text in guide_texts():
        headings = list(_SECTION.finditer(text))
        ends = [*(heading.start() for heading in headings[1:]), len(text)]
        spans[guide] = [
            (Span(guide, heading.start(), end), f"{guide}#{heading.group(1)}")
            for heading, end in zip(headings, ends, strict=True)
        ]
    return spans


def covered(piece: Span, sections: Sequence[tuple[Span, str]]) -> list[str]:
    """Return the sections a piece counts as, most of it first: the overlap is at least half of the shorter one."""
    overlaps = [
        (min(piece.end, section.end) - max(piece.start, section.start), section, ref) for section, ref in sections
    ]
    return [
        ref
        for overlap, section, ref in sorted(overlaps, key=lambda each: (-each[0], each[1].start))
        if overlap > 0 and 2 * overlap >= min(piece.end - piece.start, section.end - section.start)
    ]


def search_once() -> None:
    """Open a built search in this fresh process and search once; the caller times the whole."""
    name, folder, question = sys.argv[1:]
    peer = PEERS[name][0]()
    peer.open(Path(folder))
    peer.search(question, 5)


def main() -> None:
    """Measure on this machine and print one Markdown table."""
    from evals import dataset
    from evals.bench.figures import table
    from evals.loader import load_cases
    from evals.schema import LABELLED
    from evals.targets import offline_architect

    with offline_architect() as architect:
        sections = architect.sections()
    ready = dataset.check(load_cases(), sections, dataset.planned_sections()).ready
    cases = [case for case in ready if case.kind in LABELLED and case.expected_sections]
    counts = " and ".join(f"{sum(case.split == split for case in cases)} {split}" for split in SPLITS)
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load} before the run; ", end="")
    print(f"{len(sections)} sections, {counts} cases. Quality: dev / test.\n", flush=True)
    head = ("system", *SHOWN, "query p50 / p95 ms", "index s", "cold start s", "versions")
    print(table(head, ()))
    with tempfile.TemporaryDirectory() as folder:
        for at, name in enumerate(PEERS):  # printed one by one: the whole takes half an hour
            print(table(head, [_row(name, cases, Path(folder) / str(at))]).splitlines()[-1], flush=True)


def _row(name: str, cases: Sequence[Any], folder: Path) -> Sequence[str]:
    from evals.metrics import retrieval
    from evals.metrics.score import mean, percentile
    from evals.targets import asked_text

    folder.mkdir()
    kind, libraries = PEERS[name]
    peer = kind()
    start = time.perf_counter()
    peer.build(folder)
    index_seconds = time.perf_counter() - start
    peer.search(cases[0].question, retrieval.DEPTH)
    spans = section_spans()
    times: list[float] = []
    scores: dict[str, list[Any]] = {split: [] for split in SPLITS}
    for case in cases:
        start = time.perf_counter()
        found = peer.search(asked_text(case), retrieval.DEPTH)
        times.append((time.perf_counter() - start) * 1000)
        refs = [
            ref for each in found for ref in ([each] if isinstance(each, str) else covered(each, spans[each.guide]))
        ]
        scores[case.split].append(retrieval.scores(case, refs))
    cold = statistics.median(_cold_start(name, folder, cases[0].question) for _ in range(COLD_STARTS))
    means = {
        (key, split): mean(key, (each[key] for each in scores[split])).value or 0.0 for key in SHOWN for split in SPLITS
    }
    return (
        name,
        *(" / ".join(f"{means[key, split]:.3f}" for split in SPLITS) for key in SHOWN),
        f"{percentile(times, 0.50):.1f} / {percentile(times, 0.95):.1f}",
        f"{index_seconds:.1f}",
        f"{cold:.2f}",
        ", ".join(f"{library} {version(library)}" for library in libraries),
    )


def _cold_start(name: str, folder: Path, question: str) -> float:
    start = time.perf_counter()
    subprocess.run((sys.executable, "-c", WORKER, name, str(folder), question), check=True, capture_output=True)
    return time.perf_counter() - start


def _langchain_documents() -> list[Any]:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_CHARACTERS, chunk_overlap=CHUNK_OVERLAP, add_start_index=True
    )
    guides = dict(guide_texts())
    return splitter.create_documents(list(guides.values()), [{"guide": guide} for guide in guides])


def _langchain_span(document: Any) -> Span:
    start = document.metadata["start_index"]
    return Span(document.metadata["guide"], start, start + len(document.page_content))


def _llama_embedder() -> Any:
    from llama_index.core.embeddings import BaseEmbedding

    model = BundledEmbedder()

    class Bundled(BaseEmbedding):  # type: ignore[misc]  # LlamaIndex is not installed where types are checked
        def _get_query_embedding(self, query: str) -> list[float]:
            return model.embed_query(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return model.embed_query(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            return model.embed_query(text)

    return Bundled()


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


if __name__ == "__main__":
    main()
