"""How much a stem tells: rarity over the sentences of the guides, frozen in a file so that runs stay comparable.

`python -m evals weights` writes the file anew from the guides of today. That changes the metrics themselves, so the next
run is not comparable with the baseline until it is blessed.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from backend_architect import Section
from evals.metrics.text import content, prose

WEIGHTS_FILE = Path(__file__).parent / "weights.json"
# Seen in fewer sentences than this, a stem says no more than one never seen, and the file stays small.
_LEAST_COUNT = 3


@dataclass(frozen=True, slots=True)
class Weights:
    """Rarity by stem; `unknown` is that of a stem that no guide uses."""

    by_stem: Mapping[str, float]
    unknown: float

    def of(self, stem: str) -> float:
        return self.by_stem.get(stem, self.unknown)

    @property
    def hash(self) -> str:
        return hashlib.sha256(json.dumps([self.unknown, self.by_stem], sort_keys=True).encode()).hexdigest()[:16]

    @classmethod
    def count(cls, sections: Iterable[Section]) -> Weights:
        """Return the weights of a corpus."""
        seen: Counter[str] = Counter()
        total = 0
        for section in sections:
            for sentence in prose(section.prose).sentences:
                seen.update(content(sentence).signs.keys())
                total += 1
        kept = {stem: _weight(total, count) for stem, count in sorted(seen.items()) if count >= _LEAST_COUNT}
        return cls(kept, _weight(total, _LEAST_COUNT - 1))

    @classmethod
    def load(cls, path: Path = WEIGHTS_FILE) -> Weights:
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(data["by_stem"], data["unknown"])

    def save(self, path: Path = WEIGHTS_FILE) -> None:
        data = {"unknown": self.unknown, "by_stem": self.by_stem}
        path.write_text(json.dumps(data, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")


def _weight(total: int, count: int) -> float:
    return round(math.log(1 + (total + 1) / (count + 1)), 2)
