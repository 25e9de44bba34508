"""Selects cases and asks the target about each: side by side, with a cap on time and money, resumable at any point."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

from evals.budget import Budget, BudgetReached
from evals.record import Journal
from evals.schema import Case, Split
from evals.scoring import case_hash
from evals.targets import Asking, LibraryTarget, Observation, Target, poisoned_architect

Step = Callable[[], None]
Seen = Callable[[Observation], None]
WHOLE = "whole split"
# A process of its own loads the guides for some seconds; that must pay.
CASES_PER_WORKER = 40


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cases to run: of one split, of any given kind and id, with every given tag, matching the pattern.

    `sample` draws that many clusters with the seed, so that twins stay together.
    """

    split: Split = "dev"
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    pattern: str | None = None
    limit: int | None = None
    sample: int | None = None
    seed: int = 0

    @property
    def is_whole_split(self) -> bool:
        return self == Selection(split=self.split, seed=self.seed)

    def __str__(self) -> str:
        """Return how the split was narrowed, for the record of a run."""
        named = (
            ("kind", ",".join(self.kinds)),
            ("tag", ",".join(self.tags)),
            ("id", f"{len(self.ids)} given" if self.ids else ""),
            ("filter", self.pattern),
            ("limit", self.limit),
            ("sample", self.sample),
        )
        return "; ".join(f"{name} {value}" for name, value in named if value) or WHOLE

    def of(self, cases: Iterable[Case]) -> tuple[Case, ...]:
        chosen = [case for case in cases if self._takes(case)]
        if self.sample is not None:
            clusters = sorted({case.group for case in chosen})
            drawn = set(random.Random(self.seed).sample(clusters, min(self.sample, len(clusters))))
            chosen = [case for case in chosen if case.group in drawn]
        return tuple(chosen[: self.limit])

    def _takes(self, case: Case) -> bool:
        tags = {f"{name}={value}" for name, value in case.tags.pairs()}
        text = f"{case.id} {case.question}"
        return (
            case.split == self.split
            and (not self.kinds or case.kind in self.kinds)
            and tags.issuperset(self.tags)
            and (not self.ids or case.id in self.ids)
            and (self.pattern is None or re.search(self.pattern, text, re.IGNORECASE) is not None)
        )


@dataclass(frozen=True, slots=True)
class Observed:
    """What a run saw: an observation for each case it got to, and why it stopped when it did not get to all."""

    observations: Mapping[str, Observation]
    stopped: str = ""


def jobs_for(asking: Asking) -> int:
    """Return how many cases are asked at once when nothing else was said: cores offline, 8 where a model is waited for."""
    return 8 if asking.settings.has_model else max(1, os.cpu_count() or 1)


def observe(
    cases: Sequence[Case],
    target: Target,
    seen: Seen = lambda _: None,
    *,
    journal: Journal | None = None,
    budget: Budget | None = None,
    jobs: int = 1,
) -> Observed:
    """Ask a target of this process, `jobs` cases at once. An exception of the agent becomes that case's error.

    `seen` gets each observation as it comes, so that it can be scored while others are still being asked.
    """
    if jobs == 1:
        return _collect((_observed(case, target) for case in cases), cases, seen, journal, budget)
    with ThreadPoolExecutor(jobs) as pool:
        done = _completed(pool, [pool.submit(_observed, case, target) for case in cases])
        return _collect(done, cases, seen, journal, budget)


def observe_apart(
    cases: Sequence[Case], asking: Asking, jobs: int, seen: Seen = lambda _: None, *, journal: Journal | None = None
) -> Observed:
    """Ask in processes of their own: an offline answer is arithmetic, and threads would share one core."""
    # Fresh interpreters: forking would copy the locks of what is loaded here.
    context = get_context("spawn")
    # One core each: numpy's own threads would fight over the cores and double the time of every search.
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_start_worker, initargs=(asking,)) as pool:
        futures = [pool.submit(_observed_in_worker, case) for case in cases]
        if asking.poison is not None:
            # While the workers ask, this process has nothing to do: it compiles the poisoned guides for all of them.
            poisoned_architect(asking, asking.poison).close()
        return _collect(_completed(pool, futures), cases, seen, journal, None)


def _completed(pool: Executor, futures: Sequence[Future[Observation]]) -> Iterator[Observation]:
    try:
        for future in as_completed(futures):
            yield future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _collect(
    done: Iterator[Observation],
    cases: Sequence[Case],
    seen: Seen,
    journal: Journal | None,
    budget: Budget | None,
) -> Observed:
    hashes = {case.id: case_hash(case) for case in cases}
    found: dict[str, Observation] = {}
    try:
        for observation in done:
            found[observation.case_id] = observation
            if journal is not None:
                journal.append(hashes[observation.case_id], observation)
            seen(observation)
            if budget is not None and not observation.is_from_cache:
                budget.spend(observation.answers)
    except BudgetReached as error:
        return Observed(found, f"{error}; {len(cases) - len(found)} cases were not asked")
    return Observed(found)


def _observed(case: Case, target: Target) -> Observation:
    try:
        return target.observe(case)
    except Exception as error:  # noqa: BLE001 - any bug of the agent is this case's result; the run goes on
        return Observation(case_id=case.id, question=case.whole_question, error=f"{type(error).__name__}: {error}")


_worker: LibraryTarget | None = None


def _start_worker(asking: Asking) -> None:
    global _worker  # noqa: PLW0603 - a process pool has no other place for what its tasks share
    _worker = LibraryTarget(asking)


def _observed_in_worker(case: Case) -> Observation:
    assert _worker is not None
    return _observed(case, _worker)


def finished_before(journal: Journal, cases: Sequence[Case]) -> dict[str, Observation]:
    """Return what an interrupted run already saw of these cases; changed cases are asked again."""
    hashes = {case.id: case_hash(case) for case in cases}
    return {
        done.observation.case_id: done.observation
        for done in journal.read()
        if hashes.get(done.observation.case_id) == done.case_hash and not done.observation.error
    }
