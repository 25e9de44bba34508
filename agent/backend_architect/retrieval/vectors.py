"""The vectors that ship with the guides: one file a guide, rows keyed by the content they were made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from backend_architect.knowledge.passages import passages
from backend_architect.retrieval.embedder import DIMENSIONS, Embedder, text_key
from backend_architect.types import Passage, Section

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def load_vectors(folder: Path) -> dict[bytes, NDArray[np.float32]]:
    """Return every stored vector by key; a file that cannot be read is skipped, its texts are embedded again."""
    import numpy as np

    found: dict[bytes, NDArray[np.float32]] = {}
    for path in sorted(folder.rglob("*.npz")):
        try:
            with np.load(path, allow_pickle=False) as stored:
                keys, rows = stored["keys"], stored["vectors"].astype(np.float32)
        except (OSError, ValueError, KeyError, EOFError):
            continue
        if keys.ndim == 2 and rows.shape == (len(keys), DIMENSIONS):
            found.update(zip((key.tobytes() for key in keys), rows, strict=True))
    return found


def vectors_for(
    texts: Iterable[Passage], stored: Mapping[bytes, NDArray[np.float32]], embedder: Embedder
) -> NDArray[np.float32]:
    """Return one row a passage: the stored vector, or a new one for a text that is not stored."""
    import numpy as np

    rows = []
    for passage in texts:
        row = stored.get(text_key(passage.text))
        rows.append(as_stored(embedder.embed(passage.text)) if row is None else row)
    return np.stack(rows) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)


def as_stored(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the vector with the precision of the files, so that fresh and stored vectors rank alike."""
    import numpy as np

    return vector.astype(np.float16).astype(np.float32)


def guide_file(folder: Path, guide: str) -> Path:
    return folder / f"{guide}.npz"


def stale_guides(guides: Mapping[str, tuple[Section, ...]], folder: Path) -> list[str]:
    """Return the guides whose vector file lacks a text, or holds texts that are no longer there, or whose guide is gone."""
    stale = [guide for guide, sections in guides.items() if _keys_in(guide_file(folder, guide)) != _keys_of(sections)]
    orphans = {p.relative_to(folder).with_suffix("").as_posix() for p in folder.rglob("*.npz")} - set(guides)
    return stale + sorted(orphans)


def build_vectors(guides: Mapping[str, tuple[Section, ...]], folder: Path, embedder: Embedder) -> list[str]:
    """Bring the vector files up to date, embedding only what changed; return the guides that were written or removed."""
    import numpy as np

    stored = load_vectors(folder)
    changed = stale_guides(guides, folder)
    for guide in changed:
        path = guide_file(folder, guide)
        if guide not in guides:
            path.unlink()
            continue
        texts = {text_key(p.text): p for section in guides[guide] for p in passages(section)}
        order = sorted(texts)
        rows = vectors_for([texts[key] for key in order], stored, embedder).astype(np.float16)
        path.parent.mkdir(parents=True, exist_ok=True)
        keys = np.frombuffer(b"".join(order), dtype=np.uint8).reshape(-1, 16)
        np.savez(path, keys=keys, vectors=rows)
    return changed


def _keys_of(sections: tuple[Section, ...]) -> set[bytes]:
    return {text_key(passage.text) for section in sections for passage in passages(section)}


def _keys_in(path: Path) -> set[bytes]:
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as stored:
            return {key.tobytes() for key in stored["keys"]}
    except (OSError, ValueError, KeyError, EOFError):
        return set()
