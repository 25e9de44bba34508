"""Where vectors are searched: Chroma as a disposable cache (or a Chroma server), exact search when neither can be had.

The embedded directory is named by what it was built from, written by one process under a lock, checked by hash before it
is opened and renamed into place only when complete; see docs/decisions/0004-chroma-is-a-cache.md for what that guards against.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from backend_architect.retrieval.embedder import EMBEDDER_ID

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]
    Vector = NDArray[np.float32]

log = logging.getLogger("backend_architect")

_COLLECTION = "passages"
_MANIFEST = "manifest.json"
_BUILDING = ".building-"
_OPENING = ".opening-"
_LOCK_SECONDS = 60
_STALE_BUILD_SECONDS = 3600
_BATCH = 5000


class StoreUnavailable(Exception):
    """The store cannot be used; the message says why. Search goes on exactly."""


@dataclass(frozen=True, slots=True)
class Near:
    """A passage close to a query: its position in the passage list and its cosine similarity."""

    position: int
    similarity: float


class VectorSearch(Protocol):
    name: str

    def nearest(self, vector: Vector, limit: int) -> list[Near]: ...

    def close(self) -> None: ...


class ExactSearch:
    """Every passage compared with the query: always right, fast enough below some 20,000 passages."""

    name = "exact"

    def __init__(self, matrix: Matrix) -> None:
        self._matrix = matrix

    def nearest(self, vector: Vector, limit: int) -> list[Near]:
        """Return the closest passages, best first; equal similarities go by position."""
        import numpy as np

        similarities = self._matrix @ vector
        order = np.lexsort((np.arange(len(similarities)), -similarities))[:limit]
        return [Near(int(at), float(similarities[at])) for at in order]

    def close(self) -> None:
        return None


class ChromaSearch:
    """A Chroma collection of the same passages."""

    def __init__(self, client: Any, collection: Any, name: str) -> None:
        self._client = client
        self._collection = collection
        self.name = name

    def nearest(self, vector: Vector, limit: int) -> list[Near]:
        """Return the closest passages, best first; raise StoreUnavailable when the store fails."""
        try:
            found = self._collection.query(query_embeddings=[vector], n_results=limit, include=["distances"])
        except BaseException as error:
            raise _unavailable(error, "query failed") from error
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        near = [Near(int(key), 1.0 - float(distance)) for key, distance in pairs]
        return sorted(near, key=lambda item: (-item.similarity, item.position))

    def close(self) -> None:
        try:
            self._client.close()
            # The HTTP client of a server connection is not closed with it, and would leave a socket open.
            session = getattr(getattr(self._client, "_server", None), "_session", None)
            if session is not None:
                session.close()
        except Exception as error:  # noqa: BLE001 - closing is best effort: the answer is already given
            log.debug("closing Chroma failed: %s", error)


# --- embedded ----------------------------------------------------------------------------------


def store_path(cache: Path, corpus: str) -> Path:
    """Return the directory of the embedded store for this corpus, embedder and Chroma version. Imports no Chroma."""
    from importlib.metadata import version

    embedder = hashlib.sha256(EMBEDDER_ID.encode()).hexdigest()[:8]
    return cache / f"chroma-{version('chromadb')}-{embedder}-{corpus}"


def is_built(path: Path) -> bool:
    return (path / _MANIFEST).is_file()


def open_or_build(path: Path, matrix: Matrix) -> ChromaSearch:
    """Return the embedded store at `path`, built first when it is missing or broken. Raises StoreUnavailable."""
    _require_sqlite()
    from filelock import FileLock, Timeout

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if is_built(path):
            try:
                return _opened(path, matrix)
            except StoreUnavailable as broken:
                log.info("rebuilding the index: %s", broken)
        with FileLock(path.parent / "build.lock", timeout=_LOCK_SECONDS):
            return _opened_or_rebuilt(path, matrix)
    except Timeout as error:
        raise StoreUnavailable(f"another process has been building the index for {_LOCK_SECONDS} s") from error
    except OSError as error:
        raise StoreUnavailable(f"cache folder {path.parent} cannot be used: {error}") from error


def _opened_or_rebuilt(path: Path, matrix: Matrix) -> ChromaSearch:
    """Open what another process may have built while this one waited for the lock, else build it."""
    if is_built(path):
        try:
            return _opened(path, matrix)
        except StoreUnavailable:
            _discard(path)
    _remove_leftovers(path.parent)
    building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=path.parent))
    try:
        _build(building, matrix)
        if path.exists():
            _discard(path)
        building.replace(path)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return _opened(path, matrix)


def _build(folder: Path, matrix: Matrix) -> None:
    client = _client(folder)
    try:
        _fill(client.create_collection(_COLLECTION, **_collection_options(len(matrix))), matrix)
    except BaseException as error:
        raise _unavailable(error, "building failed") from error
    finally:
        client.close()
    manifest = {"count": len(matrix), "files": _hashes(folder)}
    (folder / _MANIFEST).write_text(json.dumps(manifest, sort_keys=True), encoding="utf-8")


def _fill(collection: Any, matrix: Matrix) -> None:
    for start in range(0, len(matrix), _BATCH):
        rows = matrix[start : start + _BATCH]
        # Vectors only: texts and metadata would triple size and build time, and sections are in memory anyway.
        collection.upsert(ids=[str(start + at) for at in range(len(rows))], embeddings=rows)


def _collection_options(count: int) -> dict[str, Any]:
    # Distance must be named now and cannot be changed later; an embedding function would be downloaded at first use.
    # The vector file is written once, after the last row: with Chroma's default threshold a remainder stays in its log,
    # is replayed at every opening, and the files change under their hashes.
    hnsw = {
        "space": "cosine",
        "ef_search": 1200,
        "sync_threshold": max(2, count),
        "batch_size": min(100, max(2, count)),
    }
    return {"embedding_function": None, "configuration": {"hnsw": hnsw}}


def _opened(path: Path, matrix: Matrix) -> ChromaSearch:
    """Open a complete store after checking it; a store whose last opening killed a process counts as broken."""
    _check(path, len(matrix))
    mark = path / f"{_OPENING}{os.getpid()}"
    for left in path.glob(f"{_OPENING}*"):
        if not _is_alive(int(left.name.removeprefix(_OPENING) or 0)):
            raise StoreUnavailable(f"{path} crashed the process that opened it last")
    mark.touch()
    try:
        client = _client(path)
        search = ChromaSearch(client, client.get_collection(_COLLECTION, embedding_function=None), "chroma")
        if len(matrix):
            _probe(search, matrix)
        return search
    except StoreUnavailable:
        raise
    except BaseException as error:
        raise _unavailable(error, f"{path} cannot be opened") from error
    finally:
        mark.unlink(missing_ok=True)


def _check(path: Path, count: int) -> None:
    """Raise unless the vector files are the very ones that were built: damaged ones can crash the interpreter."""
    try:
        manifest = json.loads((path / _MANIFEST).read_text(encoding="utf-8"))
        intact = manifest["count"] == count and manifest["files"] == _hashes(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreUnavailable(f"{path / _MANIFEST} is unreadable: {error}") from error
    if not intact:
        raise StoreUnavailable(f"{path} is not what was built")


def _probe(search: ChromaSearch, matrix: Matrix) -> None:
    """One known query: a store that lost its vectors opens without an error and answers with too little."""
    wanted = min(10, len(matrix))
    near = search.nearest(matrix[len(matrix) // 2], wanted)
    if len(near) < wanted or near[0].similarity < 0.99:
        search.close()
        raise StoreUnavailable("the store answers a known query wrongly")


def _hashes(folder: Path) -> dict[str, str]:
    # chroma.sqlite3 changes whenever it is opened, the vector files do not.
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".bin", ".pickle"))
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))


def _discard(path: Path) -> None:
    """Move a store out of the way before deleting it: a reader that still has it open goes on undisturbed."""
    away = path.with_name(f"{_BUILDING}discarded-{os.getpid()}-{time.monotonic_ns()}")
    path.replace(away)
    shutil.rmtree(away, ignore_errors=True)


def _remove_leftovers(cache: Path) -> None:
    """Delete what killed builds left behind; the lock is held, but a discarded store may still have a reader."""
    now = time.time()
    for left in cache.glob(f"{_BUILDING}*"):
        try:
            if now - left.stat().st_mtime > _STALE_BUILD_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
        except OSError:
            continue


def clear(cache: Path) -> list[Path]:
    """Delete every store and compiled corpus of a cache folder, of whatever version; return what was deleted."""
    gone = sorted([*cache.glob("chroma-*"), *cache.glob("corpus-*"), *cache.glob(f"{_BUILDING}*")])
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return gone


def _is_alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _require_sqlite() -> None:
    import sqlite3

    if sqlite3.sqlite_version_info < (3, 35):
        raise StoreUnavailable(f"Chroma needs SQLite 3.35, this Python has {sqlite3.sqlite_version}")


# --- server ------------------------------------------------------------------------------------


def connect(url: str, corpus: str, matrix: Matrix) -> ChromaSearch:
    """Return the collection of this corpus on a Chroma server, filled first when it is missing. Raises StoreUnavailable."""
    import chromadb
    from chromadb.config import Settings

    parts = urlsplit(url)
    name = f"architect-{hashlib.sha256(EMBEDDER_ID.encode()).hexdigest()[:8]}-{corpus}"
    try:
        # A Settings object of its own: the client changes the one it is given.
        client = chromadb.HttpClient(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or (443 if parts.scheme == "https" else 8000),
            ssl=parts.scheme == "https",
            settings=Settings(anonymized_telemetry=False),
        )
        collection = client.get_or_create_collection(name, **_collection_options(len(matrix)))
        if collection.count() < len(matrix):
            # Rows have fixed ids, so two processes filling at once write the same rows twice and lose nothing.
            _fill(collection, matrix)
    except BaseException as error:
        raise _unavailable(error, f"Chroma server {url} cannot be used") from error
    return ChromaSearch(client, collection, f"chroma at {parts.hostname}:{parts.port or 8000}")


def _unavailable(error: BaseException, what: str) -> StoreUnavailable:
    """Translate whatever Chroma raised, its Rust panics (not Exceptions) included; Ctrl-C and exits pass through."""
    if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
        raise error
    return StoreUnavailable(f"{what}: {' '.join(str(error).split())[:200] or type(error).__name__}")
