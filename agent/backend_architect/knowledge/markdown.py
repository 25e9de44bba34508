"""Splits the small Markdown of guides into blocks, and takes claim markers out of prose.

The guides use a fixed subset (docs/authoring.md), so a line reader does; a full Markdown parser costs a second over the whole corpus.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARKER = re.compile(r"\s*\[\^([^\]\n]+)\]")
_FENCE = re.compile(r"^(`{3,}|~{3,})\s*(.*)$")
_ITEM = re.compile(r"^(?:[-*]|\d+\.)\s+")
_SENTENCE_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)[.!?](?=\s+[A-Z`*])")
_CODE_SPAN = re.compile(r"(`+)(?:.*?[^`])?\1(?!`)")


@dataclass(frozen=True, slots=True)
class Block:
    """One Markdown block with the number of its first line; `info` is set for fences only."""

    line: int
    lines: tuple[str, ...]
    info: str | None = None

    @property
    def is_fence(self) -> bool:
        return self.info is not None

    @property
    def text(self) -> str:
        """The block as Markdown, with wrapped lines of paragraphs and items joined."""
        return "\n".join(self.lines if self.is_fence else unwrap(self.lines))


def blocks(lines: list[str], first_line: int) -> Iterator[Block]:
    """Yield the blocks of `lines`, whose first has the number `first_line`: split at blank lines and around fences."""
    held: list[str] = []
    start = at = 0
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        if fence:
            if held:
                yield Block(first_line + start, tuple(held))
                held = []
            end = _closing(lines, at, fence.group(1))
            yield Block(first_line + at, tuple(lines[at + 1 : end]), fence.group(2).strip())
            at = end + 1
            continue
        if lines[at].strip():
            if not held:
                start = at
            held.append(lines[at].rstrip())
        elif held:
            yield Block(first_line + start, tuple(held))
            held = []
        at += 1
    if held:
        yield Block(first_line + start, tuple(held))


def _closing(lines: list[str], opening: int, mark: str) -> int:
    for at in range(opening + 1, len(lines)):
        if lines[at].startswith(mark) and not lines[at].strip(mark[0]).strip():
            return at
    return len(lines)


def unwrap(lines: tuple[str, ...]) -> list[str]:
    """Join the wrapped lines of paragraphs and list items; table rows and items keep a line each."""
    joined: list[str] = []
    for line in lines:
        if joined and not _ITEM.match(line.lstrip()) and not line.startswith("|"):
            joined[-1] = f"{joined[-1]} {line.strip()}"
        else:
            joined.append(line)
    return joined


def numbered_items(block: Block) -> list[tuple[int, str]]:
    """Return the list items of a block, each with the number of the line it starts on."""
    starts = [block.line + at for at, line in enumerate(block.lines) if _ITEM.match(line.lstrip())]
    return list(zip(starts, map(item_text, unwrap(block.lines)), strict=False))


def is_list(text: str) -> bool:
    return bool(_ITEM.match(text.lstrip()))


def is_table(text: str) -> bool:
    return text.startswith("|")


def item_text(line: str) -> str:
    """Return a list item without its bullet or number."""
    return _ITEM.sub("", line.strip(), count=1)


def take_markers(text: str) -> tuple[str, list[str]]:
    """Return `text` without its claim markers, and what the markers said, in order; code spans stay untouched."""
    found: list[str] = []

    def take(match: re.Match[str]) -> str:
        found.extend(part.strip() for part in match.group(1).split(";") if part.strip())
        return ""

    out: list[str] = []
    at = 0
    for span in _CODE_SPAN.finditer(text):
        out.append(_MARKER.sub(take, text[at : span.start()]))
        out.append(span.group())
        at = span.end()
    out.append(_MARKER.sub(take, text[at:]))
    return "".join(out), found


def first_sentence(text: str) -> str:
    """Return the first sentence of a paragraph; marks inside code end none."""
    masked = _CODE_SPAN.sub(lambda span: "`" + "x" * (len(span.group()) - 2) + "`", text)
    end = _SENTENCE_END.search(masked)
    return text[: end.end()] if end else text


def words(text: str) -> int:
    """Count the words of a text as a reader would: marks of tables and lists are none."""
    return sum(1 for word in text.split() if any(char.isalnum() for char in word))
