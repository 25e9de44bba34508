"""The splitter cuts where people see the end of a sentence, loses nothing, and does not care how text arrives."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backend_architect.answering.statements import (
    MARKER,
    SENTENCE_CHARACTERS,
    Splitter,
    Unit,
    content_words,
    exemption,
    numbers,
    plain,
    split,
)

FRAGMENTS = (
    *(
        "Use cursors. ",
        "It is stable [1]. ",
        "It is stable. [1] ",
        "e.g. ",
        "`a. b` ",
        "``x ` y`` ",
        "`",
        "Really? ",
        "No! ",
    ),
    *(
        "[1, 2]",
        "[1](http://x.example/a)",
        "【3】",
        "[^1]",
        "[Section 2]",
        "[text](https://x.example/?a=b. c) ",
        "![i](u) ",
    ),
    *(
        "\n",
        "\n\n",
        "- ",
        "1. ",
        "> ",
        "| a | b |",
        "|---|---|",
        "```",
        "```python\n",
        "~~~",
        "# ",
        "---",
        "    ",
        "\t",
        "\r",
    ),
    *("*(own judgement)*", "*(own", "x" * 30, " ", "RFC 9110 §9.2.2 ", "v1.2 ", "etc. The ", "é", "…", "<b>"),
)
MARKDOWN = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=5)), max_size=30).map("".join)


def texts(markdown: str) -> list[str]:
    return [unit.text for unit in split(markdown) if unit.kind != "gap"]


def cut_up(text: str, sizes: list[int]) -> list[str]:
    pieces, position = [], 0
    for size in sizes:
        pieces.append(text[position : position + size])
        position += size
    return [*pieces, text[position:]]


@given(MARKDOWN)
@example("```Use cursors. ```python\n")
@example("- [ ] task\n  - nested. Two\n\n    code?\n")
def test_units_joined_are_the_text(text: str) -> None:
    assert "".join(unit.source for unit in split(text)) == text


@given(MARKDOWN, st.lists(st.integers(0, 7), max_size=60))
@settings(max_examples=300)
def test_units_do_not_depend_on_how_the_text_arrives(text: str, sizes: list[int]) -> None:
    splitter = Splitter()

    units = [unit for piece in cut_up(text, sizes) for unit in splitter.feed(piece)] + splitter.finish()

    assert tuple(units) == split(text)


@pytest.mark.parametrize(
    "sentence",
    [
        "Send a key with each POST, e.g. a UUID, and store it.",
        "Retry safe methods, i.e. GET and HEAD, vs. POST never.",
        "RFC 9110 §9.2.2 defines idempotent methods.",
        "It works since v1.2 and in Python 3.11 too.",
        "Edit settings.py and package.json, then restart Node.js services.",
        "See https://api.example.com/v1/orders?limit=10.5&x=y for the list.",
        "Call `client.get(url). Then` exactly once per request.",
        "Set no. 5 and max. 10 connections per pool.",
        "It is (see above.) still one thing.",
    ],
)
def test_full_stops_inside_a_sentence_do_not_end_it(sentence: str) -> None:
    assert texts(sentence) == [sentence]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Use PUT. It is idempotent.", ["Use PUT.", "It is idempotent."]),
        ("Is it safe? Yes! Do it.", ["Is it safe?", "Yes!", "Do it."]),
        ("Use retries, timeouts, etc. The client decides.", ["Use retries, timeouts, etc.", "The client decides."]),
        ('He said "stop." Then it stopped.', ['He said "stop."', "Then it stopped."]),
        ("It returns 404. gRPC has NOT_FOUND.", ["It returns 404.", "gRPC has NOT_FOUND."]),
        ("One line\ngoes on. Next.", ["One line\ngoes on.", "Next."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is stable [1]. It is fast.", ["It is stable [1].", "It is fast."]),
        ("It is stable. [1] It is fast.", ["It is stable. [1]", "It is fast."]),
        ("It is stable.[1][2] It is fast.", ["It is stable.[1][2]", "It is fast."]),
        ("It is stable. [1, 2] [3] It is fast.", ["It is stable. [1, 2] [3]", "It is fast."]),
        ("It is stable. [Section 4] It is fast.", ["It is stable. [Section 4]", "It is fast."]),
        ("It is stable. *(own judgement)* It is fast.", ["It is stable. *(own judgement)*", "It is fast."]),
        (
            "It is stable. [see](https://x.example) It is fast.",
            ["It is stable.", "[see](https://x.example) It is fast."],
        ),
        ("- It is stable [1]\n- It is fast [2]", ["It is stable [1]", "It is fast [2]"]),
    ],
)
def test_a_marker_belongs_to_the_sentence_it_follows(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_blocks_are_told_apart() -> None:
    text = "# Title\n\nOne. Two.\n\n- item a\n- item b. More.\n\n| h | i |\n|---|---|\n| c | d |\n\n> quoted\n\n```py\nx = 1. Y\n```\n"

    assert [(unit.kind, unit.text) for unit in split(text)] == [
        ("heading", "# Title"),
        ("sentence", "One."),
        ("sentence", "Two."),
        ("sentence", "item a"),
        ("sentence", "item b."),
        ("sentence", "More."),
        ("table", "| h | i |"),
        ("table", "|---|---|"),
        ("row", "| c | d |"),
        ("quote", "quoted"),
        ("code", "```py"),
        ("code", "x = 1. Y"),
        ("code", "```"),
        ("gap", ""),
    ]


def test_sentences_of_one_paragraph_or_item_share_a_block() -> None:
    one, two, item, more, other = split("One. Two.\n- item a. More.\n- item b")

    assert one.block == two.block
    assert item.block == more.block
    assert len({one.block, item.block, other.block}) == 3


def test_code_inside_a_list_item_is_code() -> None:
    kinds = [unit.kind for unit in split("1. Run this:\n   ```sh\n   rm x. Now\n   ```\n2. Done with it.")]

    assert kinds == ["sentence", "code", "code", "code", "sentence"]


def test_a_sentence_without_end_is_cut_so_that_memory_stays_bounded() -> None:
    assert max(len(unit.text) for unit in split("word " * 2000)) <= SENTENCE_CHARACTERS + 10
    assert max(len(unit.text) for unit in split("x" * 50_000)) <= 4 * SENTENCE_CHARACTERS + 10


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Cursor pagination stays stable when rows are inserted between pages.", ""),
        ("- Store the token in an `HttpOnly` cookie with `SameSite=Lax` set.", ""),
        ("| Cursor pagination | stable under inserts | needs a unique sort key |", ""),
        ("Should the client send the idempotency key with every single retry?", "question"),
        ("## Cursor pagination compared with offset pagination for large tables", "heading"),
        ("Here is how to validate the access token in your service:", "bridge"),
        ("Hello, I can help you with backend and API design questions today.", "greeting"),
        ("The Frontend & UI Specialist is the right address for React component questions.", "hand-off"),
        ("Use it for everything.", "short"),
    ],
)
def test_only_claims_are_statements(text: str, reason: str) -> None:
    unit = next(unit for unit in split(text) if unit.text)

    assert exemption(unit) == reason


def test_function_words_are_not_content() -> None:
    assert content_words("It is the one that you would have to do with this") == 0
    assert content_words("Return `429` with Retry-After") == 3


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("[1]", (1,)),
        ("[17]", (17,)),
        ("[1, 2]", (1, 2)),
        ("[1-3]", (1, 2, 3)),
        ("[[2]]", (2,)),
        ("[^4]", (4,)),
        ("【5】", (5,)),
        ("【5†source】", (5,)),
        ("[Section 6]", (6,)),
        ("[Sections 1 and 3]", (1, 3)),
        ("[source: 2]", (2,)),
        ("[2](https://evil.example)", (2,)),
    ],
)
def test_every_way_models_write_a_citation_is_read(marker: str, expected: tuple[int, ...]) -> None:
    match = MARKER.fullmatch(marker)

    assert match is not None
    assert numbers(match) == expected


@pytest.mark.parametrize("text", ["[x]", "[ ]", "[text](url)", "[RFC 9110]", "[a-z]", "[1.5]", "[2026-11-25]"])
def test_other_brackets_are_no_citations(text: str) -> None:
    assert MARKER.search(text) is None


def test_plain_text_has_no_markers_but_keeps_code() -> None:
    assert plain("Use `a[1]` here [1]. *(own judgement)*") == "Use `a[1]` here."
    assert plain("See [the RFC](https://x.example/a) first [2].") == "See the RFC first."


def test_a_unit_remembers_what_stood_before_it() -> None:
    assert split("\n\n- text")[0] == Unit("sentence", "\n\n- ", "text", split("\n\n- text")[0].block)
