"""Markdown for a step summary or a comment: the order of the terminal report, details folded, under a size limit."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence

from evals.record import CaseRecord, Change
from evals.reports.untrusted import capped, code_span, fence, line
from evals.reports.view import Row, View, changed, percent, share

# GitHub cuts a step summary off at 1 MiB and a comment at 65,536 characters.
SUMMARY_BYTES = 900 * 1024
SHORT_BYTES = 60 * 1024
# More of them and nobody scrolls to the end; report.html has all.
DETAILED_CASES = 50
QUESTION_CHARACTERS = 2_000
ANSWER_CHARACTERS = 6_000
_SIGNS = {"passed": "✅", "failed": "❌", "unclear": "⚪"}
_NOTE_CHARACTERS = 300
# Kept free for the line that says what was left out.
_RESERVE_BYTES = 400


def summary(view: View) -> str:
    """Return the whole summary: every metric, and the evidence of the worst cases as far as it fits."""
    blocks = [*_head(view), _other_metrics(view), *_slices(view), _confusion(view), _worst(view), *_closing(view)]
    return _fitted(blocks, list(_details(view)), SUMMARY_BYTES)


def short_summary(view: View) -> str:
    """Return the form for a comment: verdict, invariants, gated metrics and worst cases in one line each."""
    return _fitted([*_head(view), _worst(view), *_closing(view)], [], SHORT_BYTES)


def _fitted(blocks: Iterable[str], details: Sequence[str], limit: int) -> str:
    """Return the blocks that fit, in order; a block that does not fit is left out and counted."""
    kept: list[str] = []
    left, dropped = limit - _RESERVE_BYTES, 0
    for block in [*filter(None, blocks), *details]:
        size = len(block.encode()) + 2
        if size <= left:
            kept.append(block)
            left -= size
        else:
            dropped += 1
    if dropped:
        kept.append(f"_{dropped} more parts did not fit here; run.json and report.html have everything._")
    return "\n\n".join(kept) + "\n"


def _head(view: View) -> Iterator[str]:
    run = view.run
    yield f"## {_SIGNS[view.look]} {_text(run.verdict.line)}"
    if run.verdict.reasons:
        yield "\n".join(f"- {_text(reason)}" for reason in run.verdict.reasons)
    counted = ", ".join(f"{number} {name}" for name, number in view.counts)
    yield f"split **{run.identity.split}**, {run.identity.mode}, {counted}, {run.seconds:.0f} s"
    if run.identity.self_judged:
        yield "**The model judged its own answers: these judged numbers prove nothing.**"
    yield _invariants(view)
    yield _section("Gated metrics", _metric_table(view.gated))
    yield _warnings(view)


def _invariants(view: View) -> str:
    rows = [
        (each.name, f"**{each.violations}**" if each.violations else "0", each.attempts, percent(each.upper_bound))
        for each in view.run.invariants
        if each.attempts
    ]
    return _section("Must never happen", _table(("", "violations", "of", "95 % bound"), rows)) if rows else ""


def _metric_table(rows: Sequence[Row]) -> str:
    cells = [
        (
            each.name,
            each.baseline,
            f"**{each.value}**",
            each.interval,
            each.change,
            each.n,
            each.bound,
            _text(f"{each.mark} {each.reason}".strip()),
        )
        for each in rows
    ]
    head = ("metric", "baseline", "now", "95 % interval", "change (interval), points", "n", "bound", "")
    return _table(head, cells) if cells else ""


def _warnings(view: View) -> str:
    if view.run.gate is None:
        return ""
    rows = [_change_row(each) for each in view.run.gate.tag_warnings]
    table = _table(("metric", "tag", "baseline", "now", "change (interval), points", "clusters"), rows) if rows else ""
    return "\n\n".join(filter(None, [_text(view.compared), table]))


def _change_row(each: Change) -> tuple[object, ...]:
    return each.metric, each.tag, share(each.baseline), share(each.now), changed(each), each.clusters


def _other_metrics(view: View) -> str:
    return _folded(f"All other metrics ({len(view.others)})", _metric_table(view.others)) if view.others else ""


def _slices(view: View) -> Iterator[str]:
    for table in view.slices():
        rows = [(each.value, each.counted, *each.cells) for each in table.rows]
        yield _folded(f"By {table.tag} ({len(rows)})", _table((table.tag, "clusters", *table.columns), rows))


def _confusion(view: View) -> str:
    labels, rows = view.confusion
    cells = [(name, *(number or "" for number in row)) for name, row in rows]
    return _folded("Scope: expected and given", _table(("expected \\ got", *labels), cells)) if cells else ""


def _worst(view: View) -> str:
    if not view.is_revealed:
        return "Cases of this split are held out; `--reveal` shows them." if view.worst else ""
    rows = [
        (code_span(line(each.id)), each.kind, each.status, view.flip(each), code_span(line(each.question)),
         code_span(line(each.explanation, _NOTE_CHARACTERS)))
        for each in view.worst_few
    ]  # fmt: skip
    title = f"Worst cases ({len(rows)} of {len(view.worst)} that did not pass)"
    return _section(title, _table(("case", "kind", "", "flip", "question", "why"), rows)) if rows else ""


def _closing(view: View) -> list[str]:
    return [_text(each) for each in view.closing]


def _details(view: View) -> Iterator[str]:
    if not view.is_revealed:
        return
    for record in view.worst[:DETAILED_CASES]:
        yield _folded(f"{record.status}: {line(record.id)}", "\n\n".join(_case(record)))
    if len(view.worst) > DETAILED_CASES:
        yield f"_{len(view.worst) - DETAILED_CASES} more cases did not pass; report.html has them._"


def _case(record: CaseRecord) -> Iterator[str]:
    yield fence(capped(record.question, QUESTION_CHARACTERS))
    yield f"Why: {code_span(line(record.explanation, _NOTE_CHARACTERS))}"
    values = ", ".join(f"{name} {each.value:.2f}" for name, each in record.scores.items() if each.value is not None)
    yield values or "no scores"
    answer = record.observation.answer if record.observation else None
    if answer is not None:
        yield f"Answer ({answer.scope}, {answer.outcome}):"
        yield fence(capped(answer.text, ANSWER_CHARACTERS))
    rows = [
        (
            name,
            code_span(line(each.of)),
            each.verdict,
            code_span(line("; ".join(each.rules))),
            code_span(line(each.text)),
        )
        for name in ("vital", "turn_vital", "forbidden_free", "citation_recall")
        if name in record.scores
        for each in record.scores[name].evidence
    ]
    if rows:
        yield _table(("metric", "of", "verdict", "rules", "words of the answer"), rows)


def _section(title: str, body: str) -> str:
    return f"### {title}\n\n{body}" if body else ""


def _folded(title: str, body: str) -> str:
    return f"<details><summary>{html.escape(title)}</summary>\n\n{body}\n\n</details>"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(str(each) for each in row)} |" for row in rows]
    return "\n".join(lines)


def _text(text: str) -> str:
    """Return a line of ours as Markdown text; what it quotes of others cannot become markup."""
    found = line(text, _NOTE_CHARACTERS).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in "\\`*_[]|":
        found = found.replace(mark, f"\\{mark}")
    return found
