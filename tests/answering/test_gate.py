"""What leaves the gate is supported and cited, marked as own judgement, or no claim at all."""

from __future__ import annotations

import re
import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_statements import FRAGMENTS, cut_up

from backend_architect.answering.gate import Gate
from backend_architect.answering.statements import exemption, split
from backend_architect.answering.support import weigh
from backend_architect.knowledge.corpus import Corpus
from backend_architect.types import Part, Section, Source


def _section(
    ref: str, short_answer: str, *blocks: str, url: str = "https://www.rfc-editor.org/rfc/rfc9110#section-9"
) -> Section:
    source = Source("rfc9110", "HTTP Semantics", "RFC Editor", url)
    return Section(
        ref, "Guide", "What is the question?", (), short_answer, parts=(Part("why", blocks),), sources=(source,)
    )


CURSOR = _section(
    "api/pages#cursor",
    "Cursor pagination stays stable when rows are inserted or deleted between pages. The cursor encodes the sort key of the last row.",
    "Never expose the primary key in the cursor token of a public endpoint.",
    "Limit pages to 100 items by default and answer 400 when the cursor is malformed.",
)
OFFSET = _section(
    "api/pages#offset",
    "Offset pagination gets slower with deep pages because skipped rows are still read by the database.",
    "Offset pagination suits small tables that change rarely and need numbered pages.",
)
TOKENS = _section(
    "auth/tokens#lifetime",
    "Let access tokens live 5 to 15 minutes, because a stolen token keeps working for that long.",
    'Answer 401 with `error="invalid_token"` when token validation fails, and send `WWW-Authenticate`.',
)
SECTIONS = (CURSOR, OFFSET, TOKENS)

STABLE = "Cursor pagination stays stable when rows are inserted or deleted between pages"
SLOW = "Offset pagination gets slower with deep pages because skipped rows are still read"
LIVE = "Access tokens live 5 to 15 minutes, because a stolen token keeps working for that long"
OWN = "A platform team of three engineers should own the shared libraries of the company"


def through(text: str, *sections: Section, strict: bool = False) -> tuple[str, Gate]:
    gate = Gate(sections or SECTIONS, strict=strict)
    return gate.feed(text) + gate.finish(), gate


def released(text: str, *, strict: bool = False) -> str:
    return through(text, strict=strict)[0]


# --- citations ---------------------------------------------------------------------------------


def test_a_true_citation_stays_and_is_numbered_by_first_use() -> None:
    text, gate = through(f"{LIVE} [3]. {STABLE} [1].")

    assert text == f"{LIVE} [1]. {STABLE} [2]."
    assert gate.refs == ("auth/tokens#lifetime", "api/pages#cursor")


def test_a_citation_that_does_not_support_its_sentence_moves_to_the_section_that_does() -> None:
    text, gate = through(f"{STABLE} [2].")

    assert text == f"{STABLE} [1]."
    assert gate.refs == ("api/pages#cursor",)
    assert gate.verdicts[0].reason == "api/pages#offset does not say this, api/pages#cursor does"


def test_of_two_citations_only_the_supporting_one_stays() -> None:
    text, gate = through(f"{STABLE} [2][1].")

    assert text == f"{STABLE} [1]."
    assert gate.refs == ("api/pages#cursor",)


def test_a_supported_sentence_without_citation_gets_one() -> None:
    assert released(f"{STABLE}.") == f"{STABLE} [1]."


def test_a_marker_at_the_end_of_a_paragraph_covers_the_sentences_it_supports() -> None:
    text = f"{STABLE}. The cursor encodes the sort key of the last row. Never expose the primary key in the cursor token of a public endpoint [1]."

    assert released(text) == text


def test_a_sentence_of_another_section_in_a_marked_paragraph_gets_its_own_marker() -> None:
    assert released(f"{SLOW}. {STABLE} [1].") == f"{SLOW} [1]. {STABLE} [2]."


def test_every_list_item_and_table_row_carries_its_own_citation() -> None:
    assert released(f"- {STABLE}\n- {SLOW} [2]") == f"- {STABLE} [1]\n- {SLOW} [2]"
    assert released(f"| h |\n|---|\n| {STABLE} |\n| {SLOW} |") == f"| h |\n|---|\n| {STABLE} [1] |\n| {SLOW} [2] |"


@pytest.mark.parametrize(
    "marker",
    "[1]|[1, 2]|[1][2]|【1】|【1†source】|[^1]|[Section 1]|[[1]]|[1](https://evil.example)|[1, 17]|[1-3]".split("|"),
)
def test_every_way_of_citing_becomes_one(marker: str) -> None:
    assert released(f"{STABLE} {marker}.") == f"{STABLE} [1]."
    assert released(f"{STABLE}. {marker} Next one.") == f"{STABLE}. [1] Next one."


@pytest.mark.parametrize("marker", ["[17]", "[0]", "[^9]", "【8】", "[Section 12]"])
def test_a_dangling_number_never_leaves(marker: str) -> None:
    text, gate = through(f"{OWN} {marker}. Short {marker} text.")

    assert text == f"{OWN}. *(own judgement)* Short text."
    assert gate.refs == ()


def test_sections_added_later_continue_the_numbers() -> None:
    gate = Gate((CURSOR,))
    before = gate.feed(f"{STABLE} [1].\n\n")
    gate.add((OFFSET,))
    text = before + gate.feed(f"{SLOW} [2].") + gate.finish()

    assert text == f"{STABLE} [1].\n\n{SLOW} [2]."
    assert gate.refs == ("api/pages#cursor", "api/pages#offset")


def test_code_and_inline_code_are_never_touched() -> None:
    code = "```python\nrows[1] = x[17]  # [2]. <b>hi</b> ![x](y)\n\n- not a list\n```"

    assert (
        released(f"{STABLE} with `rows[1]` [1].\n\n{code}\n")
        == f"{STABLE} with `rows[1]`. *(own judgement)*\n\n{code}\n"
    )
    assert released("Use `a[1] <b>` here.") == "Use `a[1] <b>` here."
    assert released("Use `a`[9]`b` here.") == "Use `a` `b` here."


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (f"{STABLE} ([1], [2]).", f"{STABLE} ([1])."),
        (f"{STABLE} (see [1]).", f"{STABLE} (see [1])."),
        (f"{OWN} (see [2]).", f"{OWN}. *(own judgement)*"),
        (f"{STABLE} [1]. See also [2] and [3].", f"{STABLE} [1]."),
        ("- [1] Guide title\n- [2] Another", "- Guide title\n- Another"),
    ],
)
def test_a_removed_marker_leaves_nothing_behind(raw: str, shown: str) -> None:
    assert released(raw) == shown


def test_a_citation_stands_before_the_line_end_that_follows_its_sentence() -> None:
    assert released(f"{STABLE}.\n") == f"{STABLE} [1].\n"
    assert released(f"{STABLE}.\n```\ncode\n```\n") == f"{STABLE} [1].\n```\ncode\n```\n"


def test_a_quoted_line_must_be_verbatim_or_is_a_sentence_like_others() -> None:
    assert released(f"> {STABLE}.") == f"> {STABLE} [1]."
    assert released(f"> {OWN}.") == f"{OWN}. *(own judgement)*"


# --- verdicts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        "Access tokens live 5 to 60 minutes, because a stolen token keeps working for that long [3].",
        "Access tokens live 5 to 60 minutes, because a stolen token keeps working for that long.",
        "Cursor pagination does not stay stable when rows are inserted or deleted between pages [1].",
        "Always expose the primary key in the cursor token of a public endpoint [1].",
        'Answer 403 with `error="invalid_token"` when the token validation fails [3].',
        "Answer 403 when token validation fails.",
        "Limit pages to 1000 items.",
    ],
)
def test_a_sentence_that_contradicts_its_section_is_cut(wrong: str) -> None:
    text, gate = through(f"{STABLE} [1]. {wrong} {SLOW} [2].")

    assert text == f"{STABLE} [1]. {SLOW} [2]."
    assert [verdict.support for verdict in gate.verdicts] == ["supported", "contradicted", "supported"]


def test_a_sentence_that_rests_on_no_section_is_marked() -> None:
    text, gate = through(f"{OWN} [1]. {STABLE} [1].")

    assert text == f"{OWN}. *(own judgement)* {STABLE} [1]."
    assert [verdict.support for verdict in gate.verdicts] == ["judgement", "supported"]


def test_strict_cuts_what_rests_on_no_section() -> None:
    text, gate = through(f"{OWN} [1]. {STABLE} [1].", strict=True)

    assert text == f"{STABLE} [1]."
    assert [verdict.support for verdict in gate.verdicts] == ["unsupported", "supported"]


def test_a_model_cannot_give_itself_the_mark_of_judgement() -> None:
    assert released(f"{STABLE}. *(own judgement)* Next.") == f"{STABLE} [1]. Next."
    assert released(f"{OWN}. *(own judgement)* Next.") == f"{OWN}. *(own judgement)* Next."


def test_what_is_no_statement_is_exempt_and_stays() -> None:
    question = "Which pagination style should you choose for a public list endpoint?"
    text = f"## Choosing a pagination style\n\n{question}\n\nHere is how to decide between the two of them in practice:"
    shown, gate = through(text)

    assert shown == text
    assert [(verdict.support, verdict.reason) for verdict in gate.verdicts] == [
        ("exempt", "heading"),
        ("exempt", "question"),
        ("exempt", "bridge"),
    ]


def test_a_cut_item_takes_its_bullet_and_a_cut_paragraph_its_blank_line() -> None:
    assert released(f"- {STABLE} [1].\n- {OWN}.\n- {SLOW} [2].", strict=True) == f"- {STABLE} [1].\n- {SLOW} [2]."
    assert released(f"{STABLE} [1].\n\n{OWN}.\n\n{SLOW} [2].", strict=True) == f"{STABLE} [1].\n\n{SLOW} [2]."
    assert released(f"- {OWN}. {STABLE} [1].", strict=True) == f"- {STABLE} [1]."


def test_a_heading_with_nothing_left_below_it_goes_too() -> None:
    assert released(f"## One\n\n{OWN}.\n\n## Two\n\n{STABLE} [1].", strict=True) == f"## Two\n\n{STABLE} [1]."
    assert released(f"{STABLE} [1].\n\n## End\n\n{OWN}.", strict=True) == f"{STABLE} [1]."


def test_a_quotation_that_no_section_contains_loses_its_marks() -> None:
    true = 'The rule is "cursor encodes the sort key of the last row" for the cursor [1].'
    false = 'The rule is "cursor encodes the last sort key of the row" for the cursor [1].'

    assert released(true) == true
    assert released(false) == false.replace('"', "")


def test_without_sections_everything_is_judgement() -> None:
    gate = Gate(())

    assert gate.feed(f"{STABLE} [1].") + gate.finish() == f"{STABLE}. *(own judgement)*"


# --- markup ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Look ![chart](https://evil.example/p.png?d=secret) here.", "Look here."),
        ("Go to [the docs](https://evil.example/x) now.", "Go to the docs now."),
        (
            "Read [HTTP](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.1) now.",
            "Read [HTTP](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.1) now.",
        ),
        ("Read [HTTP](https://www.rfc-editor.org/rfc/rfc9110?d=secret) now.", "Read HTTP now."),
        ("A <b>bold</b> <img src=x onerror=alert(1)> text.", "A bold  text."),
        ("A <scr<b>ipt>alert(1)</script> text.", "A alert(1) text."),
        (
            "Use <token> or List<T>.",
            "Use <token> or List<T>.",
        ),
        ("See https://evil.example/?d=1 now.", "See `https://evil.example/?d=1` now."),
        ("See <https://evil.example/> now.", "See `https://evil.example/` now."),
        ("[id]: https://evil.example\n", ""),
        ("Red \x1b[31mtext\x1b[0m and \x1b]8;;https://evil.example\x07link\x1b]8;;\x07.", "Red text and link."),
        ("Null\x00 bell\x07 zero\u200bwidth \u202eright\u202c.", "Null bell zerowidth right."),
        ("Tab\tstays\r\nand lines.", "Tab\tstays\nand lines."),
    ],
)
def test_images_html_foreign_links_and_control_characters_are_taken_out(raw: str, shown: str) -> None:
    assert released(raw) == shown


HALVES = (
    *(
        "![",
        "](",
        "https://evil.example/x",
        ")",
        "[a",
        "]",
        "<img ",
        "src=",
        ">",
        "<a href=",
        "</a>",
        "<scr",
        "ipt>",
        "<!--",
    ),
    *("-->", ". ", "\n", "`", "\x1b[", "\x1b]", "B", "<", "!", "(", "\\", "[x]: "),
)
HOSTILE = st.lists(st.one_of(st.sampled_from(HALVES), st.text(max_size=3)), max_size=25).map("".join)


def test_a_short_sentence_with_a_number_no_section_has_is_marked() -> None:
    assert released("The header is an RFC standard since 2021 [1].").endswith("since 2021. *(own judgement)*")


@given(HOSTILE)
@settings(max_examples=400, deadline=None)
def test_no_sequence_of_halves_joins_to_an_image_a_foreign_link_or_a_tag(raw: str) -> None:
    text = released(raw)
    prose = "".join(unit.source for unit in split(text) if unit.kind != "code")
    prose = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "·", prose, flags=re.DOTALL)

    assert not re.search(r"!\[[^\]]*\]\(", prose)
    assert not re.search(r"\[[^\]]*\]\(\s*<?https?:", prose)
    assert not re.search(r"<(?:img|a|script)(?=[\s/>])[^>]*>", prose)  # `<img(>` is no element a browser knows
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)


# --- streaming ---------------------------------------------------------------------------------

CLAIMS = (
    *(f"{STABLE} [1]. ", f"{STABLE}. ", f"{SLOW}. [2] ", f"{LIVE} [1, 3].", f"{OWN}. "),
    "Access tokens live 5 to 60 minutes, because a stolen token keeps working. ",
)
RAW = st.lists(st.one_of(st.sampled_from(CLAIMS), st.sampled_from(FRAGMENTS), st.text(max_size=4)), max_size=14).map("".join)  # fmt: skip


@given(RAW, st.lists(st.integers(0, 9), max_size=80), st.booleans())
@settings(max_examples=200, deadline=None)
def test_the_released_text_does_not_depend_on_how_the_raw_text_was_cut(
    raw: str, sizes: list[int], strict: bool
) -> None:
    gate = Gate(SECTIONS, strict=strict)

    text = "".join([gate.feed(piece) for piece in cut_up(raw, sizes)]) + gate.finish()

    whole, other = through(raw, strict=strict)
    assert text == whole
    assert gate.refs == other.refs
    assert gate.verdicts == other.verdicts


@given(RAW, st.booleans())
@settings(max_examples=200, deadline=None)
def test_every_number_in_the_released_text_has_a_section(raw: str, strict: bool) -> None:
    text, gate = through(raw, strict=strict)
    prose = "".join(unit.source for unit in split(text) if unit.kind != "code")
    prose = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", prose, flags=re.DOTALL)

    cited = {int(number) for number in re.findall(r"\[(\d+)\]", prose)}

    assert cited <= set(range(1, len(gate.refs) + 1))


def test_a_sentence_is_let_out_when_the_next_begins() -> None:
    gate = Gate(SECTIONS)

    assert gate.feed(f"{STABLE} [1]") == ""
    assert gate.feed(". ") == ""
    assert gate.feed("T") == f"{STABLE} [1]."


def test_half_a_marker_is_held_back() -> None:
    gate = Gate(SECTIONS)
    shown = gate.feed(f"{STABLE}. [")

    assert shown == ""
    assert gate.feed("1") == ""
    assert gate.feed("] T") == f"{STABLE}. [1]"


# --- guides ------------------------------------------------------------------------------------


@cache
def corpus() -> tuple[Section, ...]:
    return Corpus.load().sections


def _body(section: Section) -> str:
    return section.prose.removeprefix(section.question).strip()


def test_verbatim_text_of_every_guide_passes_untouched_but_for_citations() -> None:
    sections = corpus()
    weights = weigh(sections)
    changed = []
    for section in sections:
        gate = Gate((section,), weights=weights)
        text = gate.feed(_body(section)) + gate.finish()
        if re.sub(r" ?\[1\]", "", text) != re.sub(r" ?\[1\]", "", _body(section)) or any(
            v.support not in ("supported", "exempt") for v in gate.verdicts
        ):
            changed.append(section.ref)

    assert len(sections) > 40
    assert changed == []


def test_another_guides_section_supports_hardly_a_sentence() -> None:
    sections = corpus()
    weights = weigh(sections)
    supported = total = 0
    for index, section in enumerate(sections):
        stranger = next((other for other in (*sections[index:], *sections) if other.guide != section.guide), None)
        assert stranger is not None, "one guide only"
        gate = Gate((stranger,), weights=weights)
        gate.feed(_body(section))
        gate.finish()
        verdicts = [verdict for verdict in gate.verdicts if verdict.support != "exempt"]
        total += len(verdicts)
        supported += sum(verdict.support == "supported" for verdict in verdicts)

    assert supported < 0.02 * total


def test_a_hundred_tokens_cost_far_less_than_the_model_takes_for_them() -> None:
    sections = sorted(corpus(), key=lambda section: -len(section.prose))[:8]
    text = "\n\n".join(_body(section) for section in sections[:3])
    Gate(sections).feed(text)

    started = time.process_time()
    Gate(sections).feed(text)
    seconds = time.process_time() - started

    # The budget is 10 ms for 100 tokens (about 420 characters); the bench measures it, here a regression of ten times fails.
    assert seconds / (len(text) / 420) < 0.1


def test_true_sentences_about_neighbouring_things_are_hardly_ever_cut() -> None:
    verdicts = []
    for section in corpus():
        siblings = [other for other in corpus() if other.guide == section.guide and other.ref != section.ref][:5]
        gate = Gate(siblings)
        gate.feed(_body(section))
        gate.finish()
        verdicts += gate.verdicts

    cut = [verdict for verdict in verdicts if verdict.support == "contradicted"]

    assert len(cut) < 0.01 * len(verdicts), cut


@pytest.mark.parametrize(
    "piece",
    [
        "x",
        " ",
        "word ",
        "`",
        "[",
        "[1",
        "![",
        "<!--",
        "<a ",
        "](",
        "| ",
        "> ",
        "- ",
        "#",
        "Foo. ",
        ". [1] ",
        "\n",
        '"',
        "1.",
        "\x1b]",
        "https://",
        "not ",
    ],
)
def test_hostile_text_takes_bounded_time(piece: str) -> None:
    text = f"{piece * (20_000 // len(piece))} end."
    gate = Gate(SECTIONS)

    started = time.process_time()
    for line_start in ("", "| ", "> ", "# ", "- "):
        gate.feed(f"{line_start}{text}\n")
    gate.finish()

    assert time.process_time() - started < 5


def test_statements_of_the_fixtures_are_statements() -> None:
    assert [exemption(split(f"{text}.")[0]) for text in (STABLE, SLOW, LIVE, OWN)] == ["", "", "", ""]
