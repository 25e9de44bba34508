"""People's labels against the metrics that need no model: what is drawn, what readers see, what comes back, what it says."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from scripted import REF, SAID, SECTION, WEIGHTS
from typer.testing import CliRunner, Result

from backend_architect import Answer, Citation
from evals import calibration
from evals.__main__ import app
from evals.calibration import Label, RecordError, prepared, readings, section_text
from evals.labels import drawing
from evals.labels.drawing import Candidate
from evals.metrics.citations import Prepared, support
from evals.metrics.weights import Weights
from evals.schema import Case
from evals.targets import offline_architect

RATE = "Answer too many requests with status 429 and say in the header when the client may try again."
LONG = "A refresh token must be rotated at each use and stored only as a hash."
OTHER = "The index of a table with many writes costs time and memory at each insert."

# id, kind, claim, text, label, second; what the metric says stands behind it.
ROWS = (
    ("n001", "nugget", SAID, SAID, "support", "support"),  # support
    ("n002", "nugget", RATE, RATE, "support", "partial"),  # support
    ("n003", "nugget", SAID, OTHER, "absent", "absent"),  # absent
    (
        "n004",
        "nugget",
        LONG,
        "Each refresh hands out a new secret; keep a digest.",
        "support",
        None,
    ),  # absent: an error
    ("n005", "nugget", RATE, RATE.replace("429", "503"), "partial", "partial"),  # partial
    ("s001", "statement", SAID, f"# How?\n\n{SAID}", "supported", "supported"),  # supported
    ("s002", "statement", SAID, f"# How?\n\n{OTHER}", "not_in_sections", "contradicted"),  # not
    ("s003", "statement", RATE.replace("429", "503"), f"# How?\n\n{RATE}", "contradicted", None),  # not
    ("s004", "statement", LONG, f"# How?\n\n{LONG}", "partial", None),  # supported: an error
)


def label(row: tuple[str, str, str, str, str | None, str | None], **fields: object) -> Label:
    name, kind, claim, text, given, second = row
    base = {"id": name, "kind": kind, "claim": claim, "text": text, "label": given, "second": second}
    return Label.model_validate(base | {"capability": "auth", "source": f"case/{name}"} | fields)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    calibration.save([label(row) for row in ROWS], tmp_path / "labels.jsonl")
    return tmp_path


def calibrate(*options: object) -> Result:
    return CliRunner().invoke(app, ["calibrate", *map(str, options)], env={"EVALS_JUDGE_MODEL": ""})


# --- the report


def test_calibrate_says_how_both_metrics_and_two_people_agree(folder: Path) -> None:
    result = calibrate("--labels", folder)

    lines = result.output.splitlines()
    assert result.exit_code == 0, result.output
    assert lines[0] == "9 of 9 pairs are labelled"
    assert lines[1].startswith("nuggets, metric with people: n 5, agreement 0.80, kappa 0.69 (")
    assert "correlation 0.5" in lines[1]
    assert "  support: sensitivity 0.67 (0.21 to 0.94, n 3), specificity 1.00 (0.34 to 1.00, n 2)" in lines
    assert "  absent: sensitivity 1.00 (0.21 to 1.00, n 1), specificity 0.75 (0.30 to 0.95, n 4)" in lines
    assert "  partial: sensitivity 1.00 (0.21 to 1.00, n 1), specificity 1.00 (0.51 to 1.00, n 4)" in lines
    assert "  as drawn: mean credit 0.700 by people, 0.500 by the metric; the same for 0.80" in lines
    assert any(
        line.startswith("statements, metric with people (supported or not): n 4, agreement 0.75, kappa 0.50")
        for line in lines
    )
    assert (
        "  the metric calls supported: 1 of 1 supported, 1 of 1 partial, 0 of 1 contradicted, 0 of 1 not_in_sections"
        in lines
    )
    assert any(line.startswith("nuggets, people with people: n 4, agreement 0.75, kappa 0.64 (") for line in lines)
    assert any(line.startswith("statements, people with people: n 2, agreement 0.50, kappa 0.33 (") for line in lines)
    assert any(
        line.startswith("statements, people with people (supported or not): n 2, agreement 1.00") for line in lines
    )


def test_errors_lists_only_disagreements_the_worst_of_each_kind_first(folder: Path) -> None:
    output = calibrate("--labels", folder, "--errors", 5).output

    named = [line.split(" ")[0] for line in output.splitlines() if line.startswith(("n0", "s0"))]
    assert named == ["n004", "s004"]
    assert "n004 case/n004: people support, metric absent" in output
    assert f"  claim: {LONG}" in output
    assert "s004 case/s004: people partial, metric supported 1.00" in output


def test_a_wider_miss_comes_before_a_narrow_one() -> None:
    half = label(("n006", "nugget", RATE, RATE, "partial", None))
    whole = label(("n007", "nugget", SAID, SAID, "absent", None))

    found = calibration.worst(readings([half, whole], WEIGHTS), 1)

    assert [each.label.id for each in found] == ["n007"]


def test_a_rare_band_counts_in_the_weighted_line_for_what_it_stands_for() -> None:
    common, rare = label(ROWS[0], weight=9.0), label(ROWS[3], weight=1.0)

    lines = calibration.report(readings([common, rare], WEIGHTS))

    assert "  as drawn: mean credit 1.000 by people, 0.500 by the metric; the same for 0.50" in lines
    assert (
        "  weighted to the 10 pairs it was drawn from: mean credit 1.000 by people, 0.900 by the metric; "
        "the same for 0.90" in lines
    )


def test_words_that_the_case_accepts_count_as_they_do_in_a_run() -> None:
    claim = label(("n008", "nugget", LONG, "Keep only a digest of it on the server.", "support", None))
    accepting = claim.model_copy(update={"any_of": (("digest", "server"),)})

    found = readings([claim, accepting], WEIGHTS)

    assert [each.verdict for each in found] == ["absent", "partial"]


def test_the_correlation_has_an_interval_and_is_missing_when_one_side_never_varies() -> None:
    pairs = [("a", "a"), ("b", "b")] * 20
    rising = [(0.0, 0.1), (1.0, 0.8)] * 20

    found = calibration.agreement("rising", pairs, scores=rising).correlation
    flat = calibration.agreement("flat", pairs, scores=[(1.0, 0.3)] * 40).correlation

    assert found == pytest.approx((1.0, 1.0, 1.0))
    assert flat is None


# --- labels that come in


def test_what_readers_said_is_entered_and_kept(folder: Path) -> None:
    calibration.save([label((*row[:4], None, None)) for row in ROWS], folder / "labels.jsonl")
    nothing = calibrate("--labels", folder)
    (folder / "first").write_text('{"id": "n001", "label": "support"}\n{"id": "s001", "label": "partial"}\n', "utf-8")
    (folder / "second").write_text('{"id": "n001", "label": "absent"}\n', "utf-8")

    entered = calibrate("--labels", folder, "--first", folder / "first", "--second", folder / "second")

    kept = {each.id: (each.label, each.second) for each in calibration.load(folder)}
    assert nothing.exit_code == 3
    assert nothing.output.startswith("0 of 9 pairs are labelled")
    assert entered.output.startswith("2 of 9 pairs are labelled")
    assert kept["n001"] == ("support", "absent")
    assert kept["s001"] == ("partial", None)
    assert kept["n002"] == (None, None)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ('{"id": "n001", "label": "supported"}', "n001 is 'supported', must be one of support, partial, absent"),
        ('{"id": "n999", "label": "absent"}', "n999 is unknown"),
        ('{"id": "n001", "label": "absent"}\n{"id": "n001", "label": "absent"}', "n001 is labelled twice"),
        ('{"id": "n001"}', "first:1: not a label: Field required"),
        ("", "holds no label"),
    ],
)
def test_a_label_that_does_not_fit_is_refused_and_nothing_is_written(folder: Path, said: str, complaint: str) -> None:
    before = (folder / "labels.jsonl").read_bytes()
    (folder / "first").write_text(said, "utf-8")

    result = calibrate("--labels", folder, "--first", folder / "first")

    assert result.exit_code == 2
    assert complaint in result.output
    assert (folder / "labels.jsonl").read_bytes() == before


def test_a_labels_file_names_the_line_with_a_label_of_the_other_kind(folder: Path) -> None:
    row = json.dumps({"kind": "nugget", "claim": "c", "text": "t", "label": "supported"})
    (folder / "labels.jsonl").write_text(row + "\n", "utf-8")

    with pytest.raises(RecordError, match=r"labels\.jsonl:1: not a label"):
        calibration.load(folder)


def test_the_labels_of_the_repository_can_be_read() -> None:
    found = calibration.load(calibration.LABELS)

    assert len({each.id for each in found}) == len(found) >= 200


# --- sections as they were labelled


def test_a_written_section_supports_what_the_section_itself_supports() -> None:
    weights = Weights.load()
    with offline_architect() as architect:
        sections = random.Random(3).sample([each for each in architect.sections() if each.area != "scope"], 40)
    claims = ["Return `429` as RFC 9110 says, with `Retry-After`.", *(each.short_answer for each in sections)]

    for at, section in enumerate(sections):
        again, real = prepared(section_text(section)), Prepared(section)
        for claim in (claims[0], claims[at + 1], claims[(at + 7) % 40]):
            assert support(claim, [again], weights) == support(claim, [real], weights)
        assert again.rfcs == real.rfcs


# --- the draw


def candidate(at: int, band: str, capability: str) -> Candidate:
    made = Label(kind="nugget", claim=f"claim {at}", text="text", capability=capability)
    return Candidate(made, (band, capability), group=f"case {at}")


def test_a_draw_is_even_over_bands_first_and_capabilities_second() -> None:
    common = [candidate(at, "high", "auth" if at % 5 else "graphql") for at in range(60)]
    rare = [candidate(100 + at, "low", "auth") for at in range(8)]

    drawn = drawing.spread([*common, *rare], 16, random.Random(1))

    assert Counter((each.weight, each.capability) for each in drawn) == {
        (1.0, "auth"): 8,  # all there are of this band
        (7.5, "auth"): 1,
        (7.5, "graphql"): 7,
    }


def test_no_two_drawn_pairs_share_a_question_or_a_claim() -> None:
    same_case = [replace(candidate(at, "high", "auth"), group="one case") for at in range(5)]
    same_claim = [
        replace(each, label=each.label.model_copy(update={"claim": "one claim"}))
        for each in (candidate(at, "high", "auth") for at in range(10, 15))
    ]

    drawn = drawing.spread([*same_case, *same_claim], 10, random.Random(1))

    assert len(drawn) == 2


def answered(asked: Case) -> Answer:
    cited = Citation(number=1, ref=REF, guide_title="JSON Web Tokens", question=SECTION.question, quote=SAID)
    said = f"{SAID} [1]\n\nFor case {asked.id}, wait 30 seconds before the third try of every client. [1]"
    outcome = "not_covered" if asked.id == "refused" else "answered"
    return Answer(question="?", text=said, scope="in_scope", outcome=outcome, mode="guides", citations=(cited,))


def asking(name: str, **fields: object) -> Case:
    nugget = {"id": "n", "importance": "vital", "text": f"Claim of {name} about the audience.", "sections": [REF]}
    base = {"id": name, "split": "test", "kind": "answer", "question": f"{name}?", "nuggets": [nugget]}
    return Case.model_validate(base | {"expected_sections": [{"section": REF, "grade": 3}]} | fields)


def drawn(size: int = 11, seed: int = 1) -> tuple[Label, ...]:
    stranger = replace(SECTION, ref="graphql/schema#naming", question="Which names?", short_answer=OTHER)
    neighbour = replace(SECTION, ref="auth/jwt#storage", question="Where?", short_answer=LONG)
    cases = [*(asking(f"case-{at}") for at in range(30)), asking("refused"), asking("seen", split="dev")]
    return drawing.draw(cases, answered, [SECTION, neighbour, stranger], WEIGHTS, size=size, seed=seed)


def test_a_draw_takes_answered_test_questions_and_changes_half_of_the_statements() -> None:
    found = drawn(22)

    kinds = Counter(each.kind for each in found)
    changes = Counter(bool(each.change) for each in found if each.kind == "statement")
    sources = {each.source.partition("/")[0] for each in found}
    assert kinds == {"nugget": 12, "statement": 10}
    assert changes == {True: 5, False: 5}
    assert {each.change for each in found} == {"", "number", "negated", "neighbour", "stranger"}
    assert not sources & {"refused", "seen"}
    assert all(each.label is None for each in found)
    assert found == drawn(22)
    assert found != drawn(22, seed=2)


def test_readers_see_neither_score_nor_change_and_the_second_gets_some_of_the_first(tmp_path: Path) -> None:
    target = tmp_path / "labels.jsonl"

    drawing.write(drawn(55), target, tmp_path / "sheets", seed=1)

    sheet, second = (
        [json.loads(line) for line in (tmp_path / "sheets" / name).read_text("utf-8").splitlines()]
        for name in ("sheet.jsonl", "second.jsonl")
    )
    assert {tuple(row) for row in sheet} == {("id", "kind", "question", "claim", "text")}
    assert all(row in sheet for row in second)
    assert Counter(row["kind"] for row in second) == {"nugget": 9, "statement": 8}
    assert [each.id for each in calibration.load(target)] == [row["id"] for row in sheet]
    assert (tmp_path / "sheets" / "BRIEF.md").read_text("utf-8") == drawing.BRIEF.read_text("utf-8")


def test_a_draw_does_not_overwrite_what_people_said(folder: Path) -> None:
    result = calibrate("--labels", folder, "--draw", 11, "--out", folder / "sheets")

    assert result.exit_code == 2
    assert "holds labels that people gave" in result.output
    assert not (folder / "sheets").exists()


def test_a_draw_needs_a_folder_for_its_sheets(folder: Path) -> None:
    result = calibrate("--labels", folder, "--draw", 11)

    assert result.exit_code == 2
    assert "--draw needs --out" in result.output
