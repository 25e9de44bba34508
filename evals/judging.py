"""Prepares a judged run: endpoint, models, judge, prices; refuses what would give numbers nobody should believe."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import openai

from backend_architect import Settings
from evals.budget import Budget, Price, Prices
from evals.cache import Cache, CacheMode
from evals.judge import CALL_SECONDS, Judge
from evals.session import Plan
from evals.targets import STATE_DIR

TRANSPORT_RETRIES = 3


class JudgingError(Exception):
    """A judged run cannot start."""


@dataclass(frozen=True)
class Judging:
    """What the command line says about a judged run."""

    model: str | None = None
    judge_model: str | None = None
    allows_self_judge: bool = False
    max_cost: float | None = None
    cache_mode: CacheMode = "read-write"
    rivals: Path | None = None


def judged_plan(plan: Plan, choices: Judging, environ: Mapping[str, str] | None = None) -> Plan:
    """Return the plan with a model that answers and one that judges; raise JudgingError or PriceError."""
    settings = model_settings(choices.model, environ)
    answering = settings.model or "the server's model"
    judge_model = choices.judge_model
    is_own_judge = judge_model == settings.model
    if judge_model is not None and is_own_judge and not choices.allows_self_judge:
        raise JudgingError(
            f"{judge_model} would judge its own answers; name another --judge-model, or add --allow-self-judge"
        )
    prices, budget = _budget(choices, settings)
    cache = Cache(choices.cache_mode)
    judge = judge_for(judge_model, cache, budget, environ) if judge_model else None
    identity: dict[str, str | bool | None] = {
        "model": answering,
        "judge_model": judge_model,
        "judge_prompt_hash": judge.prompt_hash if judge else None,
        "prices_as_of": prices.as_of.isoformat(),
        "self_judged": judge is not None and is_own_judge,
    }
    return replace(
        plan,
        mode="judged",
        settings=settings,
        budget=budget,
        cache=cache,
        judge=judge,
        rivals=choices.rivals,
        identity=identity,
    )


def model_settings(model: str | None, environ: Mapping[str, str] | None = None) -> Settings:
    """Return settings of the environment's endpoint with this suite's own folders; raise JudgingError without one."""
    found = Settings.load(
        environ=environ, model=model, cache_dir=STATE_DIR / "cache", data_dir=STATE_DIR / "data", store="exact"
    )
    if not found.has_model:
        raise JudgingError("judged mode needs an endpoint; set OPENAI_API_KEY or OPENAI_BASE_URL")
    return found


def judge_for(
    model: str, cache: Cache, budget: Budget | None = None, environ: Mapping[str, str] | None = None
) -> Judge:
    """Return a judge at the endpoint of the environment."""
    env = os.environ if environ is None else environ
    client = openai.OpenAI(
        api_key=env.get("OPENAI_API_KEY") or "none",
        base_url=env.get("OPENAI_BASE_URL") or None,
        timeout=CALL_SECONDS,
        max_retries=TRANSPORT_RETRIES,
    )
    return Judge(client, model, cache=cache, budget=budget)


def _budget(choices: Judging, settings: Settings) -> tuple[Prices, Budget]:
    prices = Prices.load()
    price: Price | None = None
    judge_price: Price | None = None
    if choices.max_cost is not None:
        # Without a price a cap cannot be kept, and nothing is free.
        price = prices.of(settings.model or "the server's model")
        judge_price = prices.of(choices.judge_model) if choices.judge_model else None
    return prices, Budget(price, choices.max_cost, judge_price)
