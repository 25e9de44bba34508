"""The vectors that ship with the guides: one file a guide, rows keyed by the text they were made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from backend_architect.retrieval.embedder import DIMENSIONS, Embedder, text_key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]


def load_vectors(folder: Path, name: str | None = None) -> dict[bytes, Matrix]:
    """Return the stored vectors by key, of one file or of all; what cannot be read is skipped and embedded again."""
    found: dict[bytes, Matrix] = {}
    for path in [_file(folder, name)] if name else sorted(folder.rglob("*.npz")):
        found.update(_read(path))
    return found


def vectors_for(texts: Iterable[str], stored: Mapping[bytes, Matrix], embedder: Embedder) -> Matrix:
    """Return one row a text: the stored vector, or a new one for a text that is not stored."""
    import numpy as np

    rows = []
    for text in texts:
        row = stored.get(text_key(text))
        rows.append(_as_stored(embedder.embed(text)) if row is None else row)
    return np.stack(rows) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)


def stale_files(texts: Mapping[str, Sequence[str]], folder: Path) -> list[str]:
    """Return the names whose vector file lacks a text or holds one that is gone, and of files nobody needs any more."""
    stale = [name for name, wanted in texts.items() if set(_read(_file(folder, name))) != set(map(text_key, wanted))]
    orphans = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.npz")} - set(texts)
    return stale + sorted(orphans)


def build_vectors(texts: Mapping[str, Sequence[str]], folder: Path, embedder: Embedder) -> list[str]:
    """Bring the vector files up to date, embedding only what changed; return the names that were written or removed.

    `texts` gives for each file name (a guide id) the texts that it must hold.
    """
    import numpy as np

    stored = load_vectors(folder)
    changed = stale_files(texts, folder)
    for name in changed:
        path = _file(folder, name)
        if name not in texts:
            path.unlink()
            continue
        by_key = {text_key(text): text for text in texts[name]}
        order = sorted(by_key)
        rows = vectors_for([by_key[key] for key in order], stored, embedder).astype(np.float16)
        keys = np.frombuffer(b"".join(order), dtype=np.uint8).reshape(-1, 16)
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, keys=keys, vectors=rows)
    return changed


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.npz"


def _read(path: Path) -> dict[bytes, Matrix]:
    import numpy as np

    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            keys, rows = stored["keys"], unit(stored["vectors"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}
    if keys.ndim != 2 or rows.shape != (len(keys), DIMENSIONS):
        return {}
    return dict(zip((key.tobytes() for key in keys), rows, strict=True))


def unit(rows: NDArray[np.floating[Any]]) -> Matrix:
    """Return rows of the files with unit length again: at half precision they lose it, and cosine and product differ."""
    import numpy as np

    full = rows.astype(np.float32)
    lengths = np.linalg.norm(full, axis=-1, keepdims=True)
    result: Matrix = full / np.maximum(lengths, np.finfo(np.float32).tiny)
    return result


def _as_stored(vector: Matrix) -> Matrix:
    """Return the vector with the precision of the files, so that fresh and stored vectors rank alike."""
    import numpy as np

    return unit(vector.astype(np.float16))
