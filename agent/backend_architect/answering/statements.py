"""Splits a Markdown answer, while it streams in, into the units the citation gate judges one by one.

Markers and sentences. A citation marker belongs to the sentence it follows, whether it stands before or after the full
stop; a marker at the end of a list item belongs to the item's last sentence; a marker with nothing before it belongs to
the sentence it opens. A marker that ends a paragraph (or item) also covers the sentences of that paragraph which have
none of their own, as far as the cited section supports them: answers mark paragraphs, not every sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["sentence", "row", "quote", "heading", "table", "code", "gap"]

CONTENT_WORDS = 6
# A "sentence" longer than this is cut at a space (at any character at four times this), so that memory and time stay bounded.
SENTENCE_CHARACTERS = 1200

# Longer than any bullet, and longer than any marker with its address: then waiting for more is over.
_HEAD_CHARACTERS = 100
_TAIL_CHARACTERS = 600

OWN_JUDGEMENT = "*(own judgement)*"

_LIST = r"\d{1,3}(?:\s{0,2}(?:,|;|-|–|and|&)\s{0,2}\^?\d{1,3}){0,12}"
_LABEL = r"(?:\^|§|(?:sections?|sources?|passages?|refs?|references?|citations?|guides?|documents?|docs?)\s{0,2}[#:]?\s{0,2})?"
# `[1](url)` is a marker too: the number is ours, the address is not.
MARKER = re.compile(
    rf"\[{{1,2}}\s?{_LABEL}(?P<square>{_LIST})(?:[†‡:][^\[\]\n]{{0,40}})?\s?\]{{1,2}}(?:\([^()\s]{{0,300}}\))?"
    rf"|【(?P<lens>{_LIST})[^【】\n]{{0,40}}】",
    re.IGNORECASE,
)
_MARK = re.escape(OWN_JUDGEMENT)
_MARKS = re.compile(
    rf"(?:\s*(?:{MARKER.pattern.replace('?P<square>', '?:').replace('?P<lens>', '?:')}|{_MARK}))*", re.IGNORECASE
)
_OPEN_MARK = "|".join(re.escape(OWN_JUDGEMENT[:n]) for n in range(1, len(OWN_JUDGEMENT)))
# What may still become a marker when more text arrives.
_PARTIAL = re.compile(rf"\s*(?:\[[^\[\]\n]{{0,60}}|\[\[[^\[\]\n]{{0,60}}\]?|【[^【】\n]{{0,60}}|{_OPEN_MARK})?")
_PARTIAL_ADDRESS = re.compile(r"\([^()\s]{0,300}")

_STOP = re.compile(r"[.!?][\"')\]”’*_]{0,4}$")
_NEVER_ENDS = re.compile(r"(?:^|[\s(\[“\"'])(?:e\.g|i\.e|vs|cf|approx|viz|resp|incl|esp|ca)\.$", re.IGNORECASE)
_RARELY_ENDS = re.compile(
    r"(?:^|[\s(\[“\"'])(?:etc|no|nos|fig|figs|sec|secs|ch|vol|al|st|dr|mr|mrs|ms|prof|inc|ltd|pp?|max|min|v|\.\.)\.$",
    re.IGNORECASE,
)

_PLAIN = re.compile(r"[^\s\[【`]*")
_BULLET = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+")
_UNDECIDED = re.compile(r"[ \t]*(?:#{1,6}|[-*+_]+|\d{1,9}[.)]?|`{1,2}|~{1,2})?")
_FENCE = re.compile(r"[ \t]*(?P<run>`{3,}|~{3,})(?P<info>[^\n]*)")
_HEADING = re.compile(r"[ \t]*#{1,6}(?:[ \t]|$)")
_RULE = re.compile(r"[ \t]*(?:-{3,}|\*{3,}|_{3,}|={3,})[ \t]*")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_QUOTE = re.compile(r"[ \t]*(?:>[ \t]?)+")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s`]+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")

STOP_WORDS = frozenset(
    """a about above after again all also always am an and any are as at be because been before being below between both but by can
    could did do does doing done down during each either else enough even every few for from further get gets give given gives go
    goes had has have having he her here hers him his how however i if in instead into is it its itself just keep keeps kept less let lets
    like made make makes many may me might more most much must my need needs neither never no nor not nothing of off on once one
    only onto or other otherwise our out over own per put puts rather same shall she should since so some still such take takes
    than that the their them then there therefore these they thing things this those though through thus to too under until up upon us
    use used uses using very via was way we well were what when whenever where whereas whether which while who whom whose
    why will with within without would yet you your yours cannot don doesn isn aren wasn weren won didn hasn haven
    typically usually generally simply note remember ensure sure often really actually rely""".split()
)

_BRIDGE = re.compile(
    r"^(?:here(?:'s| is| are)\b.{0,80}$|in short\W*$|for example\W*$|(?:the|these) (?:following|steps|main|key)\b[^.]{0,80}:$|in summary\W*$"
    r"|(?:let's|let us|let me)\b.{0,120}$|(?:see|read) also\b.*|sources?:.*|related:.*|next:.*|[^.]{0,120}:$)",
    re.IGNORECASE | re.DOTALL,
)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|welcome|thanks|thank you|good (?:morning|afternoon|evening|question)|great question|sure|certainly|of course|you(?:'|’)re welcome"
    r"|i hope (?:this|that) helps|happy to help|glad to help|let me know|feel free)\b",
    re.IGNORECASE,
)
_HANDOFF = re.compile(
    r"frontend & ui specialist|devops & infrastructure|database & data specialist|the guides (?:do not|don't|don’t) cover|guides cover this only",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of an answer. Joined in order, `lead + text` of all units is the text that was fed.

    `lead` is what stands in front: spaces, line ends, the bullet of an item, the `>` of a quotation. Units of one
    paragraph, or of one list item, share `block`.
    """

    kind: Kind
    lead: str
    text: str
    block: int

    @property
    def source(self) -> str:
        return self.lead + self.text


class Splitter:
    """Turns text that arrives in pieces into units. The units do not depend on how the text was cut into pieces."""

    def __init__(self) -> None:
        self._mode: Literal["start", "prose", "line", "fence"] = "start"
        self._lead = ""  # what stands before the text being read
        self._head = ""  # the line being read, while its kind is open or when it is one unit
        self._body = ""  # the sentence being read
        self._break = ""  # line end between `_body` and `_head`, until we know whether the paragraph goes on
        self._stop = -1  # where `_body` may end: after its full stop and closing quotes
        self._ticks = 0  # length of the run of backticks being read
        self._span = 0  # length of the run that opened the code span we are in
        self._fence = ""
        self._block = 0
        self._row: Unit | None = None  # a first table row: a heading if a rule follows
        self._in_table = False
        self._in_list = False
        self._after_blank = True
        self._units: list[Unit] = []

    def feed(self, piece: str) -> list[Unit]:
        """Return the units that `piece` completes."""
        position = 0
        while position < len(piece):
            end = self._end_of_plain(piece, position)
            if end > position:
                self._append(piece[position:end])
                position = end
            else:
                self._push(piece[position])
                position += 1
        return self._drain()

    def finish(self) -> list[Unit]:
        """Return the rest; the splitter is spent."""
        if self._mode in {"fence", "line"}:
            self._close_line()
        elif self._mode == "start" and self._head:
            self._classify(complete=True)
        if self._mode == "line":
            self._close_line()
        self._close_paragraph()
        self._close_row("row")
        if self._lead or self._break or self._head:
            self._emit("gap", self._break + self._head)
        return self._drain()

    def _drain(self) -> list[Unit]:
        units, self._units = self._units, []
        return units

    def _end_of_plain(self, piece: str, position: int) -> int:
        """Return how far characters may be added at once, because none of them can decide anything."""
        if self._mode == "prose":
            if not self._body or self._stop >= 0 or self._ticks:
                return position
            found = _PLAIN.match(piece, position, position + SENTENCE_CHARACTERS)
            end = found.end() if found else position
            return end if len(self._body) + end - position < SENTENCE_CHARACTERS else position
        if self._mode == "start":
            return position
        end = piece.find("\n", position)
        return end if end >= 0 else len(piece)

    def _append(self, text: str) -> None:
        if self._mode == "prose":
            self._body += text
        else:
            self._head += text

    def _push(self, character: str) -> None:
        if self._mode == "prose":
            if character == "\n":
                self._mode, self._break = "start", "\n"
            else:
                self._read(character)
            return
        if character == "\n":
            self._end_line()
            return
        self._head += character
        if self._mode == "start" and (len(self._head) > _HEAD_CHARACTERS or not _UNDECIDED.fullmatch(self._head)):
            self._classify(complete=False)

    def _end_line(self) -> None:
        if self._mode == "start":
            self._classify(complete=True)
        is_line = self._mode in {"line", "fence"}
        if is_line:
            self._close_line()  # may find prose: ```a``` alone on a line is a code span, not a fence
        if self._mode == "prose":
            self._mode, self._break = "start", "\n"
        else:
            self._lead += "\n"

    def _classify(self, *, complete: bool) -> None:
        """Decide what the line is that `_head` begins; `complete` says that nothing follows on this line."""
        head = self._head
        if not head.strip():
            self._blank()
        elif bullet := _BULLET.match(head):
            self._begin_block()
            self._in_list = True
            self._lead += bullet.group()
            self._head = ""
            rest = head[bullet.end() :]
            for character in rest:
                self._push(character)
        elif self._is_line(head, complete=complete):
            self._begin_block()
            self._in_list = self._in_list and (head[0].isspace() or bool(self._lead.strip()))
            self._mode = "line"
        else:
            self._prose(head)

    def _is_line(self, head: str, *, complete: bool) -> bool:
        if head.lstrip().startswith(("|", ">", "```", "~~~")) or _HEADING.match(head):
            return True
        if self._after_blank and not self._in_list and re.match(r"(?: {4}|\t)", head):
            return True
        return complete and _RULE.fullmatch(head) is not None

    def _blank(self) -> None:
        self._close_paragraph()
        self._close_row("row")
        self._in_table = False
        self._lead += self._break + self._head
        self._head = self._break = ""
        self._after_blank = True
        self._block += 1

    def _begin_block(self) -> None:
        self._close_paragraph()
        if not self._head.lstrip().startswith("|"):
            self._close_row("row")
            self._in_table = False
        self._lead += self._break
        self._break = ""
        self._block += 1

    def _prose(self, head: str) -> None:
        """Read `head` as the beginning of a paragraph, or as the next line of the one being read."""
        if not self._body and not head[0].isspace() and not self._lead.strip():
            self._in_list = False
        goes_on = self._break if self._body else ""
        if not self._body:
            self._begin_block()
        self._break = self._head = ""
        self._after_blank = False
        self._mode = "prose"
        for character in goes_on + head:
            self._read(character)

    # --- sentences ---------------------------------------------------------------------------

    def _read(self, character: str) -> None:
        """Add one character of prose and cut when it shows that a sentence was complete before it."""
        if not self._body and character.isspace():
            self._lead += character
            return
        self._count_ticks(character)
        if self._stop < 0 and not self._span and (character.isspace() or character in "[【"):
            self._stop = self._possible_stop()
        self._body += character
        if self._stop >= 0:
            self._cut_when_clear()
        if len(self._body) > SENTENCE_CHARACTERS and (character.isspace() or len(self._body) > 4 * SENTENCE_CHARACTERS):
            self._close_sentence(len(self._body.rstrip()) or len(self._body))

    def _count_ticks(self, character: str) -> None:
        if character == "`":
            self._ticks += 1
        elif self._ticks:
            if not self._span:
                self._span = self._ticks
            elif self._span == self._ticks:
                self._span = 0
            self._ticks = 0

    def _possible_stop(self) -> int:
        tail = self._body[-24:]
        return len(self._body) if _STOP.search(tail) and not _NEVER_ENDS.search(tail) else -1

    def _cut_when_clear(self) -> None:
        tail = self._body[self._stop :]
        marks = _MARKS.match(tail)
        end = marks.end() if marks else 0
        rest = tail[end:]
        may_go_on = len(tail) < _TAIL_CHARACTERS
        if may_go_on and (
            _PARTIAL.fullmatch(rest) or (end and tail[end - 1] == "]" and _PARTIAL_ADDRESS.fullmatch(rest))
        ):
            return
        if not end and (not rest[0].isspace() or self._is_abbreviation(rest.lstrip()[:1])):
            self._stop = -1
            return
        self._close_sentence(self._stop + end)

    def _is_abbreviation(self, following: str) -> bool:
        if following.islower() and self._body[self._stop - 1] == ")":
            return True
        return not following.isupper() and _RARELY_ENDS.search(self._body[: self._stop][-24:]) is not None

    def _close_sentence(self, end: int) -> None:
        """Emit the first `end` characters as a sentence and read the rest again."""
        text, rest = self._body[:end], self._body[end:]
        self._emit("sentence", text)
        self._body, self._stop, self._ticks, self._span = "", -1, 0, 0
        for character in rest:
            self._read(character)

    def _close_paragraph(self) -> None:
        if self._body:
            text = self._body.rstrip()
            self._emit("sentence", text)
            self._lead = self._body[len(text) :]
        self._body, self._stop, self._ticks, self._span = "", -1, 0, 0

    # --- lines -------------------------------------------------------------------------------

    def _close_line(self) -> None:
        line, self._head = self._head, ""
        if self._mode == "fence":
            self._close_fence_line(line)
            return
        self._mode = "start"
        self._after_blank = False
        fence = _FENCE.fullmatch(line)
        if fence and not (fence["run"][0] == "`" and "`" in fence["info"]):
            self._fence, self._mode = fence["run"], "fence"
            self._emit("code", line)
        elif line.lstrip().startswith("|"):
            self._close_table_line(line)
        elif quote := _QUOTE.match(line):
            self._lead += quote.group()
            self._emit("quote", line[quote.end() :])
        elif _HEADING.match(line):
            self._emit("heading", line)
        elif _RULE.fullmatch(line):
            self._emit("gap", line)
        elif line.lstrip().startswith("```"):
            self._prose(line)
        else:
            self._emit("code", line)
            self._after_blank = True

    def _close_fence_line(self, line: str) -> None:
        bare = line.strip()
        if bare and not bare.strip(self._fence[0]) and len(bare) >= len(self._fence):
            self._mode, self._fence = "start", ""
        self._emit("code", line)

    def _close_table_line(self, line: str) -> None:
        if _TABLE_RULE.fullmatch(line) and self._row is not None:
            self._close_row("table")
            self._in_table = True
            self._emit("table", line)
        elif self._in_table:
            self._emit("row", line)
        else:
            self._close_row("row")
            self._row = Unit("row", self._lead, line, self._block)
            self._lead = ""

    def _close_row(self, kind: Kind) -> None:
        if self._row is not None:
            self._units.append(Unit(kind, self._row.lead, self._row.text, self._row.block))
            self._row = None

    def _emit(self, kind: Kind, text: str) -> None:
        longest = len(text) + 1 if kind == "code" else 4 * SENTENCE_CHARACTERS
        for start in range(0, len(text) or 1, longest):
            self._units.append(Unit(kind, self._lead, text[start : start + longest], self._block))
            self._lead = ""


def split(text: str) -> tuple[Unit, ...]:
    """Return the units of a whole text."""
    splitter = Splitter()
    return (*splitter.feed(text), *splitter.finish())


def numbers(marker: re.Match[str]) -> tuple[int, ...]:
    """Return the section numbers a marker names; a range names all between."""
    found: list[int] = []
    listed = re.sub(r"\^", "", marker["square"] or marker["lens"])
    for first, last in re.findall(r"(\d+)(?:\s*[-–]\s*(\d+))?", listed):
        low, high = int(first), int(last or first)
        found.extend(range(low, min(high, low + 50) + 1) if high >= low else (low, high))
    return tuple(dict.fromkeys(found))


def plain(text: str) -> str:
    """Return a unit's text without citation markers, link addresses and the mark of own judgement."""
    text = text.replace(OWN_JUDGEMENT, " ")
    text = _LINK.sub(r"\1", text)
    kept = "".join(part if is_code else MARKER.sub(" ", part) for is_code, part in code_spans(text))
    return re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"\s+", " ", kept)).strip()


def code_spans(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the parts of `text` in order, each with whether it is an inline code span."""
    end = 0
    for span in _CODE_SPAN.finditer(text) if "`" in text else ():
        if span.start() > end:
            yield False, text[end : span.start()]
        yield True, span.group()
        end = span.end()
    if end < len(text):
        yield False, text[end:]


def content_words(text: str) -> int:
    """Return how many words of `text` carry meaning."""
    return sum(word.lower() not in STOP_WORDS for word in _WORD.findall(_ADDRESS.sub("address", text)))


def exemption(unit: Unit) -> str:
    """Return why a unit is no statement and needs no source, or "" when it is one.

    >>> exemption(split("Is POST safe to retry without an idempotency key?")[0])
    'question'
    """
    if unit.kind in ("heading", "table", "code", "gap"):
        return {"table": "table heading", "gap": "no text"}.get(unit.kind, unit.kind)
    text = plain(unit.text).strip("*_ ")
    if text.endswith("?"):
        return "question"
    if _HANDOFF.search(text):
        return "hand-off"
    if _GREETING.match(text):
        return "greeting"
    if unit.kind == "sentence" and _BRIDGE.match(text):
        return "bridge"
    if content_words(text) < CONTENT_WORDS:
        return "short"
    return ""
