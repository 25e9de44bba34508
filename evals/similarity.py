"""How alike two texts are to the bundled embedder: a second opinion for nuggets, which never decides alone."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from evals.bench.systems import BundledEmbedder

if TYPE_CHECKING:
    from numpy.typing import NDArray

_REMEMBERED = 20_000


class Embedded:
    """Cosine similarity with the bundled model, read directly so that a change of the product's embedder is seen."""

    def __init__(self) -> None:
        self._embedder = BundledEmbedder()
        self._vector = lru_cache(maxsize=_REMEMBERED)(self._embed)

    def __call__(self, one: str, other: str) -> float:
        return float(self._vector(one) @ self._vector(other))

    def _embed(self, text: str) -> NDArray[np.float32]:
        vector = np.asarray(self._embedder.embed_query(text), dtype=np.float32)
        length = float(np.linalg.norm(vector))
        return vector / length if length else vector
