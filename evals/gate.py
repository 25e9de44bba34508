"""The simple gate: a metric below its committed floor, or above its ceiling, turns the run red."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from evals.metrics.score import Metric
from evals.schema import Split

FLOORS_FILE = Path(__file__).parent / "floors.yaml"


class FloorsError(Exception):
    """The floors cannot be used."""


class Floors(BaseModel):
    """What a split must reach (`min`) and stay under (`max`), by metric name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min: dict[str, float] = {}
    max: dict[str, float] = {}

    def joined(self, other: Floors) -> Floors:
        return Floors(min=self.min | other.min, max=self.max | other.max)


@dataclass(frozen=True, slots=True)
class Check:
    """One floor or ceiling held against one metric. `passed` is None when the metric was not measured."""

    metric: str
    bound: Literal["min", "max"]
    limit: float
    value: float | None

    @property
    def passed(self) -> bool | None:
        if self.value is None:
            return None
        return self.value >= self.limit if self.bound == "min" else self.value <= self.limit

    def __str__(self) -> str:
        found = "not measured" if self.value is None else f"{self.value:.3f}"
        return f"{self.metric} {found} ({self.bound} {self.limit:g})"


def load_floors(split: Split, path: Path = FLOORS_FILE) -> Floors:
    """Return the committed floors of a split; raise FloorsError when there are none."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        by_split = TypeAdapter(dict[Split, Floors]).validate_python(data)
    except (OSError, yaml.YAMLError) as error:
        raise FloorsError(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise FloorsError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if split not in by_split:
        raise FloorsError(f"{path} has no floors for split {split}")
    return by_split[split]


def parse_bounds(minima: Sequence[str], maxima: Sequence[str]) -> Floors:
    """Return the floors given as `metric=value` on the command line."""
    return Floors(min=dict(map(_bound, minima)), max=dict(map(_bound, maxima)))


def check(metrics: Iterable[Metric], floors: Floors) -> tuple[Check, ...]:
    """Return one check per floor; raise FloorsError for a name that is no metric, which would always pass unseen."""
    values: Mapping[str, float | None] = {metric.name: metric.value for metric in metrics}
    unknown = sorted((floors.min.keys() | floors.max.keys()) - values.keys())
    if unknown:
        raise FloorsError(f"no metric is called {', '.join(unknown)}; known are {', '.join(values)}")
    return tuple(
        [Check(name, "min", limit, values[name]) for name, limit in floors.min.items()]
        + [Check(name, "max", limit, values[name]) for name, limit in floors.max.items()]
    )


def _bound(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        shown = text if equals else f"{text} (no =)"
        raise FloorsError(f"a bound is written metric=number, for example recall@5=0.95, not {shown}") from None
