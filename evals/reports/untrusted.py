"""Makes text of questions, guides and models harmless before it stands in a report: an answer is untrusted input."""

from __future__ import annotations

import re

# What a terminal, an XML reader or a reader's eye would obey or not see: control characters, lone surrogates,
# non-characters, direction overrides, invisible characters and tags. Joiners and direction marks (200C to 200F) stay: scripts need them.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    r"\ud800-\udfff\U000e0000-\U000e007f]"
)
_FORMULA = ("=", "+", "-", "@", "\t")


def visible(text: str) -> str:
    r"""Return a text in which every character can be seen and stand in any file.

    >>> visible("a\x1b[31mred\u202e")
    'a[U+001B][31mred[U+202E]'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub(lambda found: f"[U+{ord(found.group()):04X}]", lines)


def line(text: str, width: int = 160) -> str:
    """Return a text on one line, cut at `width` characters."""
    joined = " ".join(visible(text[: 4 * width]).split())
    return joined if len(joined) <= width else joined[: width - 1] + "…"


def capped(text: str, limit: int) -> str:
    r"""Return a text of at most `limit` characters, and how many are left out.

    >>> capped("abcdef", 4)
    'abcd\n… 2 more characters'
    """
    seen = visible(text[:limit])
    return seen if len(text) <= limit else f"{seen}\n… {len(text) - limit:,} more characters"


def code_span(text: str) -> str:
    r"""Return a Markdown code span for a table cell: no markup, link, mention or HTML in it is interpreted.

    >>> code_span("a | `b` <img>")
    '`` a \\| `b` <img> ``'
    """
    if not text:
        return ""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    ticks = "`" * (longest + 1)
    padding = " " if longest else ""
    return f"{ticks}{padding}{text}{padding}{ticks}".replace("|", "\\|")


def fence(text: str) -> str:
    """Return a Markdown code block that the text cannot close."""
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}text\n{text}\n{ticks}"


def cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    >>> cell("=HYPERLINK(1)"), cell("plain")
    ("'=HYPERLINK(1)", 'plain')
    """
    seen = visible(text)
    return f"'{seen}" if seen.startswith(_FORMULA) else seen
