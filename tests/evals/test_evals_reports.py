import csv
import doctest
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from backend_architect import Answer
from evals.__main__ import app
from evals.metrics.scope import Predicted
from evals.metrics.score import Evidence, Metric, scored
from evals.record import (
    Bound,
    CaseRecord,
    Change,
    Counts,
    GateRecord,
    Identity,
    Invariant,
    Run,
    RunVerdict,
    Slice,
)
from evals.reports import markdown, untrusted, view
from evals.reports.evidence import coloured, difference, matched
from evals.reports.files import write
from evals.reports.html import html_text
from evals.reports.junit import TEXT_CHARACTERS, junit_text
from evals.reports.markdown import SHORT_BYTES, SUMMARY_BYTES, short_summary, summary
from evals.reports.tables import csv_text, jsonl_text
from evals.reports.untrusted import capped, line, visible
from evals.reports.view import View
from evals.targets import Observation

HOSTILE = (
    "<script>alert(1)</script><img src=https://evil.example/a.png onerror=alert(1)></details></body>"
    "{{ 7*7 }} {% for %} ![x](https://evil.example/b.png) [y](javascript:alert(1)) | ` ``` @everyone"
)
CONTROLS = "\x1b[31mred\x1b[0m nul\x00 bell\x07 \u202edesrever \ufffe"
SECRET = "the wording of a held-out case"


def record(case_id: str = "one", status: str = "failed", text: str = "Use a key. [1]", **changes: object) -> CaseRecord:
    answer = Answer(question="How?", text=text, scope="in_scope", outcome="answered", mode="guides")
    statement = Evidence(
        "statement 1", "unsupported", "Use a key.", ("a/b#c",), ("Send a key.",), ("no citation",), 0.5
    )
    nugget = Evidence("n1", "absent", "Use a key.", ("a/b#c",), ("use",), ("negation differs at retry",), 0.2)
    facts = {
        "id": case_id,
        "hash": "0" * 12,
        "kind": "answer",
        "cluster": "cluster",
        "tags": ("style=typo",),
        "status": status,
        "question": "How?",
        "expected": (("a/b#c", 3),),
        "observation": Observation(case_id=case_id, question="How?", refs=("x/y#z",), answer=answer, answer_ms=12.0),
        "predicted": Predicted("in_scope", "in_scope", "answered"),
        "scores": {
            "vital": scored(0.0, "missing n1", [nugget]),
            "citation_recall": scored(0.0, "", [statement]),
        },
        "explanation": "missing n1",
    }
    return CaseRecord.model_validate(facts | changes)


def run_of(*records: CaseRecord, revealed: bool = True, split: str = "test", exit_code: int = 1) -> Run:
    change = Change(
        metric="vital@250", baseline=0.9, now=0.8, change=-0.1, low=-0.15, high=-0.05, outcome="fail", reason="fell"
    )
    flipped = tuple(f"-{each.id}" for each in records if each.status == "failed")
    metrics = (
        Metric("pass_rate", 0.5, 2, clusters=2, low=0.2, high=0.8),
        Metric("vital@250", 0.8, 2, errors=1, clusters=2, low=0.7, high=0.9),
        Metric("answer_ms_p95", 12.0, 2, unit="ms"),
    )
    return Run(
        identity=Identity(
            mode="offline", split=split, selection="whole split", seed=1, agent_version="0.1.0", dataset_version=2,
            dataset_hash="d", corpus_hash="c", embedder_hash="e", metric_hash="m", weights_hash="w",
        ),
        started="2026-11-25T20:00:00+00:00",
        finished="2026-11-25T20:01:00+00:00",
        seconds=60.0,
        revealed=revealed,
        verdict=RunVerdict(exit_code=exit_code, line="failed: vital@250 fell", reasons=("vital@250 fell",)),
        counts=Counts(run=len(records), clusters=1, parked=0, passed=0, failed=1, errors=0, unscored=0),
        invariants=(Invariant(name="leaked", attempts=9, violations=1, cases=(records[0].id,), upper_bound=0.4),),
        metrics=metrics,
        bounds=(Bound(metric="pass_rate", kind="min", limit=0.6, value=0.5, passed=False),),
        gate=GateRecord(baseline="offline.json", changes=(change,), compared_cases=2, flipped=flipped),
        detectable_change=0.04,
        slices=(Slice(tag="style", value="typo", metrics=(metrics[0],)),),
        confusion={"in_scope": {"in_scope": 1}},
        cases=records,
    )  # fmt: skip


@pytest.fixture
def hostile() -> Run:
    bad = record(
        f'x">{HOSTILE}',
        question=HOSTILE + CONTROLS,
        text=HOSTILE + CONTROLS,
        explanation=HOSTILE,
        tags=(f"a={HOSTILE}",),
    )
    return run_of(bad, record("two", "error", observation=None))


class Tags(HTMLParser):
    """Collects what a browser would see as elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.names: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def tags_of(page: str) -> Tags:
    found = Tags()
    found.feed(page)
    return found


def test_text_of_an_answer_never_becomes_an_element_of_the_page(hostile):
    page = html_text(View.of(hostile, hostile))

    found = tags_of(page)
    assert found.names.count("script") == 1
    assert "img" not in found.names
    assert not [name for _, name, _ in found.attributes if name.startswith("on") or name == "style"]
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7*7 }}" in page


def test_the_page_refers_to_nothing_outside_of_itself(hostile):
    page = html_text(View.of(hostile))

    addresses = [
        value for _, name, value in tags_of(page).attributes if name in ("href", "src", "action", "data", "poster")
    ]
    assert addresses
    assert all(address.startswith("#") for address in addresses)
    assert "@import" not in page
    assert not re.search(r"url\(", page.partition("</style>")[0])
    assert not {"link", "iframe", "object", "embed", "base"} & set(tags_of(page).names)


def test_every_link_of_the_page_leads_somewhere(hostile):
    found = tags_of(html_text(View.of(hostile)))

    ids = {value for _, name, value in found.attributes if name == "id"}
    assert {value.removeprefix("#") for _, name, value in found.attributes if name == "href"} <= ids


def test_the_content_policy_allows_only_what_the_page_carries(hostile):
    page = html_text(View.of(hostile))

    policy = next(
        value for tag, name, value in tags_of(page).attributes if name == "content" and "default-src" in value
    )
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_the_page_shows_verdict_change_and_evidence_in_this_order():
    page = html_text(View.of(run_of(record())))

    marks = [
        "failed: vital@250 fell",
        "leaked",
        "0.900",
        "-10.0 (-15.0 to -5.0)",
        "<th>typo</th>",
        "Worst cases</h2>",
        "negation differs at retry",
    ]
    places = [page.index(mark) for mark in marks]
    assert places == sorted(places)


def test_control_characters_are_spelled_out():
    assert visible("a\x1b[31m\x00\u202e") == "a[U+001B][31m[U+0000][U+202E]"
    assert visible("سلام\u200f — naïve\t\n") == "سلام\u200f — naïve\t\n"
    assert line("a\n b " + "c" * 300, 10) == "a b ccccc…"
    assert capped("\ud800x", 1) == "[U+D800]\n… 1 more characters"


@pytest.mark.parametrize("module", [untrusted, view])
def test_the_examples_of_the_docstrings_hold(module):
    found = doctest.testmod(module)

    assert found.attempted
    assert not found.failed


def test_no_report_holds_a_character_that_a_terminal_obeys(hostile, tmp_path):
    for path in write(hostile, tmp_path):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", path.read_text(encoding="utf-8")), path.name


def test_junit_is_well_formed_with_a_suite_for_each_kind(hostile):
    other = record("three", "unscored", kind="review", explanation="no judge")
    root = ET.fromstring(junit_text(View.of(run_of(*hostile.cases, other))))

    assert [suite.get("name") for suite in root] == ["evals.answer", "evals.review"]
    assert (root.get("tests"), root.get("failures"), root.get("errors"), root.get("skipped")) == ("3", "1", "1", "1")
    assert [case[1].tag for case in root.iter("testcase")] == ["failure", "error", "skipped"]
    assert root.find(".//property[@name='vital']").get("value") == "0"


def test_junit_text_is_capped():
    root = ET.fromstring(junit_text(View.of(run_of(record(text="word " * 20_000)))))

    assert len(root.find(".//failure").text) < TEXT_CHARACTERS + 100


def test_markdown_holds_no_markup_of_others(hostile):
    for text in (summary(View.of(hostile)), short_summary(View.of(hostile))):
        tokens = MarkdownIt("commonmark", {"html": True}).enable(["table"]).parse(text)
        inline = [child for token in tokens for child in token.children or ()]
        markup = [token.content.strip() for token in [*tokens, *inline] if token.type in ("html_block", "html_inline")]

        assert all(re.fullmatch(r"<details><summary>[^<]*</summary>|</details>", each) for each in markup)
        assert not [token for token in inline if token.type in ("image", "link_open")]


def test_every_row_of_a_markdown_table_has_all_cells(hostile):
    html = MarkdownIt("commonmark").enable(["table"]).render(short_summary(View.of(hostile)))

    worst = html.partition("Worst cases")[2]
    assert worst.count("<tr>") == 3
    assert worst.count("<td>") == 2 * 6


def test_markdown_stays_under_its_limits_although_there_is_more_to_tell():
    said = [Evidence(f"n{at}", "absent", "ø" * 900) for at in range(40)]
    wordy = [record(f"case-{at}", text="ø" * 6_000, scores={"vital": scored(0.0, "", said)}) for at in range(120)]
    run = run_of(*wordy).model_copy(update={"notes": ("ø" * 600,) * 200})

    whole, short = summary(View.of(run)), short_summary(View.of(run))

    # Nearly full: a limit that nothing comes near would hold whatever is written.
    assert 0.95 * SUMMARY_BYTES < len(whole.encode()) <= SUMMARY_BYTES
    assert 0.95 * SHORT_BYTES < len(short.encode()) <= SHORT_BYTES
    assert "more parts did not fit here" in whole
    assert "more parts did not fit here" in short


def test_markdown_counts_the_cases_that_it_shows_no_details_of():
    whole = summary(View.of(run_of(*(record(f"case-{at}") for at in range(120)))))

    assert "_70 more cases did not pass; report.html has them._" in whole


def test_markdown_says_what_did_not_fit(monkeypatch):
    monkeypatch.setattr(markdown, "SUMMARY_BYTES", 20_000)

    whole = summary(View.of(run_of(*(record(f"case-{at}", text="ø" * 3_000) for at in range(9)))))

    assert len(whole.encode()) <= 20_000
    assert re.search(r"_[1-9] more parts did not fit here", whole)


def test_a_small_limit_keeps_the_verdict(monkeypatch):
    monkeypatch.setattr(markdown, "SHORT_BYTES", 600)

    assert short_summary(View.of(run_of(record()))).startswith("## ❌ failed: vital@250 fell")


def test_a_run_that_was_held_against_nothing_does_not_look_passed():
    measured = run_of(record(), exit_code=0).model_copy(update={"gate": None, "bounds": ()})

    assert View.of(measured).look == "unclear"
    assert View.of(run_of(record(), exit_code=0)).look == "passed"
    assert View.of(run_of(record(), exit_code=3)).look == "unclear"


def test_no_report_tells_a_case_that_is_held_out(tmp_path):
    words = {"question": SECRET, "explanation": SECRET, "text": SECRET, "expected": (("secret/guide#section", 3),)}
    hidden = run_of(record(**words), revealed=False)

    for path in write(hidden, tmp_path, before=run_of(record(**words), revealed=False)):
        text = path.read_text(encoding="utf-8")
        assert SECRET not in text, path.name
        assert "secret/guide" not in text, path.name
        assert "negation differs" not in text, path.name


def test_a_run_before_that_is_held_out_lends_no_words_to_one_that_is_not(tmp_path):
    before = run_of(record(text=SECRET, explanation=SECRET), revealed=False)

    for path in write(run_of(record()), tmp_path, before=before):
        assert SECRET not in path.read_text(encoding="utf-8"), path.name


def test_a_flip_is_told_from_the_run_before_or_from_the_gate():
    now = run_of(record("one"), record("two", "passed"))

    by_gate, by_run = View.of(now), View.of(now, run_of(record("one"), record("two", "failed")))

    assert [by_gate.flip(each) for each in now.cases] == ["worse", "same"]
    assert [by_run.flip(each) for each in now.cases] == ["same", "better"]


def test_the_earlier_answer_is_compared_word_by_word():
    page = html_text(View.of(run_of(record(text="Use a key.")), run_of(record(text="Use a lock."))))

    assert "<del>lock</del><ins>key</ins>" in page
    assert [(piece.text, piece.style) for piece in difference("a b", "a c")] == [
        ("a ", ""),
        ("b", "gone"),
        ("c", "new"),
    ]


def test_statements_are_found_again_behind_emphasis_and_markers():
    first = Evidence("statement 1", "supported", "Use a key with POST.")
    second = Evidence("statement 2", "unsupported", "Never retry blindly.", rules=("no citation",))

    pieces = coloured("**Use a key** with [1] POST. [2]\n\n- Never retry blindly.", [first, second])

    assert "".join(piece.text for piece in pieces) == "**Use a key** with [1] POST. [2]\n\n- Never retry blindly."
    assert [(piece.text, piece.style) for piece in pieces if piece.style] == [
        ("Use a key** with ", "good"),
        ("[1]", "marker"),
        (" POST", "good"),
        ("[2]", "marker"),
        ("Never retry blindly", "bad"),
    ]


def test_a_statement_in_the_words_of_its_section_is_shown_once():
    same = Evidence("statement 1", "supported", "Use a key.", ("a/b#c",), ("Use a **key**.",), (), 1.0)
    page = html_text(View.of(run_of(record(scores={"citation_recall": scored(1.0, "", [same])}))))

    assert "in the same words, a/b#c" in page
    assert "Use a **key**." not in page


def test_a_conversation_is_shown_turn_by_turn():
    turns = tuple(
        Answer(question=asked, text=f"Reply to {asked}", scope="in_scope", outcome="answered", mode="guides")
        for asked in ("first?", "second?")
    )
    seen = Observation(case_id="one", question="first?\nsecond?", answer=turns[-1], turns=turns)
    page = html_text(View.of(run_of(record(kind="conversation", observation=seen, question="first?\nsecond?"))))

    marks = ["Turn 1</h3>", "Reply to first?", "Turn 2</h3>", "Reply to second?"]
    places = [page.index(mark) for mark in marks]
    assert places == sorted(places)
    assert "Question</h3>" not in page


def test_words_that_a_claim_shares_are_marked_in_the_window():
    assert [piece.text for piece in matched("It retries safely.", ["retri", "retry"]) if piece.style] == ["retries"]


def test_a_very_long_answer_is_cut_on_the_page():
    page = html_text(View.of(run_of(record(text="word " * 20_000)), run_of(record(text="other " * 20_000))))

    assert "80,000 more characters" in page
    assert len(page) < 300_000


def test_the_tables_have_a_line_for_each_case_and_no_formulas():
    view = View.of(run_of(record(question='=HYPERLINK("x")'), record("two", "passed", text='a,b\n"c"')))

    rows = list(csv.DictReader(io.StringIO(csv_text(view))))
    objects = [json.loads(each) for each in jsonl_text(view).splitlines()]

    assert [row["id"] for row in rows] == [each["id"] for each in objects] == ["one", "two"]
    assert rows[0]["question"].startswith("'=HYPERLINK")
    assert rows[0]["vital"] == "0"
    assert rows[1]["answer"] == 'a,b\n"c"'
    assert objects[0]["scores"] == {"vital": 0.0, "citation_recall": 0.0}


def test_the_command_writes_what_is_named_beside_the_run(tmp_path):
    run_of(record()).save(tmp_path)

    found = CliRunner().invoke(app, ["report", str(tmp_path), "--junit", "--markdown"])

    assert found.exit_code == 0
    assert [Path(each).name for each in found.output.split()] == ["summary.md", "summary-short.md", "junit.xml"]
    assert (tmp_path / "junit.xml").is_file()
    assert not (tmp_path / "report.html").exists()


def test_the_command_writes_everything_when_nothing_is_named(tmp_path):
    path = run_of(record()).save(tmp_path / "run")

    found = CliRunner().invoke(app, ["report", str(path), "--out", str(tmp_path / "new"), "--against", str(path)])

    assert found.exit_code == 0
    assert sorted(each.name for each in (tmp_path / "new").iterdir()) == [
        "cases.csv", "cases.jsonl", "junit.xml", "report.html", "summary-short.md", "summary.md",
    ]  # fmt: skip


def test_a_broken_run_is_one_line_and_exit_code_2(tmp_path):
    (tmp_path / "run.json").write_text('{"version": 2}')

    found = CliRunner().invoke(app, ["report", str(tmp_path)])

    assert found.exit_code == 2
    assert "is not a run of version 2" in found.output
    assert not (tmp_path / "report.html").exists()


def test_a_folder_that_cannot_be_written_is_exit_code_2(tmp_path):
    run_of(record()).save(tmp_path)
    (tmp_path / "file").write_text("")

    found = CliRunner().invoke(app, ["report", str(tmp_path), "--out", str(tmp_path / "file")])

    assert found.exit_code == 2
    assert "the reports cannot be written to" in found.output
