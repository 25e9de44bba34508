"""What `python -m evals` prints and returns, over the real guides and a handful of cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backend_architect import Architect
from evals import targets
from evals.__main__ import app
from evals.record import Run
from evals.schema import Case

# Compiling changed guides takes its time on a busy machine.
pytestmark = pytest.mark.timeout(400)

GOOD = """\
- id: post-retry
  split: dev
  kind: retrieval
  question: "How do I make POST safe to retry?"
  expected_sections:
    - {section: "api-design/retries-idempotency-and-rate-limits#post-retry", grade: 3}
"""
WRONG = """\
- id: wrong-label
  split: dev
  kind: retrieval
  question: "How do I make POST safe to retry?"
  expected_sections:
    - {section: "auth/jwt#libraries", grade: 3}
"""
HELD = GOOD.replace("post-retry\n", "held-post-retry\n").replace("dev", "test")
PARKED = """\
- id: later
  split: dev
  kind: retrieval
  question: "how do I measure the tide?"
  expected_sections:
    - {section: "sea/tides#measure", grade: 3}
"""
PLAN = "guides: [{id: sea/tides, sections: [{id: measure}]}]"


def evals(tmp_path: Path, command: str, *options: str, cases: str = GOOD) -> Result:
    folder = tmp_path / "cases"
    folder.mkdir(exist_ok=True)
    (folder / "some.yaml").write_text(cases, encoding="utf-8")
    plan = tmp_path / "syllabus.yaml"
    plan.write_text(PLAN, encoding="utf-8")
    planned = () if command == "coverage" else ("--syllabus", str(plan))
    out = ("--out", str(tmp_path / f"run-{len(list(tmp_path.iterdir()))}")) if command == "run" else ()
    return CliRunner().invoke(app, [command, "--cases", str(folder), *planned, *out, *options])


def test_a_run_without_a_gate_measures_and_returns_0(tmp_path: Path) -> None:
    result = evals(tmp_path, "run", "--json", str(tmp_path / "run.json"), cases=GOOD + PARKED)

    assert result.exit_code == 0
    first, second = result.stdout.splitlines()[:2]
    assert first == "measured (no gate was asked for)"
    assert second.startswith(
        "split dev, offline, 1 cases run in 1 clusters, 1 passed, 0 failed, 0 errors, 0 unscored, 1 parked"
    )
    run = Run.load(tmp_path / "run.json")
    assert run.by_name["recall@5"].value == 1.0
    assert run.by_name["scope_macro_f1"].value is None
    observation = run.cases[0].observation
    assert observation is not None
    assert observation.refs[0] == "api-design/retries-idempotency-and-rate-limits#post-retry"


def test_a_missed_floor_returns_1_and_says_which(tmp_path: Path) -> None:
    floors = tmp_path / "floors.yaml"
    floors.write_text("dev: {min: {recall@1: 0.9}}", encoding="utf-8")

    result = evals(tmp_path, "run", "--gate", "--floors", str(floors), cases=WRONG)

    assert result.exit_code == 1
    assert result.stdout.startswith("failed: recall@1 0.000 (min 0.9)\n")


def test_the_same_floor_passes_when_the_search_is_right(tmp_path: Path) -> None:
    floors = tmp_path / "floors.yaml"
    floors.write_text("dev: {min: {recall@1: 0.9}}", encoding="utf-8")

    result = evals(tmp_path, "run", "--gate", "--floors", str(floors))

    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "passed 1 bounds")


PARKED_ONLY = "the selection matches no case that can run; the 1 that match are parked until their guide is written"
NOT_WHOLE = "--gate compares whole splits; drop the other selections, or use --min and --max"
HELD_OUT = "--record would write single cases of the held-out split test; add --reveal to do it"
NO_PATTERN = "--filter '(' is not a regular expression: missing ), unterminated subpattern at position 0"
NO_BOUND = "a bound is written metric=number, for example recall@5=0.95, not recall@5 (no =)"
STRAY = "auth/jwt#validat"
NOT_PLANNED = f"cases/some.yaml:1: post-retry: section {STRAY} is neither in the guides nor planned in the syllabus"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--id", "nobody"), "the selection matches no case that can run"),
        (("--id", "later"), PARKED_ONLY),
        (("--gate", "--limit", "1"), NOT_WHOLE),
        (("--split", "test", "--record", "x"), HELD_OUT),
        (("--filter", "("), NO_PATTERN),
        (("--min", "recall@5"), NO_BOUND),
    ],
)
def test_wrong_usage_returns_2_with_one_line(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    result = evals(tmp_path, "run", *options, cases=GOOD + PARKED)

    assert (result.exit_code, result.stderr, result.stdout) == (2, message + "\n", "")


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        (GOOD + "  colour: red\n", "cases/some.yaml:7: post-retry: unknown key colour"),
        (GOOD.replace("api-design/retries-idempotency-and-rate-limits#post-retry", STRAY), NOT_PLANNED),
    ],
)
@pytest.mark.parametrize("command", ["validate", "run"])
def test_an_invalid_dataset_returns_2_and_nothing_is_run(
    tmp_path: Path, command: str, cases: str, message: str
) -> None:
    result = evals(tmp_path, command, cases=cases)

    assert (result.exit_code, result.stderr, result.stdout) == (2, message + "\n", "")


def test_validate_lists_what_is_parked_and_why(tmp_path: Path) -> None:
    result = evals(tmp_path, "validate", cases=GOOD + PARKED)

    assert result.exit_code == 0
    assert result.stdout == (
        "1 cases can run, 1 are parked until their guide is written\nparked later: sea/tides#measure\n"
    )


def test_answers_that_were_not_recorded_are_errors_and_make_the_run_incomplete(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")

    result = evals(tmp_path, "run", "--answers", str(tmp_path / "empty.jsonl"), "--min", "recall@5=0.5")

    assert result.exit_code == 3
    assert result.stdout.startswith("incomplete: 1 of 1 cases raised an error (more than 1%)\n")
    assert "error post-retry: RecordingError: no answer is recorded for case post-retry" in result.stdout


def test_a_recording_replays_to_the_same_metrics_without_asking_the_agent(tmp_path: Path) -> None:
    recording = tmp_path / "answers.jsonl"
    evals(tmp_path, "run", "--record", str(recording), "--json", str(tmp_path / "first.json"))
    evals(tmp_path, "run", "--answers", str(recording), "--json", str(tmp_path / "second.json"))

    first, second = Run.load(tmp_path / "first.json"), Run.load(tmp_path / "second.json")
    assert [record.scores for record in second.cases] == [record.scores for record in first.cases]
    assert second.by_name["answer_ms_p50"].reason.startswith("not measured")


def test_a_held_out_split_shows_totals_only_unless_revealed(tmp_path: Path) -> None:
    held = ("--split", "test", "--no-attacks")
    hidden = evals(tmp_path, "run", *held, "--json", str(tmp_path / "hidden.json"), cases=HELD)
    shown = evals(tmp_path, "run", *held, "--reveal", "--json", str(tmp_path / "shown.json"), cases=HELD)

    assert hidden.exit_code == shown.exit_code == 0
    assert "safe to retry" not in hidden.stdout + (tmp_path / "hidden.json").read_text(encoding="utf-8")
    assert "safe to retry" in (tmp_path / "shown.json").read_text(encoding="utf-8")


def test_coverage_names_the_sections_nobody_asks_for(tmp_path: Path) -> None:
    result = evals(tmp_path, "coverage")

    # A pipe wraps the list; the section that is asked for stands far behind its first line.
    _, _, listed = " ".join(result.stdout.split()).partition("sections no dev case asks for")
    unasked = listed.partition("sections no test case asks for")[0]
    assert result.exit_code == 0
    assert "auth/jwt#validate," in unasked
    assert "#post-retry," not in unasked


def test_the_schema_is_json_schema_that_knows_the_keys_of_a_case() -> None:
    result = CliRunner().invoke(app, ["schema"])

    assert set(json.loads(result.stdout)["$defs"]["Case"]["properties"]) == set(Case.model_fields)
    assert json.loads(result.stdout)["$defs"]["Case"]["additionalProperties"] is False


def test_an_interrupted_run_goes_on_and_refuses_another_configuration(tmp_path: Path) -> None:
    two = GOOD + GOOD.replace("post-retry\n", "post-retry-again\n", 1)
    folder = tmp_path / "interrupted"
    evals(tmp_path, "run", "--out", str(folder), cases=two)
    journal = folder / "run.jsonl"
    journal.write_text(journal.read_text(encoding="utf-8").splitlines(keepends=True)[0], encoding="utf-8")

    resumed = evals(tmp_path, "run", "--resume", str(folder), cases=two)
    other = evals(tmp_path, "run", "--resume", str(folder), "--limit", "1", cases=two)
    again = evals(tmp_path, "run", "--out", str(folder), cases=two)

    assert resumed.exit_code == 0
    assert "2 cases run" in resumed.stdout
    assert len(journal.read_text(encoding="utf-8").splitlines()) == 2
    assert (other.exit_code, other.stderr) == (
        2, f"{folder} was run with another configuration (selection); start a new run\n",
    )  # fmt: skip
    assert (again.exit_code, again.stderr) == (
        2, f"{folder} holds a run already; add --resume to go on with it, or name another folder\n",
    )  # fmt: skip


def test_rescoring_reads_the_stored_answers_and_asks_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "scored"
    first = evals(tmp_path, "run", "--out", str(folder))
    before = Run.load(folder)
    monkeypatch.setattr(Architect, "ask", None)

    result = CliRunner().invoke(
        app, ["rescore", str(folder), "--cases", str(tmp_path / "cases"), "--syllabus", str(tmp_path / "syllabus.yaml")]
    )

    assert first.exit_code == result.exit_code == 0
    assert [record.scores for record in Run.load(folder).cases] == [record.scores for record in before.cases]


def test_rescoring_leaves_out_and_lists_a_case_that_changed_since_it_was_answered(tmp_path: Path) -> None:
    folder = tmp_path / "scored"
    evals(tmp_path, "run", "--out", str(folder), cases=GOOD + WRONG)
    (tmp_path / "cases" / "some.yaml").write_text(GOOD + WRONG.replace("POST safe", "POST harmless"), encoding="utf-8")
    options = ["--cases", str(tmp_path / "cases"), "--syllabus", str(tmp_path / "syllabus.yaml")]

    result = CliRunner().invoke(app, ["rescore", str(folder), *options])

    run = Run.load(folder)
    assert result.exit_code == 0
    assert [record.id for record in run.cases] == ["post-retry"]
    assert "1 cases changed since they were answered and are left out: wrong-label." in run.notes
    assert run.identity.selection == "what is left of a whole split"


def test_a_run_of_which_every_case_changed_cannot_be_scored_anew(tmp_path: Path) -> None:
    folder = tmp_path / "scored"
    evals(tmp_path, "run", "--out", str(folder))
    (tmp_path / "cases" / "some.yaml").write_text(GOOD.replace("POST safe", "POST harmless"), encoding="utf-8")
    options = ["--cases", str(tmp_path / "cases"), "--syllabus", str(tmp_path / "syllabus.yaml")]

    result = CliRunner().invoke(app, ["rescore", str(folder), *options])

    assert (result.exit_code, result.stderr) == (
        2, f"every case of {folder} changed since its run; nothing can be scored anew\n",
    )  # fmt: skip


def test_without_prompts_nobody_could_tell_that_they_leak_so_nothing_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "PROMPTS_DIR", tmp_path / "gone")

    result = evals(tmp_path, "run")

    assert (result.exit_code, result.stderr) == (
        3,
        f"nothing was measured: {tmp_path / 'gone'} holds no prompts, so nobody could tell whether a reply shows one\n",
    )


def test_comparing_two_runs_names_the_case_that_flipped(tmp_path: Path) -> None:
    evals(tmp_path, "run", "--out", str(tmp_path / "before"))
    run = Run.load(tmp_path / "before")
    worse = run.cases[0].model_copy(update={"status": "failed", "explanation": "no right section"})
    run.model_copy(update={"cases": (worse,)}).save(tmp_path / "after")

    result = CliRunner().invoke(app, ["compare", str(tmp_path / "before"), str(tmp_path / "after")])

    assert result.exit_code == 1
    assert "-post-retry no right section" in result.stdout


def test_only_the_failed_cases_of_a_run_are_asked_again(tmp_path: Path) -> None:
    folder = tmp_path / "first"
    evals(tmp_path, "run", "--out", str(folder), cases=GOOD + WRONG)

    result = evals(tmp_path, "run", "--failed-from", str(folder), cases=GOOD + WRONG)

    assert "1 cases run in 1 clusters, 0 passed, 1 failed" in result.stdout


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("missing", 2, "no baseline at nowhere.json: No such file or directory; make one with `python -m evals bless`"),
        ("part", 2, "only a run of the whole test split can be blessed, not whole split of dev"),
    ],
)
def test_a_baseline_that_cannot_be_read_or_must_not_be_made_is_refused(
    tmp_path: Path, command: str, code: int, message: str
) -> None:
    if command == "missing":
        result = evals(tmp_path, "run", "--baseline", "nowhere.json")
    else:
        evals(tmp_path, "run", "--out", str(tmp_path / "dev"))
        result = CliRunner().invoke(app, ["bless", str(tmp_path / "dev"), "--reason", "because"])

    assert (result.exit_code, result.stderr) == (code, message + "\n")
