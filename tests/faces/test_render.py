from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_architect import HOSTILE, SECTION, answer_to

from backend_architect import render
from backend_architect.types import CitedSource, Delta, Done, Event, Started

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SGR = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal(width: int, monkeypatch: pytest.MonkeyPatch, **environ: str) -> tuple[Terminal, render.View]:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", str(width))
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    stream = Terminal()
    return stream, render.view_for(stream, environ={"TERM": "xterm-256color"} | environ)


def show_text(view: render.View, text: str, *, piece: int = 5) -> None:
    for start in range(0, len(text), piece):
        view.write(text[start : start + piece])
    view.finish()


def cut(text: str, *, piece: int = 3) -> list[tuple[str, str | None]]:
    cutter = render.BlockCutter()
    found = [block for start in range(0, len(text), piece) for block in cutter.feed(text[start : start + piece])]
    return [(block.text, block.language) for block in [*found, *cutter.finish()]]


# --- cutting ---------------------------------------------------------------------------------------


def test_a_blank_line_inside_a_fence_does_not_cut_the_code():
    text = "Before.\n\n```python\na = 1\n\nb = 2\n```\nAfter."

    assert cut(text) == [("Before.", None), ("a = 1\n\nb = 2", "python"), ("After.", None)]


def test_a_finished_block_comes_out_before_the_text_ends():
    cutter = render.BlockCutter()

    blocks = [block.text for block in cutter.feed("One.\n\nTwo.\n\nThr")]

    assert blocks == ["One."]
    assert [block.text for block in cutter.feed("ee.\n\nFour")] == ["Two."]


def test_an_indented_paragraph_stays_with_its_list_item():
    assert cut("- a\n\n  more of a\n- b\n\nAfter.") == [("- a\n\n  more of a\n- b", None), ("After.", None)]


def test_code_inside_a_list_item_loses_the_indent_of_the_item_only():
    text = "1. Claim:\n   ```python\n   if new:\n       work()\n   ```\n   then reply\n2. Done\n"

    assert cut(text) == [
        ("1. Claim:", None),
        ("if new:\n    work()", "python"),
        ("then reply", None),
        ("2. Done", None),
    ]


def test_a_fence_that_opens_on_the_line_of_its_list_item_closes_again():
    assert cut("- ```sh\n  ls\n  ```\n\nAfter.") == [("  ls", "sh"), ("After.", None)]


def test_a_longer_fence_is_not_closed_by_the_shorter_one_inside():
    assert cut("````markdown\n```\nx\n```\n````\n") == [("```\nx\n```", "markdown")]


def test_a_fence_nobody_closed_is_still_shown():
    assert cut("```go\nfunc main() {") == [("func main() {", "go")]


@given(st.text(alphabet="ab \n`~-1.>|#\t", max_size=80), st.integers(1, 9))
def test_where_the_stream_is_cut_changes_nothing(text: str, piece: int):
    assert cut(text, piece=piece) == cut(text, piece=1000)


@given(st.text(alphabet="ab \n-1.>|#\t", max_size=80))
def test_no_letter_of_the_prose_gets_lost(text: str):
    shown = "".join(block for block, _ in cut(text))

    assert [letter for letter in shown if letter in "ab"] == [letter for letter in text if letter in "ab"]


# --- control characters ------------------------------------------------------------------------------


def test_terminal_orders_in_every_field_of_an_answer_reach_a_pipe_as_harmless_text():
    stream = io.StringIO()

    render.show(events_of("hostile"), render.view_for(stream, environ={}))

    assert "[2J" in stream.getvalue()
    assert CONTROL.findall(stream.getvalue()) == []


def test_on_a_terminal_the_only_control_sequences_are_our_own_styles(monkeypatch: pytest.MonkeyPatch):
    stream, view = terminal(80, monkeypatch)

    render.show(events_of("hostile"), view)

    assert "[bold]tag[/bold]" in stream.getvalue()
    assert CONTROL.findall(SGR.sub("", stream.getvalue())) == []


def test_escape_sequences_in_code_and_its_language_are_neutralised(monkeypatch: pytest.MonkeyPatch):
    stream, view = terminal(80, monkeypatch)

    show_text(view, f"```py\x1b[2Jthon\nprint('{HOSTILE}')\n```\n")

    assert CONTROL.findall(SGR.sub("", stream.getvalue())) == []


def test_json_keeps_its_meaning_and_loses_its_control_characters():
    import json

    text = json.dumps({"a": "x\x9b31m\x7f\u202e\ud800é"}, ensure_ascii=False)

    shown = render.clean_json(text)

    assert CONTROL.findall(shown) == []
    assert json.loads(shown) == {"a": "x\x9b31m\x7f\u202e\ud800é"}
    assert "é" in shown


@given(st.text(max_size=60))
def test_cleaning_removes_control_characters_and_nothing_else(text: str):
    removed = {c for c in text if c not in render.clean(text)}

    assert CONTROL.findall(render.clean(text)) == []
    assert all(CONTROL.match(c) or "\ud800" <= c <= "\udfff" for c in removed)


# --- terminal ----------------------------------------------------------------------------------------


def test_code_stands_at_the_left_edge_unwrapped_and_without_a_frame(monkeypatch: pytest.MonkeyPatch):
    stream, view = terminal(40, monkeypatch, NO_COLOR="1")
    line = "result = service.claim(idempotency_key, request_hash, account_id)"

    show_text(view, f"Do:\n\n```python\n{line}\n\n    indented()\n```\n")

    assert SGR.sub("", stream.getvalue()) == f"Do:\n\n```python\n{line}\n\n    indented()\n```\n"


def test_colour_is_used_on_a_terminal_and_left_out_with_no_color(monkeypatch: pytest.MonkeyPatch):
    colour = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-7]|9[0-7]|38)")
    coloured, view = terminal(80, monkeypatch)
    show_text(view, "`code`\n\n```python\nreturn 1\n```\n")
    plain, view = terminal(80, monkeypatch, NO_COLOR="1")
    show_text(view, "`code`\n\n```python\nreturn 1\n```\n")

    assert colour.search(coloured.getvalue())
    assert not colour.search(plain.getvalue())


def test_text_in_angle_brackets_is_shown(monkeypatch: pytest.MonkeyPatch):
    stream, view = terminal(80, monkeypatch)

    show_text(view, "Replace <id> and &lt;name&gt;, see <https://example.com/x>.\n")

    assert SGR.sub("", stream.getvalue()) == "Replace <id> and <name>, see <https://example.com/x>.\n"


def test_the_address_behind_a_link_in_running_text_is_shown(monkeypatch: pytest.MonkeyPatch):
    stream, view = terminal(80, monkeypatch, FORCE_HYPERLINK="1")

    show_text(view, "See [https://bank.example](https://evil.example/x).\n")

    assert "https://bank.example (https://evil.example/x)" in SGR.sub("", stream.getvalue())


def test_a_line_carries_no_blanks_that_would_be_copied_along(monkeypatch: pytest.MonkeyPatch):
    stream, view = terminal(40, monkeypatch)

    show_text(view, "# Title\n\nShort.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")

    assert [line for line in SGR.sub("", stream.getvalue()).splitlines() if line != line.rstrip()] == []


@pytest.mark.parametrize("width", [40, 80, 120])
def test_prose_stays_within_the_width(width: int, monkeypatch: pytest.MonkeyPatch):
    stream, view = terminal(width, monkeypatch)

    show_text(view, "A sentence of many words that goes on. " * 9 + "\n\n- " + "item words " * 20 + "\n")

    assert max(len(line) for line in SGR.sub("", stream.getvalue()).splitlines()) <= width


GOLDEN_40 = """\
Send an Idempotency-Key with each POST
[1].

```python
claim(key)  # before the work
```

Keep it for a day [2].

- [1] api-design/retries#post-retry —
  How do I make POST safe to retry?
  - RFC 9110 HTTP Semantics §9.2.2 https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
- [2] house/rules#keys (own guide) —
  Which keys?

Ask next:
- How long?

(from the guides)
"""

GOLDEN_80 = """\
Send an Idempotency-Key with each POST [1].

```python
claim(key)  # before the work
```

Keep it for a day [2].

- [1] api-design/retries#post-retry — How do I make POST safe to retry?
  - RFC 9110 HTTP Semantics §9.2.2 https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
- [2] house/rules#keys (own guide) — Which keys?

Ask next:
- How long?

(from the guides)
"""


@pytest.mark.parametrize(("width", "golden"), [(40, GOLDEN_40), (80, GOLDEN_80), (120, GOLDEN_80)])
def test_a_whole_answer_on_a_terminal(width: int, golden: str, monkeypatch: pytest.MonkeyPatch):
    stream, view = terminal(width, monkeypatch)

    render.show(events_of("retry"), view)

    assert SGR.sub("", stream.getvalue()) == golden


def test_links_are_hidden_behind_the_source_only_where_the_terminal_shows_them(monkeypatch: pytest.MonkeyPatch):
    linking, view = terminal(80, monkeypatch, TERM_PROGRAM="WezTerm")
    render.show(events_of("retry"), view)
    other, view = terminal(80, monkeypatch)
    render.show(events_of("retry"), view)

    link = r"\x1b\]8;id=\d+;https://www\.rfc-editor\.org/rfc/rfc9110#section-9\.2\.2\x1b\\"
    assert re.search(link + r".*RFC 9110 HTTP Semantics §9\.2\.2.*\x1b\]8;;\x1b\\", linking.getvalue())
    assert "\x1b]8" not in other.getvalue()


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM_PROGRAM": "iTerm.app"}, True),
        ({"VTE_VERSION": "7200"}, True),
        ({"VTE_VERSION": "4600"}, False),
        ({"VTE_VERSION": "new"}, False),
        ({"WT_SESSION": "1"}, True),
        ({"TERM": "screen"}, False),
        ({"TERM": "screen", "FORCE_HYPERLINK": "1"}, True),
        ({"TERM_PROGRAM": "WezTerm", "FORCE_HYPERLINK": "0"}, False),
    ],
)
def test_terminals_known_for_links(environ: dict[str, str], expected: bool):
    assert render.shows_links(environ) is expected


def test_a_dumb_terminal_gets_plain_markdown():
    stream = Terminal()

    render.show(events_of("retry"), render.view_for(stream, environ={"TERM": "dumb"}))

    assert "\x1b" not in stream.getvalue()
    assert "Send an `Idempotency-Key` with each POST [1]." in stream.getvalue()


# --- pipes and footers ---------------------------------------------------------------------------------


def test_a_whole_answer_in_a_pipe_is_markdown():
    stream = io.StringIO()

    render.show(events_of("retry"), render.view_for(stream, environ={}))

    assert stream.getvalue() == (
        "Send an `Idempotency-Key` with each POST [1].\n\n"
        "```python\nclaim(key)  # before the work\n```\n\n"
        "Keep it for a day [2].\n\n"
        "- [1] api-design/retries#post-retry — How do I make POST safe to retry?\n"
        "  - RFC 9110 HTTP Semantics §9.2.2 <https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2>\n"
        "- [2] house/rules#keys (own guide) — Which keys?\n\n"
        "Ask next:\n- How long?\n\n"
        "(from the guides)\n"
    )


def test_a_hand_off_shows_whom_why_and_the_packet():
    stream = io.StringIO()

    render.show(events_of("a dashboard"), render.view_for(stream, environ={}))

    assert stream.getvalue() == (
        "This is for another one.\n\n"
        "Hand-off to: Frontend & UI Specialist\n"
        "- reason: it is about the screen\n"
        "- question: a dashboard\n"
        "- constraint: language: go\n"
        "- open: which charts\n\n"
        "(from the guides)\n"
    )


def test_a_model_answer_names_the_model_and_its_tokens():
    assert render.mode_line(answer_to("model")) == "(model tiny, checked against the guides; 812 + 64 tokens, 1.2 s)"


def test_an_answer_from_the_guides_after_a_failed_model_says_why():
    stream = io.StringIO()

    render.show(events_of("fallback"), render.view_for(stream, environ={}))

    assert (
        "Note: no reply from http://127.0.0.1:9/v1 within 60 s, so this answer comes from the guides"
        in stream.getvalue()
    )
    assert stream.getvalue().endswith("(from the guides)\n")


def test_a_person_learns_that_the_model_is_being_asked_and_a_pipe_does_not(monkeypatch: pytest.MonkeyPatch):
    person, view = terminal(80, monkeypatch)
    render.show(events_of("model"), view, waiting_for="tiny")
    pipe = io.StringIO()
    render.show(events_of("model"), render.view_for(pipe, environ={}), waiting_for="tiny")

    assert SGR.sub("", person.getvalue()).startswith("(2 sections found, asking tiny)\nSend an ")
    assert "asking" not in pipe.getvalue()


def test_an_interrupted_answer_keeps_its_text_is_marked_and_closes_the_stream():
    closed: list[bool] = []

    def events():
        try:
            yield Started("in_scope", ())
            yield Delta("The first half")
            raise KeyboardInterrupt
        finally:
            closed.append(True)

    stream = io.StringIO()

    shown = render.show(events(), render.view_for(stream, environ={}))

    assert shown is None
    assert stream.getvalue() == "The first half\n(interrupted: the answer above is not complete)\n"
    assert closed == [True]


def test_an_interrupt_while_printing_closes_the_stream_at_once():
    closed: list[bool] = []

    def events():
        try:
            yield Started("in_scope", ())
            yield Delta("The first half")
            yield Delta("never asked for")
        finally:
            closed.append(True)

    class Interrupted(render.PlainView):
        def write(self, markdown: str) -> None:
            super().write(markdown)
            if "half" in markdown:
                raise KeyboardInterrupt

    kept = events()

    assert render.show(kept, Interrupted(io.StringIO())) is None
    assert closed == [True]


def test_a_whole_section_reads_like_its_guide():
    assert render.section_markdown(SECTION) == (
        "## How do I make POST safe to retry?\n\n"
        "Retries (api-design/retries#post-retry)\n\n"
        "Send an `Idempotency-Key` and keep it unique.\n\n"
        "### Why\n\n"
        "POST is not idempotent.\n\n"
        "Claim the key (Python 3.11).\n\n"
        "```python\nclaim(key)\n```\n\n"
        "### Pitfalls\n\n"
        "- Two orders → check, then insert → insert first\n\n"
        "### Details\n\n"
        "- Who makes the key? The client makes it.\n\n"
        "### Sources\n\n"
        "- RFC 9110 HTTP Semantics §9.2.2: https://www.rfc-editor.org/rfc/rfc9110\n"
    )


@pytest.mark.parametrize(
    ("title", "url", "places", "shown"),
    [
        (
            "HTTP Semantics",
            "https://www.rfc-editor.org/rfc/rfc9110",
            ("9.2.2", "15.4"),
            "RFC 9110 HTTP Semantics §9.2.2, §15.4",
        ),
        (
            "LIMIT and OFFSET",
            "https://www.postgresql.org/docs/current/queries-limit.html",
            ("7.6",),
            "LIMIT and OFFSET §7.6",
        ),
        ("AIP-158", "https://google.aip.dev/158", ("Backwards compatibility",), "AIP-158, Backwards compatibility"),
        ("Pagination", "https://jsonapi.org/format/1.1/", (), "Pagination"),
    ],
)
def test_a_source_is_named_with_its_places(title: str, url: str, places: tuple[str, ...], shown: str):
    assert render.source_line(CitedSource(title=title, url=url, places=places)) == shown


def test_code_that_holds_a_fence_cannot_close_the_fence_around_it():
    assert render.fenced("```\nx\n```", "markdown") == "````markdown\n```\nx\n```\n````"


def events_of(question: str):
    answer = answer_to(question)
    events: list[Event] = [Started(answer.scope, tuple(citation.ref for citation in answer.citations))]
    events += [Delta(answer.text[start : start + 7]) for start in range(0, len(answer.text), 7)]
    yield from [*events, Done(answer)]
