"""The bundled embedder: int8 MiniLM through onnxruntime, one text at a time."""

from __future__ import annotations

import hashlib
import threading
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend_architect import resources
from backend_architect.knowledge.passages import PIECES_READ

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

DIMENSIONS = 384
_RECENT = 64

# Names model, tokenizer and reading length; a change of any of them makes every stored vector stale.
EMBEDDER_ID = "backend-architect-minilm-int8-daa3d7ba-256"


class Embedder:
    """Turns a text into a unit vector of 384 numbers. Loads at first use; safe to share between threads."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or resources.folder("knowledge") / "embedder"
        self._loading = threading.Lock()
        # Scope and search look at the same question; the second look is free.
        self._recent = lru_cache(maxsize=_RECENT)(self._embed)

    def embed(self, text: str) -> Vector:
        """Return the vector of one text, read-only; what exceeds 256 word pieces is not read.

        One text a call, because int8 results change with the batch a text is in.
        """
        return self._recent(text)

    def _embed(self, text: str) -> Vector:
        import numpy as np

        encoded = self._tokenizer.encode(text)
        ids = np.array([encoded.ids], dtype=np.int64)
        mask = np.array([encoded.attention_mask], dtype=np.int64)
        (vectors,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        vector: Vector = vectors[0]
        vector.flags.writeable = False
        return vector

    def knows(self, word: str) -> bool:
        """Whether a word is one piece of the model's vocabulary: some 25,000 English words and names."""
        return self._tokenizer.token_to_id(word.lower()) is not None

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        # The file carries truncation and padding to 128, which would cut passages and slow down every query.
        tokenizer.enable_truncation(PIECES_READ)
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _session(self) -> Any:
        with self._loading:
            import onnxruntime

            options = onnxruntime.SessionOptions()
            # One thread: a query is ten words, and spinning threads steal the other core from whoever has it.
            options.intra_op_num_threads = 1
            options.inter_op_num_threads = 1
            options.log_severity_level = 3
            return onnxruntime.InferenceSession(
                str(self._folder / "model-int8.onnx"), options, providers=["CPUExecutionProvider"]
            )


def text_key(text: str) -> bytes:
    """Return the 16 bytes under which the vector of a text is kept: they change with the text and with the embedder."""
    return hashlib.blake2b(f"{EMBEDDER_ID}\n{text}".encode(), digest_size=16).digest()
