"""The corpus ready to be searched, kept in the cache folder so that a process starts without reading sixty guides.

A folder `corpus-<stamp>` holds the parsed sections, the word index and the vectors of passages and of symptoms. The
stamp names the guide files by path, size and time of change, so an edited guide is a new folder; checksums tell a damaged
one, which is then built again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import mmap
import os
import shutil
import sqlite3
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pydantic import TypeAdapter

from backend_architect.knowledge import Corpus
from backend_architect.knowledge.passages import passages, symptom_texts
from backend_architect.retrieval.embedder import EMBEDDER_ID, Embedder
from backend_architect.retrieval.lexical import LexicalIndex
from backend_architect.retrieval.vectors import load_vectors, vectors_for
from backend_architect.types import PassageKind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger("backend_architect")

# Raised when the layout of the folder changes, so that an older one is not read.
_FORMAT = 4
_KEPT = 3
_CORPUS, _WORDS, _SUMS = "corpus.json", "words.sqlite", "sums.json"
_VECTORS, _SYMPTOMS = "vectors.npy", "symptoms.npy"
_KINDS: tuple[PassageKind, ...] = get_args(PassageKind)
# What the file of the corpus holds: the sections, and of each passage its section and its kind.
_Content = tuple[Corpus, list[tuple[int, int]]]


@dataclass(frozen=True)
class Compiled:
    """Sections, the row of each passage as (section position, kind), one vector a row, and the word index.

    `symptoms` has one vector for the symptom of each pitfall, in the order of the sections.
    """

    corpus: Corpus
    rows: list[tuple[int, PassageKind]]
    matrix: NDArray[np.float32]
    symptoms: NDArray[np.float32]
    lexical: LexicalIndex

    def symptoms_of(self, section: int) -> NDArray[np.float32]:
        """Return the vectors of the symptoms of a section, one for each of its pitfalls."""
        first = self._first_symptoms[section]
        return self.symptoms[first : first + len(self.corpus.sections[section].pitfalls)]

    def details_of(self, section: int) -> NDArray[np.float32]:
        """Return the vectors of the narrower questions of a section, one for each of its details."""
        end = self._first_rows[section] + self._row_counts[section]
        return self.matrix[end - len(self.corpus.sections[section].details) : end]

    @cached_property
    def _first_symptoms(self) -> list[int]:
        return list(accumulate((len(section.pitfalls) for section in self.corpus.sections), initial=0))

    def passage_text(self, row: int) -> str:
        """Return the text of a passage; the rows of a section stand together, in the order they are cut."""
        section = self.rows[row][0]
        if section not in self._texts:
            self._texts[section] = [passage.text for passage in passages(self.corpus.sections[section])]
        return self._texts[section][row - self._first_rows[section]]

    @cached_property
    def _first_rows(self) -> dict[int, int]:
        """The first row of each section."""
        return {section: row for row, (section, _) in reversed(list(enumerate(self.rows)))}

    @cached_property
    def _row_counts(self) -> Mapping[int, int]:
        return Counter(section for section, _ in self.rows)

    @cached_property
    def _texts(self) -> dict[int, list[str]]:
        """Passage texts of sections that were among results; cutting one takes a millisecond."""
        return {}


def load_compiled(knowledge: Path, own: Path | None, cache: Path, embedder: Embedder) -> Compiled:
    """Return the compiled corpus from the cache, compiled first when it is missing, damaged or out of date.

    A cache that cannot be written is no reason to fail: the corpus is then compiled in memory. Raises GuideError.
    """
    folder = cache / f"corpus-{_stamp(knowledge, own)}"
    try:
        return _read(folder)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError, IndexError, sqlite3.Error) as error:
        log.info("compiling the guides again: %s", error)
    compiled = _compile(Corpus.load(knowledge, own=own), load_vectors(knowledge / "index"), embedder)
    _write(folder, compiled)
    return compiled


def _compile(corpus: Corpus, stored: dict[bytes, Any], embedder: Embedder) -> Compiled:
    cut = [(at, passage) for at, section in enumerate(corpus.sections) for passage in passages(section)]
    matrix = vectors_for([passage.text for _, passage in cut], stored, embedder)
    symptoms = vectors_for([text for section in corpus.sections for text in symptom_texts(section)], stored, embedder)
    rows: list[tuple[int, PassageKind]] = [(at, passage.kind) for at, passage in cut]
    return Compiled(corpus, rows, matrix, symptoms, LexicalIndex.build(corpus.sections))


def _stamp(knowledge: Path, own: Path | None) -> str:
    digest = hashlib.sha256(f"{_FORMAT} {EMBEDDER_ID}".encode())
    for path in _inputs(knowledge, own):
        state = path.stat()
        digest.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return digest.hexdigest()[:16]


def _inputs(knowledge: Path, own: Path | None) -> Iterator[Path]:
    """Yield the files a compiled corpus depends on, in a stable order."""
    yield from (path for name in ("scope.md", "facts.yaml") if (path := knowledge / name).is_file())
    for folder in ("guides", "questions", "sources", "facts.d"):
        yield from sorted(path for path in (knowledge / folder).rglob("*") if path.is_file())
    if own is not None:
        yield from sorted(path for path in own.rglob("*") if path.suffix in (".md", ".yaml"))


# --- on disk -------------------------------------------------------------------------------------


def _read(folder: Path) -> Compiled:
    import numpy as np

    sums = json.loads((folder / _SUMS).read_text(encoding="utf-8"))
    if sums != _sums(folder):
        message = f"{folder} is not what was written"
        raise ValueError(message)
    corpus, kinds = TypeAdapter(_Content).validate_json((folder / _CORPUS).read_bytes())
    rows: list[tuple[int, PassageKind]] = [(at, _KINDS[kind]) for at, kind in kinds]
    # Mapped, not read: touching fifty megabytes of fresh memory takes longer than all the rest of the start.
    matrix, symptoms = (np.load(folder / name, mmap_mode="r", allow_pickle=False) for name in (_VECTORS, _SYMPTOMS))
    return Compiled(corpus, rows, matrix, symptoms, LexicalIndex.open(folder / _WORDS))


def _write(folder: Path, compiled: Compiled) -> None:
    """Write into a temporary folder and rename it; who comes second finds the name taken and drops its copy."""
    import numpy as np

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=".building-corpus-", dir=folder.parent))
    except OSError as error:
        log.info("the compiled guides are not kept: %s", error)
        return
    try:
        rows = [(at, _KINDS.index(kind)) for at, kind in compiled.rows]
        (building / _CORPUS).write_bytes(TypeAdapter(_Content).dump_json((compiled.corpus, rows)))
        np.save(building / _VECTORS, compiled.matrix)
        np.save(building / _SYMPTOMS, compiled.symptoms)
        compiled.lexical.save(building / _WORDS)
        (building / _SUMS).write_text(json.dumps(_sums(building)), encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
        building.rename(folder)
        _prune(folder)
    except (OSError, sqlite3.Error) as error:
        log.info("the compiled guides are not kept: %s", error)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _sums(folder: Path) -> dict[str, int]:
    return {name: _sum(folder / name) for name in (_CORPUS, _WORDS, _VECTORS, _SYMPTOMS)}


def _sum(path: Path) -> int:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return zlib.crc32(content)


def _prune(newest: Path) -> None:
    """Delete compiled corpora of older guides, keeping a few for other installations that share the cache."""
    others = sorted(newest.parent.glob("corpus-*"), key=os.path.getmtime, reverse=True)
    for old in others[_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
