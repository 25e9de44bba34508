"""What a run may cost: a hard stop while it runs; a cap without a price, no start."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend_architect import Answer, Usage

PRICES_FILE = Path(__file__).parent / "prices.yaml"


class PriceError(Exception):
    """A cost cap was asked for and cannot be kept."""


class BudgetReached(Exception):
    """The cap is reached; what was asked so far is kept."""


class Price(BaseModel):
    """US dollars per million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: float = Field(ge=0)
    cached: float = Field(ge=0)
    completion: float = Field(ge=0)

    def of(self, usage: Usage) -> float:
        """Return what the tokens cost in dollars."""
        fresh = usage.prompt_tokens - usage.cached_tokens
        total = fresh * self.prompt + usage.cached_tokens * self.cached + usage.completion_tokens * self.completion
        return total / 1_000_000


class Prices(BaseModel):
    """The committed price list, with the day it was read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: dt.date
    usd_per_million_tokens: dict[str, Price]

    @classmethod
    def load(cls, path: Path = PRICES_FILE) -> Prices:
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, yaml.YAMLError, ValidationError) as error:
            raise PriceError(f"{path} cannot be used: {error}") from error

    def of(self, model: str) -> Price:
        """Return the price of a model; raise PriceError when there is none, since that is not zero."""
        if model not in self.usd_per_million_tokens:
            known = ", ".join(self.usd_per_million_tokens) or "none"
            raise PriceError(
                f"no price for model {model} in {PRICES_FILE.name} (known: {known}); add it or drop --max-cost"
            )
        return self.usd_per_million_tokens[model]


class Budget:
    """Adds up what answers and verdicts cost and stops a run that has a cap."""

    def __init__(self, price: Price | None, cap: float | None = None, judge_price: Price | None = None) -> None:
        self._price = price
        self._judge_price = judge_price or price
        self._cap = cap
        self._lock = threading.Lock()
        self.spent = 0.0

    @property
    def cost(self) -> float | None:
        """Return what was spent; None without a price, since unknown is not zero."""
        return self.spent if self._price else None

    def spend(self, answers: Iterable[Answer]) -> None:
        """Count finished answers; raise BudgetReached when the cap is reached."""
        self._add(sum(self._price.of(answer.usage) for answer in answers) if self._price else 0.0)

    def spend_verdict(self, usage: Usage) -> None:
        self._add(self._judge_price.of(usage) if self._judge_price else 0.0)

    def _add(self, dollars: float) -> None:
        with self._lock:
            self.spent += dollars
            if self._cap is not None and self.spent >= self._cap:
                raise BudgetReached(f"the budget of {self._cap:.2f} USD is reached ({self.spent:.2f} spent)")
