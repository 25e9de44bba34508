"""What each part of our own retrieval is worth: `python -m evals.bench.ablations`, with `--headings` in some minutes more.

Reads the signals of every section that the public search returns and orders them anew with parts left out. The weights in
force are read back from the served scores; nothing is fitted again, so a row says what breaks when a part fails, and
`python -m evals.fit` what the others could make up for. What links add depends on the order that the other signals make:
only the first row has it. Headings are in every embedded passage, so passages are cut and embedded here, with and without
them; both rows stand for the prose vectors alone and compare with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from backend_architect import Architect, Hit, Section
from evals import dataset, loader
from evals.bench.figures import table
from evals.metrics import retrieval
from evals.metrics.score import mean
from evals.schema import LABELLED, Case
from evals.similarity import BundledEmbedder
from evals.targets import asked_text, offline_architect

Matrix = NDArray[np.float64]
Order = Callable[["Asked"], Matrix]

SHOWN = ("recall@1", "recall@3", "recall@5", "mrr@10", "ndcg@10")
ALL_HITS = 1000
PASSAGE_WORDS = 140
LIFT = "linked"
QUESTIONS, PROSE = ("question", "questions3"), ("prose", "prose2")
WORDS, TECHNOLOGY = ("lexical", "covered"), ("subject",)
# Rows by the signals that are left out.
ROWS = {
    "no lifts": (),
    "no lifts, no technology match": TECHNOLOGY,
    "no lifts, no question vectors": QUESTIONS,
    "no lifts, no prose vectors": PROSE,
    "dense only": (*WORDS, *TECHNOLOGY),
    "lexical only": (*QUESTIONS, *PROSE, *TECHNOLOGY),
}


@dataclass(frozen=True)
class Asked:
    """One labelled question: the sections found in served order, with signals and score of each."""

    case: Case
    group: str
    refs: tuple[str, ...]
    places: tuple[int, ...]  # in the corpus: ties go by them
    signals: Matrix
    served: Matrix


@dataclass(frozen=True)
class Served:
    """The search as it is: names of the signals, the share of each in the score, and what was asked."""

    names: tuple[str, ...]
    weights: Matrix
    asked: Sequence[Asked]

    def without(self, left_out: Sequence[str]) -> Order:
        kept = self.weights * np.array([name not in left_out for name in self.names])
        return lambda each: each.signals @ kept

    def with_prose(self, prose: Callable[[Asked], Matrix]) -> Order:
        """Return the order with other prose signals, two columns in the order of PROSE."""
        at = [self.names.index(name) for name in PROSE]
        return lambda each: self.without(PROSE)(each) + prose(each) @ self.weights[at]


def main(
    headings: Annotated[bool, typer.Option(help="Embed all passages anew, with and without headings.")] = False,
) -> None:
    """Print a Markdown table for each group of cases."""
    with offline_architect() as architect:
        sections = architect.sections()
        served = ask(architect, labelled_cases(sections), sections)
    orders: dict[str, Order] = {"as served": lambda each: -np.arange(len(each.refs), dtype=float)}
    orders |= {name: served.without(left_out) for name, left_out in ROWS.items()}
    if headings:
        for name, has_heading in (
            ("no lifts, own passages with headings", True),
            ("no lifts, own passages without headings", False),
        ):
            orders[name] = served.with_prose(own_prose(sections, served.asked, has_heading=has_heading))
    for group in sorted({each.group for each in served.asked}):
        members = [each for each in served.asked if each.group == group]
        rows = [(name, *(f"{value:.3f}" for value in measured(members, order))) for name, order in orders.items()]
        typer.echo(f"## {group} ({len(members)} cases)\n\n{table(('search', *SHOWN), rows)}\n")


def labelled_cases(sections: Sequence[Section]) -> list[tuple[Case, str]]:
    """Return the labelled cases with their group: the split, and for dev the folder, which says who wrote them."""
    data = dataset.check(loader.load_cases(), sections, dataset.planned_sections())
    labelled = [case for case in data.ready if case.kind in LABELLED]
    return [(case, f"dev, folder {data.folders[case.id]}" if case.split == "dev" else case.split) for case in labelled]


def ask(architect: Architect, cases: Sequence[tuple[Case, str]], sections: Sequence[Section]) -> Served:
    """Search for every case, and read the weights in force back from the scores."""
    place = {section.ref: at for at, section in enumerate(sections)}
    found = [(case, group, architect.search(asked_text(case), limit=ALL_HITS)) for case, group in cases]
    names = tuple(name for name in found[0][2][0].signals if name != LIFT)
    asked = [_asked(case, group, hits, names, place) for case, group, hits in found]
    lifts = np.concatenate([[hit.signals[LIFT] for hit in hits] for _, _, hits in found])
    signals, scores = np.concatenate([each.signals for each in asked]), np.concatenate([each.served for each in asked])
    # The score is cut to [0, 1]; inside it is a weighted sum.
    inside = (scores > 0) & (scores < 1)
    weights, *_ = np.linalg.lstsq(signals[inside], (scores - lifts)[inside], rcond=None)
    return Served(names, weights, asked)


def _asked(case: Case, group: str, hits: Sequence[Hit], names: Sequence[str], place: dict[str, int]) -> Asked:
    return Asked(
        case,
        group,
        tuple(hit.ref for hit in hits),
        tuple(place[hit.ref] for hit in hits),
        np.array([[hit.signals[name] for name in names] for hit in hits]),
        np.array([hit.score for hit in hits]),
    )


def ordered(each: Asked, order: Order) -> list[str]:
    """Return the references, best first; the score is rounded as it is served, and ties go by place in the corpus."""
    by_score = np.lexsort((np.array(each.places), -order(each).round(4)))
    return [each.refs[at] for at in by_score]


def measured(asked: Sequence[Asked], order: Order) -> Iterator[float]:
    """Yield the mean of each shown metric."""
    scores = [retrieval.scores(each.case, ordered(each, order)) for each in asked]
    return (mean(name, (each[name] for each in scores)).value or 0.0 for name in SHOWN)


# --- headings ----------------------------------------------------------------------------------


def own_prose(sections: Sequence[Section], asked: Sequence[Asked], *, has_heading: bool) -> Callable[[Asked], Matrix]:
    """Return what gives the best and the mean of the two best cosines of a question with the passages of each section."""
    embedder = BundledEmbedder()
    cut = [(section.ref, text) for section in sections for text in passages(section, has_heading=has_heading)]
    rows = np.array(embedder.embed_documents([text for _, text in cut]))
    rows_of: dict[str, list[int]] = {}
    for at, (ref, _) in enumerate(cut):
        rows_of.setdefault(ref, []).append(at)
    found: dict[str, Matrix] = {}
    for each in asked:
        near = rows @ np.array(embedder.embed_query(asked_text(each.case)))
        best = [np.sort(near[rows_of[ref]])[::-1][:2] for ref in each.refs]
        found[each.case.id] = np.array([(two[0], two.mean()) for two in best])
    return lambda each: found[each.case.id]


def passages(section: Section, *, has_heading: bool) -> Iterator[str]:
    """Yield the short answer, then the body packed at the ends of its lines."""
    head = f"{section.guide_title}: {section.question}\n" if has_heading else ""
    yield head + section.short_answer
    blocks = [block for part in section.parts for block in part.blocks if not block.startswith("```")]
    blocks += [f"{each.symptom}: {each.cause}. {each.fix}." for each in section.pitfalls]
    held: list[str] = []
    for line in "\n".join(blocks).splitlines():
        if held and len(" ".join([*held, line]).split()) > PASSAGE_WORDS:
            yield head + "\n".join(held)
            held = []
        held.append(line)
    if held:
        yield head + "\n".join(held)


if __name__ == "__main__":
    typer.run(main)
