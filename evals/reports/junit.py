"""JUnit XML: a suite for each kind of case, a test for each case, its metrics as properties.

A wrong answer is a failure; trouble of the agent or the transport is an error; an unscored case is skipped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from evals.record import CaseRecord, CaseStatus
from evals.reports.untrusted import capped, line, visible
from evals.reports.view import View

TEXT_CHARACTERS = 4_000
MESSAGE_CHARACTERS = 300
_ELEMENTS = {"failed": "failure", "error": "error", "unscored": "skipped"}
_HELD_OUT = "this case is held out; run with --reveal to see it"


def junit_text(view: View) -> str:
    """Return the whole document; it holds characters that XML allows and nothing else."""
    run = view.run
    by_kind: dict[str, list[CaseRecord]] = defaultdict(list)
    for record in run.cases:
        by_kind[record.kind].append(record)
    root = ET.Element(
        "testsuites", {"name": f"evals {run.identity.split} {run.identity.mode}", "time": f"{run.seconds}"}
    )
    root.attrib.update(_counts(run.cases))
    for kind, records in sorted(by_kind.items()):
        root.append(_suite(kind, records, view))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(kind: str, records: list[CaseRecord], view: View) -> ET.Element:
    seconds = sum(map(_seconds, records))
    suite = ET.Element("testsuite", {"name": f"evals.{kind}", **_counts(records), "time": f"{seconds:.3f}"})
    suite.set("timestamp", view.run.started.partition("+")[0])
    for record in records:
        suite.append(_test(record, view))
    return suite


def _test(record: CaseRecord, view: View) -> ET.Element:
    test = ET.Element(
        "testcase", {"name": visible(record.id), "classname": f"evals.{view.run.identity.split}.{record.kind}"}
    )
    test.set("time", f"{_seconds(record):.3f}")
    properties = ET.SubElement(test, "properties")
    for name, value in _properties(record, view):
        ET.SubElement(properties, "property", {"name": name, "value": visible(value)})
    if record.status in _ELEMENTS:
        test.append(_result(record, view))
    return test


def _result(record: CaseRecord, view: View) -> ET.Element:
    message = line(record.explanation, MESSAGE_CHARACTERS) if view.is_revealed else _HELD_OUT
    result = ET.Element(_ELEMENTS[record.status], {"message": message or record.status})
    if record.status != "unscored":
        result.set("type", "wrong answer" if record.status == "failed" else "agent error")
    if view.is_revealed:
        answer = record.observation.answer if record.observation else None
        said = f"\n\nanswer: {answer.text}" if answer else ""
        result.text = capped(f"question: {record.question}\n\nwhy: {record.explanation}{said}", TEXT_CHARACTERS)
    return result


def _properties(record: CaseRecord, view: View) -> list[tuple[str, str]]:
    values = [(name, f"{each.value:.6g}") for name, each in record.scores.items() if each.value is not None]
    facts = [("cluster", record.cluster), ("flip", view.flip(record)), *(("tag", tag) for tag in record.tags)]
    return facts + values


def _seconds(record: CaseRecord) -> float:
    milliseconds = record.observation.answer_ms if record.observation else None
    return (milliseconds or 0.0) / 1000


def _counts(records: Sequence[CaseRecord]) -> dict[str, str]:
    states = [record.status for record in records]
    named: tuple[tuple[str, CaseStatus], ...] = (("failures", "failed"), ("errors", "error"), ("skipped", "unscored"))
    return {"tests": str(len(states)), **{name: str(states.count(status)) for name, status in named}}
