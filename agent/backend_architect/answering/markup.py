"""Makes the Markdown of a model and of own guides harmless: no control characters, no images, no raw HTML, no links but to known sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from backend_architect.answering.statements import MARKER, code_spans
from backend_architect.types import Section

# Terminal control, bidirectional overrides, zero-width and tag characters, and the private-use marks used below.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ue000\ue001\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_OPEN, _CLOSE = "\ue000", "\ue001"
_MASK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")

_TOUCHING = re.compile(f"(?<=`)(?={_OPEN})|(?<={_CLOSE})(?=[`{_OPEN}])")

_IMAGE = re.compile(r" ?!\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\](?:\([^)]*\)|\[[^\]]*\])?")
_LINK = re.compile(
    r"\[(?P<text>[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\]\(\s*<?(?P<url>[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^)]*\)))?\s*\)"
)
_ADDRESS = re.compile(
    r"<(?P<in>(?:https?|mailto|ftp|javascript|data):[^<>\s]*)>|(?<![\w`(/])(?P<bare>(?:https?://|www\.)[^\s<>()\[\]`|\"]*[^\s<>()\[\]`|\".,;:!?*_'])"
)
_TAGS = (
    "a|abbr|address|applet|area|article|aside|audio|b|base|bdi|bdo|big|blink|blockquote|body|br|button|canvas|caption|center|cite|code|col|colgroup"
    "|data|datalist|dd|del|details|dfn|dialog|dir|div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hr|html|i"
    "|iframe|img|input|ins|kbd|label|legend|li|link|main|map|mark|marquee|math|menu|meta|meter|nav|noframes|noscript|object|ol|optgroup|option|output|p"
    "|param|picture|plaintext|pre|progress|q|rp|rt|ruby|s|samp|script|section|select|slot|small|source|span|strike|strong|style|sub|summary|sup|svg|table"
    "|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|track|tt|u|ul|var|video|wbr|xmp"
)
# `<token>` in prose is a placeholder; a known element, or anything with an attribute, is HTML.
_HTML = re.compile(
    rf"<!--.*?-->|<(?:script|style)\b.*?</(?:script|style)\s*>|</?(?:{_TAGS})(?=[\s/>])[^<>]*>|</?[a-z][\w:-]*\s[^<>]*=[^<>]*>|<[!?][^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
# Half a tag, link or image whose other half is in another sentence must not become whole when the sentences are joined.
_HALF_HTML = re.compile(rf"<(?=!|\?|/?(?:{_TAGS})(?:[\s/>]|$)|/?[a-z][\w:-]*\s)", re.IGNORECASE)


class ControlFilter:
    """Removes control characters and whole terminal sequences from text that arrives in pieces; keeps line ends and tabs."""

    def __init__(self) -> None:
        self._state = "text"

    def feed(self, piece: str) -> str:
        if self._state == "text" and not _CONTROL.search(piece):
            return piece
        return "".join(character for character in piece if self._keeps(character))

    def _keeps(self, character: str) -> bool:
        if character == "\n":  # a sequence never crosses a line: a stray escape must not swallow the answer
            self._state = "text"
            return True
        if self._state == "text":
            self._state = {"\x1b": "escape", "\x9b": "csi", "\x9d": "string", "\x90": "string"}.get(character, "text")
            return self._state == "text" and _CONTROL.match(character) is None
        if self._state == "escape":
            self._state = {"[": "csi", "]": "string", "P": "string", "X": "string", "^": "string", "_": "string"}.get(
                character, "text"
            )
        elif self._state == "csi":
            self._state = "text" if "@" <= character <= "~" else "csi"
        elif character in "\x07\x9c":
            self._state = "text"
        elif character == "\x1b":  # the string terminator is ESC \
            self._state = "escape"
        return False


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """Return `text` with `change` applied to everything but its inline code, which it sees as opaque marks."""
    spans: list[str] = []

    def mask(part: str) -> str:
        spans.append(part)
        return f"{_OPEN}{len(spans) - 1}{_CLOSE}"

    masked = "".join(mask(part) if is_code else part for is_code, part in code_spans(text))
    # What was between two backticks may be gone; side by side they would close nothing, or the wrong thing.
    apart = _TOUCHING.sub(" ", change(masked))
    return _MASK.sub(lambda match: spans[int(match[1])], apart)


def harmless(text: str, *, is_known: Callable[[str], bool]) -> str:
    """Return one sentence or line without images and raw HTML; a link to an unknown address becomes its text.

    `text` has no inline code (see `outside_code`). An unknown bare address is put in code marks, so that nothing renders it as a link.
    """
    # A backtick that closes nothing means nothing, until what stood beside it is gone and it opens a code span.
    text = text.replace("`", "")
    text = _until_stable(text, lambda t: _HTML.sub("", _IMAGE.sub("", t)))
    text = _LINK.sub(lambda match: _link(match, is_known), text)
    text = _outside_links(text, lambda part: _ADDRESS.sub(lambda match: _address(match, is_known), part))
    return _HALF_HTML.sub("&lt;", text)


def quotable(text: str, section: Section) -> str:
    """Return text of a section as an answer may show it: what own guides embed or link to is taken out.

    The contract keeps the shipped guides free of it; own guides are not held to the contract.
    """
    if section.origin == "shipped":
        return text
    known = known_addresses([source.url for source in section.sources])
    return outside_code(text, lambda part: harmless(part, is_known=lambda url: bare_address(url) in known))


def _link(match: re.Match[str], is_known: Callable[[str], bool]) -> str:
    if MARKER.fullmatch(f"[{match['text']}]"):
        return f"[{match['text']}]"
    return match.group() if is_known(match["url"]) else match["text"]


def _outside_links(text: str, change: Callable[[str], str]) -> str:
    """Apply `change` between whole links, and break the halves of others there."""
    parts: list[str] = []
    end = 0
    for link in _LINK.finditer(text):
        parts += [_break_halves(change(text[end : link.start()])), link.group()]
        end = link.end()
    return "".join([*parts, _break_halves(change(text[end:]))])


def _break_halves(text: str) -> str:
    return text.replace("](", "] (").replace("![", "[")


def _address(match: re.Match[str], is_known: Callable[[str], bool]) -> str:
    address = match["in"] or match["bare"]
    return match.group() if is_known(address) else f"`{address}`"


def _until_stable(text: str, change: Callable[[str], str]) -> str:
    """Repeat a removal, because what it removes may have hidden the next."""
    while (changed := change(text)) != text:
        text = changed
    return text


def bare_address(url: str) -> str:
    """Return an address without fragment and final slash, to compare with."""
    return url.partition("#")[0].rstrip("/")


def known_addresses(urls: Collection[str]) -> frozenset[str]:
    return frozenset(bare_address(url) for url in urls)
