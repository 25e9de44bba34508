"""Shows answers and guide sections: styled, block by block, on a terminal; plain Markdown everywhere else."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from textwrap import dedent
from typing import TYPE_CHECKING, Literal, Protocol, TextIO

from backend_architect.types import Answer, Citation, CitedSource, Delta, Done, Event, Handoff, Section, Source, Started

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from rich.console import Console, RenderableType
    from rich.segment import Segment
    from rich.text import Text

# Everything a terminal obeys instead of showing: C0 except tab and newline, DEL, C1; the bidirectional overrides that
# make text read other than it is; and lone surrogates, which no stream can encode.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_FENCE = re.compile(r"^(?P<indent>\s*)(?:(?:[-*+]|\d{1,9}[.)])\s+)?(?P<marks>`{3,}|~{3,})(?P<info>[^`]*)$")
_LIST_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])\s")

_RFC = re.compile(r"/rfc(\d+)\b")

Tone = Literal["text", "strong", "quiet", "warning"]
_STYLES: Mapping[Tone, str] = {"text": "", "strong": "bold", "quiet": "dim", "warning": "yellow"}

_LINKING_PROGRAMS = frozenset({"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio"})
_LINKING_TERMS = frozenset({"xterm-kitty", "xterm-ghostty", "alacritty", "foot", "foot-extra", "contour", "wezterm"})
_FIRST_LINKING_VTE = 5000


def clean(text: str) -> str:
    """Return the text without control characters; newline and tab stay."""
    return _CONTROL.sub("", text)


def clean_json(text: str) -> str:
    """Return the same JSON with control characters written as escapes, so that a terminal only shows them."""
    return _CONTROL.sub(lambda match: "" if match[0] == "\r" else f"\\u{ord(match[0]):04x}", text)


# --- blocks --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """A finished piece of Markdown: prose when `language` is None, else the bare code of a fence."""

    text: str
    language: str | None = None


class BlockCutter:
    """Cuts a stream of Markdown into blocks at blank lines outside code fences."""

    def __init__(self) -> None:
        self._rest = ""
        self._lines: list[str] = []
        self._fence: re.Match[str] | None = None
        self._follows_nested_code = False

    def feed(self, piece: str) -> Iterator[Block]:
        """Take more text; return the blocks that it finished."""
        *lines, self._rest = (self._rest + piece).split("\n")
        for line in lines:
            yield from self._take(line)

    def finish(self) -> Iterator[Block]:
        """Return what is left, an unclosed fence included."""
        if self._rest:
            yield from self._take(self._rest)
            self._rest = ""
        yield from self._flush()

    def _take(self, line: str) -> Iterator[Block]:
        if self._fence is not None:
            yield from self._take_code(self._fence, line)
        elif opening := _FENCE.match(line):
            yield from self._flush()
            self._fence = opening
        elif line.strip():
            if self._lines and self._starts_block(line):
                yield from self._flush()
            self._lines.append(line)
        elif self._lines:
            self._lines.append("")

    def _take_code(self, fence: re.Match[str], line: str) -> Iterator[Block]:
        marks = fence["marks"]
        bare = line.strip()
        if len(bare) >= len(marks) and set(bare) == {marks[0]}:
            yield from self._flush()
            return
        indent = min(len(fence["indent"]), len(line) - len(line.lstrip(" ")))
        self._lines.append(line[indent:])

    def _starts_block(self, line: str) -> bool:
        if self._follows_nested_code and _LIST_ITEM.match(line):
            return True
        is_list = _LIST_ITEM.match(self._lines[0]) is not None
        return not self._lines[-1] and not (is_list and line.startswith(("  ", "\t")))

    def _flush(self) -> Iterator[Block]:
        lines, fence, follows_nested_code = self._lines, self._fence, self._follows_nested_code
        self._lines, self._fence, self._follows_nested_code = [], None, False
        if fence is not None:
            self._follows_nested_code = bool(fence["indent"])
            yield Block("\n".join(lines), language=fence["info"].strip().partition(" ")[0])
        elif text := "\n".join(lines).rstrip():
            # The list item goes on below its code; on its own it would read as indented code.
            yield Block(dedent(text) if follows_nested_code else text)


# --- views ---------------------------------------------------------------------------------------


class View(Protocol):
    """A place where Markdown appears as it arrives, and single lines below it."""

    def write(self, markdown: str) -> None:
        """Take more of the Markdown."""

    def finish(self) -> None:
        """Show what is still held back and end the block."""

    def line(self, text: str = "", *, tone: Tone = "text", link: str = "") -> None:
        """Show one line that is not Markdown, with an address that goes with it."""

    def status(self, text: str) -> None:
        """Tell a person that something takes time; nothing for a file to keep."""


class PlainView:
    """Markdown as it is, for pipes and files: no colour, no control characters."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._ends_line = True

    def write(self, markdown: str) -> None:
        if text := clean(markdown):
            self._stream.write(text)
            self._stream.flush()
            self._ends_line = text.endswith("\n")

    def finish(self) -> None:
        if not self._ends_line:
            self.write("\n")

    def line(self, text: str = "", *, tone: Tone = "text", link: str = "") -> None:
        del tone
        self.write(one_line(f"{text} <{link}>" if link else text) + "\n")

    def status(self, text: str) -> None:
        """Show nothing: a pipe does not wait impatiently."""


class TerminalView:
    """Each finished block rendered once, so that scrollback stays whole and nothing flickers."""

    def __init__(self, stream: TextIO, *, links: bool) -> None:
        self._stream = stream
        self._links = links
        self._cutter = BlockCutter()
        self._first = True

    @cached_property
    def _console(self) -> Console:
        # Made at first use: the prompt of a chat must not wait for Rich.
        from rich.console import Console
        from rich.theme import Theme

        # Rich would put inline code on black, and centre and colour headings.
        theme = Theme({"markdown.code": "bold cyan", "markdown.h2": "bold underline", "markdown.h3": "bold"})
        return Console(file=self._stream, theme=theme, markup=False, highlight=False, emoji=False)

    def write(self, markdown: str) -> None:
        for block in self._cutter.feed(clean(markdown)):
            self._show(block)

    def finish(self) -> None:
        for block in self._cutter.finish():
            self._show(block)
        self._cutter, self._first = BlockCutter(), True

    def line(self, text: str = "", *, tone: Tone = "text", link: str = "") -> None:
        from rich.text import Text

        shown = Text(one_line(clean(text)), style=_STYLES[tone])
        address = clean(link)
        if address and not self._links:
            # In one piece, so that it can be clicked or copied where the terminal wraps it.
            self._console.print(shown.append(f" {address}"), soft_wrap=True)
            return
        if address:
            shown.stylize(f"link {address}")
        self._print_hanging(shown)

    def status(self, text: str) -> None:
        self.line(text, tone="quiet")

    def _print_hanging(self, text: Text) -> None:
        """Print a line wrapped to the width, list items with their later lines below the first word."""
        from rich.text import Text

        indent = len(text.plain) - len(text.plain.lstrip(" -"))
        marker, rest = text.divide([indent]) if indent else (Text(), text)
        for line in rest.wrap(self._console, max(1, self._console.width - indent)):
            line.rstrip()
            self._console.print(marker + line)
            marker = Text(" " * indent)

    def _show(self, block: Block) -> None:
        if not self._first:
            self._console.print()
        self._first = False
        if block.language is None:
            self._print_wrapped(_without_edge_blanks(self._console.render_lines(_markdown(block.text), pad=False)))
        else:
            self._show_code(block.text, block.language)

    def _print_wrapped(self, lines: list[list[Segment]]) -> None:
        from rich.segment import Segment, Segments

        for line in lines:
            self._console.print(Segments([*_trimmed(line), Segment.line()]), end="", soft_wrap=True)

    def _show_code(self, code: str, language: str) -> None:
        # No frame, no padding, no hard wrap: what is selected with the mouse is the code.
        self._console.print(_quiet(f"```{language}"))
        self._console.print(_highlighted(code, language), soft_wrap=True)
        self._console.print(_quiet("```"))


def view_for(stream: TextIO, *, environ: Mapping[str, str] | None = None) -> View:
    """Return a terminal view for a terminal that can show one, else a plain view."""
    environ = os.environ if environ is None else environ
    if not stream.isatty() or environ.get("TERM") == "dumb":
        return PlainView(stream)
    return TerminalView(stream, links=shows_links(environ))


def load() -> None:
    """Import what the first block on a terminal needs, for whoever has time before it comes."""
    from rich import console, markdown, syntax  # noqa: F401  # the import is the work


def shows_links(environ: Mapping[str, str]) -> bool:
    """Return whether this terminal is known to turn OSC 8 into a link; FORCE_HYPERLINK=0 or 1 decides instead."""
    if forced := environ.get("FORCE_HYPERLINK"):
        return forced != "0"
    vte = environ.get("VTE_VERSION", "")
    return (
        environ.get("TERM_PROGRAM") in _LINKING_PROGRAMS
        or environ.get("TERM") in _LINKING_TERMS
        or "WT_SESSION" in environ
        or "KONSOLE_VERSION" in environ
        or (vte.isdecimal() and int(vte) >= _FIRST_LINKING_VTE)
    )


def one_line(text: str) -> str:
    """Return the text with every line break turned into a space."""
    return " ".join(text.split("\n"))


# --- answers ---------------------------------------------------------------------------------------


def show(events: Iterator[Event], view: View, *, waiting_for: str = "") -> Answer | None:
    """Show a stream as it comes and what belongs below it; return its answer, None when Ctrl-C stopped it.

    What had arrived until then stays visible and is marked as incomplete. `waiting_for` names a model that takes its
    time, for the person who looks at an empty screen meanwhile.
    """
    answer = None
    try:
        for event in events:
            match event:
                case Started(_, sections) if waiting_for and sections:
                    view.status(f"({len(sections)} sections found, asking {waiting_for})")
                case Delta(text):
                    view.write(text)
                case Done(finished):
                    answer = finished
    except KeyboardInterrupt:
        view.finish()
        view.line("(interrupted: the answer above is not complete)", tone="warning")
        return None
    finally:
        _close(events)
        view.finish()
    if answer is not None:
        show_footer(answer, view)
    return answer


def _close(events: Iterator[Event]) -> None:
    # An interrupt can strike while a piece is being printed; only closing tells the model's side to stop.
    if isinstance(events, Generator):
        events.close()


def show_footer(answer: Answer, view: View) -> None:
    """Show what belongs to a finished answer besides its text: sources, hand-off, notices, follow-ups, mode."""
    view.finish()
    groups = (
        _handoff_lines(answer.handoff) if answer.handoff else (),
        (line for citation in answer.citations for line in _citation_lines(citation)),
        (_Line(f"Note: {notice}", "warning") for notice in answer.notices),
        _follow_up_lines(answer.follow_ups),
        (_Line(mode_line(answer), "quiet"),),
    )
    for group in groups:
        _show_group(group, view)


def show_citations(answer: Answer, view: View) -> None:
    """Show what the numbers of the text stand for."""
    for citation in answer.citations:
        for line in _citation_lines(citation):
            view.line(line.text, tone=line.tone, link=line.link)


def mode_line(answer: Answer) -> str:
    """Return who answered: the guides alone, or which model, at what cost."""
    if answer.mode == "guides":
        return "(from the guides)"
    usage = answer.usage
    tokens = f"{usage.prompt_tokens} + {usage.completion_tokens} tokens"
    return f"(model {answer.trace.model or 'unnamed'}, checked against the guides; {tokens}, {usage.seconds:.1f} s)"


def source_line(source: Source | CitedSource) -> str:
    """Return a primary source with the places that are meant, such as `RFC 9110 HTTP Semantics §9.2.2`."""
    number = _RFC.search(source.url)
    name = f"RFC {number[1]} {source.title}" if number and f"RFC {number[1]}" not in source.title else source.title
    # A bare number is a section; other places say themselves what they are.
    sections = [f"§{place}" for place in source.places if place[:1].isdecimal()]
    others = [place for place in source.places if not place[:1].isdecimal()]
    return ", ".join([f"{name} {', '.join(sections)}".rstrip(), *others])


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    tone: Tone = "text"
    link: str = ""


def _show_group(lines: Iterable[_Line], view: View) -> None:
    for index, line in enumerate(lines):
        if index == 0:
            view.line()
        view.line(line.text, tone=line.tone, link=line.link)


def _citation_lines(citation: Citation) -> Iterator[_Line]:
    origin = " (own guide)" if citation.origin == "own" else ""
    yield _Line(f"- [{citation.number}] {citation.ref}{origin} — {citation.question}")
    for source in citation.sources:
        yield _Line(f"  - {source_line(source)}", "quiet", source.url)


def _handoff_lines(handoff: Handoff) -> Iterator[_Line]:
    packet = handoff.packet
    yield _Line(f"Hand-off to: {handoff.specialist}", "strong")
    yield _Line(f"- reason: {handoff.reason}")
    yield _Line(f"- question: {packet.question}")
    named = (
        ("constraint", packet.constraints),
        ("decided", packet.decisions),
        ("read", packet.citations),
        ("open", packet.open_points),
    )
    for name, values in named:
        for value in values:
            yield _Line(f"- {name}: {value}")


def _follow_up_lines(follow_ups: tuple[str, ...]) -> Iterator[_Line]:
    if follow_ups:
        yield _Line("Ask next:", "quiet")
        for follow_up in follow_ups:
            yield _Line(f"- {follow_up}", "quiet")


# --- sections -------------------------------------------------------------------------------------


def section_markdown(section: Section) -> str:
    """Return a whole section as Markdown, the way its guide shows it."""
    origin = ", own guide" if section.origin == "own" else ""
    blocks = [f"## {section.question}", f"{section.guide_title} ({section.ref}{origin})", section.short_answer]
    for part in section.parts:
        blocks += [f"### {part.name.capitalize()}", *part.blocks]
    for listing in section.listings:
        unproved = "" if listing.executed else " (not executed)"
        blocks += [f"{listing.caption}{unproved}", fenced(listing.code, listing.language)]
    if section.pitfalls:
        pitfalls = "\n".join(f"- {pitfall.symptom} → {pitfall.cause} → {pitfall.fix}" for pitfall in section.pitfalls)
        blocks += ["### Pitfalls", pitfalls]
    if section.details:
        details = "\n".join(f"- {detail.question} {detail.answer}" for detail in section.details)
        blocks += ["### Details", details]
    if section.sources:
        sources = "\n".join(f"- {source_line(source)}: {source.url}" for source in section.sources)
        blocks += ["### Sources", sources]
    if section.see_also:
        blocks.append("See also: " + ", ".join(section.see_also))
    return "\n\n".join(blocks) + "\n"


def fenced(code: str, language: str) -> str:
    """Return a code fence that the code itself cannot close."""
    longest = max((len(marks) for marks in re.findall(r"`{3,}", code)), default=2)
    marks = "`" * (longest + 1)
    return f"{marks}{language}\n{code.rstrip()}\n{marks}"


# --- Rich -----------------------------------------------------------------------------------------


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # HTML off: Rich would swallow `<id>` in running text. Autolinks and images would print an address twice or hide it.
    parser = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])
    return parser.disable(["autolink", "image"])


def _markdown(text: str) -> RenderableType:
    from rich.markdown import Markdown

    # Addresses in running text are written out: a link's text must not hide where it leads.
    rendered = Markdown("", hyperlinks=False, code_theme="ansi_dark")
    rendered.parsed = _parser().parse(text)
    for token in rendered.parsed:
        for part in (token, *(token.children or ())):
            if part.tag == "h1":
                part.tag = "h2"  # Rich would centre it
            # Character references such as &#x202e; become characters only here.
            part.content = clean(part.content)
            if "href" in part.attrs:
                part.attrs["href"] = clean(str(part.attrs["href"]))
    return rendered


def _without_edge_blanks(lines: list[list[Segment]]) -> list[list[Segment]]:
    """Return the lines between the first and the last that show something; Rich puts blank ones around lists and tables."""
    shown = [index for index, line in enumerate(lines) if any(segment.text.strip() for segment in line)]
    return lines[shown[0] : shown[-1] + 1] if shown else []


def _trimmed(line: list[Segment]) -> list[Segment]:
    """Return the line without the blanks that pad it, which would be copied along."""
    from rich.segment import Segment

    kept = list(line)
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        last = kept.pop()
        kept.append(Segment(last.text.rstrip(), last.style))
    return kept


def _highlighted(code: str, language: str) -> Text:
    from rich.syntax import Syntax
    from rich.text import Text

    if not language:
        return Text(code)
    text = Syntax("", language, theme="ansi_dark", background_color="default").highlight(code)
    text.rstrip()
    return text


def _quiet(text: str) -> Text:
    from rich.text import Text

    return Text(text, style=_STYLES["quiet"])
