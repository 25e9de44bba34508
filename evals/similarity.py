"""How alike two texts are to the bundled embedder: a second opinion for nuggets, which never decides alone."""

from __future__ import annotations

from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

EMBEDDER_DIR = Path(__file__).resolve().parents[1] / "knowledge" / "embedder"
PIECES_READ = 256
_REMEMBERED = 20_000


class BundledEmbedder:
    """The model of `knowledge/embedder`, run as directly as it can be. Usable as LangChain `Embeddings`."""

    # Any: neither library has types
    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(EMBEDDER_DIR / "tokenizer.json"))
        tokenizer.enable_truncation(PIECES_READ)
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(str(EMBEDDER_DIR / "model-int8.onnx"), options)

    def embed_query(self, text: str) -> list[float]:
        encoded = self._tokenizer.encode(text)
        ids, mask = (np.array([row], dtype=np.int64) for row in (encoded.ids, encoded.attention_mask))
        (vectors,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        values: list[float] = vectors[0].tolist()
        return values

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]


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
