"""One line per case for notebooks and spreadsheets: CSV and JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from evals.record import CaseRecord
from evals.reports.untrusted import cell
from evals.reports.view import View
from evals.scoring import CATALOGUE

FIELDS = ("id", "kind", "cluster", "folder", "status", "flip", "tags", "expected", "got", "outcome")
WORDS = ("question", "explanation", "answer")


def csv_text(view: View) -> str:
    """Return a table with a column for each metric some case has; a metric that does not apply is an empty cell."""
    names = _metrics(view)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*FIELDS, *names, *WORDS])
    for record in view.run.cases:
        facts, words = _facts(view, record), _words(record)
        values = (record.scores[name].value if name in record.scores else None for name in names)
        writer.writerow([*map(cell, facts.values()), *map(_number, values), *map(cell, words.values())])
    return text.getvalue()


def jsonl_text(view: View) -> str:
    """Return one JSON object per line with the same fields; `scores` holds the values that were scored."""
    return "".join(json.dumps(each, ensure_ascii=True) + "\n" for each in _objects(view))


def _objects(view: View) -> Iterator[dict[str, object]]:
    for record in view.run.cases:
        values = {name: score.value for name, score in record.scores.items() if score.value is not None}
        yield {**_facts(view, record), "tags": list(record.tags), "scores": values, **_words(record)}


def _metrics(view: View) -> list[str]:
    used = {name for record in view.run.cases for name in record.scores}
    known = [spec.name for spec in CATALOGUE if spec.name in used]
    return known + sorted(used - set(known))


def _facts(view: View, record: CaseRecord) -> dict[str, str]:
    predicted = record.predicted
    values = (
        record.id, record.kind, record.cluster, record.folder, record.status, view.flip(record), " ".join(record.tags),
        predicted.expected, predicted.got, predicted.outcome,
    )  # fmt: skip
    return dict(zip(FIELDS, values, strict=True))


def _words(record: CaseRecord) -> dict[str, str]:
    answer = record.observation.answer if record.observation else None
    return dict(zip(WORDS, (record.question, record.explanation, answer.text if answer else ""), strict=True))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
