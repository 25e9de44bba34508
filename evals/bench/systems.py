"""The searches that are compared: ours, and what one gets from the parts without us.

All of them read the same guides, and those that embed use the same bundled model.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from backend_architect import Architect, Settings
from evals.similarity import BundledEmbedder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"
CHUNK_CHARACTERS = 1000
CHUNK_OVERLAP = 100
PASSAGE_WORDS = 150
FETCHED = 60

_ANCHOR = re.compile(r"\{#([a-z0-9-]+)\}\s*$")


class System(Protocol):
    """A search over sections. `build` writes to the folder, `open` reads it in a fresh process."""

    def build(self, folder: Path) -> None: ...

    def open(self, folder: Path) -> None: ...

    def search(self, question: str, limit: int) -> Sequence[str]: ...


class Ours:
    """The product, through its public API; the index is built from the vectors that ship with the guides."""

    def __init__(self) -> None:
        self._architect: Architect | None = None

    def build(self, folder: Path) -> None:
        self.open(folder)
        assert self._architect is not None
        self._architect.build_index()

    def open(self, folder: Path) -> None:
        self._architect = Architect(settings=Settings(use_model=False, cache_dir=folder, data_dir=folder))

    def search(self, question: str, limit: int) -> Sequence[str]:
        assert self._architect is not None
        return [hit.ref for hit in self._architect.search(question, limit=limit)]


class LangChainChroma:
    """The tutorial: heading splitter, recursive splitter, Chroma, similarity search."""

    def build(self, folder: Path) -> None:
        from langchain_text_splitters import MarkdownHeaderTextSplitter, RecursiveCharacterTextSplitter

        by_heading = MarkdownHeaderTextSplitter([("#", "guide"), ("##", "section")], strip_headers=False)
        by_length = RecursiveCharacterTextSplitter(chunk_size=CHUNK_CHARACTERS, chunk_overlap=CHUNK_OVERLAP)
        chunks = []
        for guide, text in guide_texts():
            for document in by_length.split_documents(by_heading.split_text(text)):
                anchor = _ANCHOR.search(document.metadata.get("section", ""))
                if anchor:
                    chunks.append((f"{guide}#{anchor.group(1)}", document.page_content))
        self.open(folder)
        self.add(chunks)

    def add(self, chunks: Sequence[tuple[str, str]]) -> None:
        """Store (ref, text) pairs."""
        self._store.add_texts([text for _, text in chunks], metadatas=[{"ref": ref} for ref, _ in chunks])

    def open(self, folder: Path) -> None:
        from chromadb.config import Settings as ChromaSettings
        from langchain_chroma import Chroma

        self._store: Any = Chroma(
            "guides",
            embedding_function=BundledEmbedder(),  # type: ignore[arg-type]  # duck-typed, as LangChain allows
            persist_directory=str(folder),
            client_settings=ChromaSettings(anonymized_telemetry=False, is_persistent=True),
            collection_configuration={"hnsw": {"space": "cosine"}},
        )

    def search(self, question: str, limit: int) -> Sequence[str]:
        found = self._store.similarity_search(question, k=FETCHED)
        return _distinct((document.metadata["ref"] for document in found), limit)


class Bm25:
    """Words alone: rank_bm25 over whole sections, rebuilt in each process because it only persists as a pickle."""

    def build(self, folder: Path) -> None:
        self.open(folder)

    def open(self, folder: Path) -> None:  # noqa: ARG002 - nothing is kept on disk
        from rank_bm25 import BM25Okapi

        texts = dict(section_texts())
        self._refs = list(texts)
        self._index = BM25Okapi([_words(text) for text in texts.values()])

    def search(self, question: str, limit: int) -> Sequence[str]:
        scores = self._index.get_scores(_words(question))
        ranked = sorted(zip(self._refs, scores, strict=True), key=lambda pair: (-pair[1], pair[0]))
        return [ref for ref, score in ranked[:limit] if score > 0]


class Dense:
    """Meaning alone: passages of 150 words with title and question in front, exact cosine, best passage counts."""

    def __init__(self) -> None:
        self._embedder = BundledEmbedder()

    def build(self, folder: Path) -> None:
        import numpy as np

        passages = list(_passages())
        matrix = np.array(self._embedder.embed_documents([text for _, text in passages]), dtype=np.float32)
        np.save(folder / "vectors.npy", matrix)
        (folder / "refs.json").write_text(json.dumps([ref for ref, _ in passages]), encoding="utf-8")
        self.open(folder)

    def open(self, folder: Path) -> None:
        import numpy as np

        self._matrix: NDArray[np.float32] = np.load(folder / "vectors.npy")
        self._refs: list[str] = json.loads((folder / "refs.json").read_text(encoding="utf-8"))

    def search(self, question: str, limit: int) -> Sequence[str]:
        import numpy as np

        similar = self._matrix @ np.array(self._embedder.embed_query(question), dtype=np.float32)
        order = np.argsort(-similar, kind="stable")
        return _distinct((self._refs[at] for at in order), limit)


SYSTEMS: dict[str, type[System]] = {
    "ours": Ours,
    "LangChain splitter + Chroma": LangChainChroma,
    "BM25 alone": Bm25,
    "dense alone": Dense,
}


def guide_texts() -> Iterator[tuple[str, str]]:
    """Yield (guide id, Markdown without front matter) of everything that is indexed."""
    root = KNOWLEDGE / "guides"
    for path in sorted(root.rglob("*.md")):
        yield path.relative_to(root).with_suffix("").as_posix(), _body(path)
    yield "scope", _body(KNOWLEDGE / "scope.md")


def section_texts() -> Iterator[tuple[str, str]]:
    """Yield (ref, Markdown) of each section."""
    for guide, text in guide_texts():
        for part in re.split(r"(?m)^(?=## )", text):
            heading = part.partition("\n")[0]
            anchor = _ANCHOR.search(heading)
            if anchor:
                yield f"{guide}#{anchor.group(1)}", part


def _passages() -> Iterator[tuple[str, str]]:
    for ref, text in section_texts():
        heading = _ANCHOR.sub("", text.partition("\n")[0]).removeprefix("## ").strip()
        held: list[str] = []
        for block in (*re.split(r"\n\s*\n", text), ""):
            if held and (not block or len(" ".join([*held, block]).split()) > PASSAGE_WORDS):
                yield ref, heading + "\n" + "\n".join(held)
                held = []
            held.append(block)


def _body(path: Path) -> str:
    return re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _distinct(refs: Iterator[str], limit: int) -> list[str]:
    return list(dict.fromkeys(refs))[:limit]


def main() -> None:
    """Open a built system in this fresh process and search once; the caller times the whole."""
    name, folder, question = sys.argv[1:]
    system = SYSTEMS[name]()
    system.open(Path(folder))
    print(system.search(question, 5))


if __name__ == "__main__":
    main()
