"""Reads Markdown answers the way the metrics need them: sentences, stems, negations and literal atoms.

This is a reading of its own. It follows the same rules as the product's citation gate (decision 0002 on markers) but
shares no code with it: a sentence that the product's splitter swallows must not vanish from the measurement too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import snowballstemmer

UnitKind = Literal["sentence", "row", "table_head", "quote", "heading", "code"]
Atom = tuple[str, str]

NEGATION_REACH = 3
PAIR_DISTANCE = 3
# Above this share of the shared words a difference in negation turns a claim round.
POLARITY_TOLERANCE = 0.12
PLAIN, NEGATED = 1, 2

MARKER = re.compile(r"\[\^?(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\](?:\([^()\s]{0,300}\))?")

FUNCTION_WORDS = frozenset(
    """a about above after again against all also although am an and any anybody anyone anything are as at be because been
    before being below between both but by can cannot could did do does doing don down during each either else enough even
    every everybody everything few for from further had has have having he her here hers him his how however i if in instead
    into is it its itself just last let lets may me might mine more most much must my neither never no nobody none nor not
    nothing now of off often on once one only onto or other others otherwise our ours out over own per quite rather same shall
    she should since so some somebody something soon still such than that the their theirs them then there therefore these they
    this those though through thus to together too toward under unless until up upon us very was we were what whatever when
    whenever where whereas wherever whether which while who whom whose why will with within without would yet you your yours""".split()
)
# Words that carry no claim of their own although they are verbs and adverbs.
_WEAK_WORDS = frozenset(
    "use uses used using get gets got make makes made keep keeps kept take takes taken give gives given go goes put puts "
    "need needs want wants like simply usually generally typically really actually always sure".split()
)
STOP_WORDS = FUNCTION_WORDS | _WEAK_WORDS

_NEGATORS = frozenset("not no never without neither nor none nothing cannot avoid avoids avoiding nobody".split())
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?|\d+(?:[.,]\d+)*|[.!?;:,](?=\s|$)|[→|–—]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s`)>\]]+", re.IGNORECASE)

_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*([\w+#.-]*)")
_HEADING = re.compile(r"\s*#{1,6}\s+\S")
_BULLET = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])\s+")
_TABLE_RULE = re.compile(r"\s*\|?[\s:|-]*-[\s:|-]*\|?\s*")
_QUOTE = re.compile(r"^\s*>\s?")
# Numbers as "e.g." end no sentence; after these a lower-case word or a digit goes on.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[“\"'])(?:e\.g|i\.e|vs|cf|approx|viz|resp|incl|etc|fig|sec|ch|ca|al)\.$", re.IGNORECASE
)
_STOP = re.compile(r"[.!?][\"')\]”’*_]{0,4}(?:\s*\[\^?\d[^\]\n]{0,30}\])*(?=\s|$)")

_UNITS = {
    "ms": "ms millisecond milliseconds",
    "s": "s sec secs second seconds",
    "min": "min mins minute minutes",
    "h": "h hr hrs hour hours",
    "day": "d day days",
    "week": "week weeks",
    "month": "month months",
    "year": "year years",
    "%": "% percent",
    "bit": "bit bits",
    "byte": "b byte bytes",
    "kb": "kb kib kilobyte kilobytes",
    "mb": "mb mib megabyte megabytes",
    "gb": "gb gib gigabyte gigabytes",
}
_UNIT_OF = {spelling: unit for unit, spellings in _UNITS.items() for spelling in spellings.split()}
_UNIT = "|".join(sorted(map(re.escape, _UNIT_OF), key=len, reverse=True))
_ATOM = re.compile(
    rf"""
    \bRFC[\s-]?(?P<rfc>\d{{3,5}})\b
  | \b(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b
  | (?P<header>\b[A-Z][A-Za-z]+(?:-[A-Z][A-Za-z]*)+\b)
  | (?P<name>\b(?:[A-Za-z]+[-/]?\d[\w-]*|[A-Za-z]\w*_\w+|[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*)\b
            |\b(?i:bcrypt|scrypt|argon2?(?:id)?|hmac|rsa|ecdsa|eddsa|pkce|chacha20|etag)\b)
  | (?<![\w.,-])(?P<number>\d+(?:[,_]\d{{3}})*(?:\.\d+)*)(?:\s?-?\s?(?P<unit>{_UNIT})(?![\w]))?(?![\w])
    """,
    re.VERBOSE,
)
_ORDINAL = re.compile(r"(?:steps?|options?|case|part|(?<!for )example|figure|table)\s$", re.IGNORECASE)
_CODE_WORD = re.compile(r"[A-Za-z_$@][\w$]*(?:[-.:/][A-Za-z_$][\w$]*)*|\d+(?:\.\d+)*")
IDENTIFIER_KINDS = frozenset({"header", "name", "code", "method"})

_stemmer = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece of an answer in reading order. Units of one paragraph, list or table share `block`."""

    kind: UnitKind
    text: str
    block: int
    language: str = ""  # code: what the fence declares
    is_item: bool = False  # a sentence of a list item
    is_closed: bool = True  # code: whether the fence was closed


def units(text: str) -> tuple[Unit, ...]:
    """Return the sentences, rows, headings and code blocks of a Markdown text."""
    return tuple(_Reader(text).read())


class _Reader:
    """Walks over lines once and collects paragraphs, items, tables and fences."""

    def __init__(self, text: str) -> None:
        self._lines = text.replace("\r\n", "\n").split("\n")
        self._at = 0
        self._block = 0
        self._in_list = False

    def read(self) -> Iterator[Unit]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not line.strip():
                self._at += 1
                self._block += not self._next_is_item()
            elif _FENCE.match(line):
                yield self._code()
            elif _HEADING.match(line):
                self._next_block()
                yield Unit("heading", line.strip().lstrip("#").strip(), self._block)
                self._at += 1
            elif line.lstrip().startswith("|"):
                yield from self._table()
            else:
                yield from self._paragraph()

    def _next_is_item(self) -> bool:
        """Whether a list goes on after a blank line: then its items stay one block."""
        return self._in_list and self._at < len(self._lines) and _BULLET.match(self._lines[self._at]) is not None

    def _next_block(self) -> None:
        self._block += 1
        self._in_list = False

    def _code(self) -> Unit:
        self._next_block()
        opening = _FENCE.match(self._lines[self._at])
        assert opening is not None
        fence, language = opening.group(1), opening.group(2)
        body: list[str] = []
        self._at += 1
        while self._at < len(self._lines):
            line = self._lines[self._at].strip()
            self._at += 1
            if line.startswith(fence) and not line.strip(fence[0]):
                return Unit("code", "\n".join(body), self._block, language)
            body.append(self._lines[self._at - 1])
        return Unit("code", "\n".join(body), self._block, language, is_closed=False)

    def _table(self) -> Iterator[Unit]:
        self._next_block()
        rows = []
        while self._at < len(self._lines) and self._lines[self._at].lstrip().startswith("|"):
            rows.append(self._lines[self._at])
            self._at += 1
        has_head = len(rows) > 1 and _TABLE_RULE.fullmatch(rows[1]) is not None
        head = _cells(rows[0]) if has_head else []
        if has_head:
            yield Unit("table_head", " | ".join(head), self._block)
        for row in rows[2 if has_head else 0 :]:
            cells = _cells(row)
            names = head if len(head) == len(cells) else [""] * len(cells)
            named = (f"{name}: {cell}" if name else cell for name, cell in zip(names, cells, strict=True))
            yield Unit("row", "; ".join(named), self._block)

    def _paragraph(self) -> Iterator[Unit]:
        first = self._lines[self._at]
        is_item = _BULLET.match(first) is not None
        is_quote = not is_item and _QUOTE.match(first) is not None
        if not (is_item and self._in_list):
            self._next_block()
        self._in_list = is_item
        collected = [_BULLET.sub("", first, count=1) if is_item else _QUOTE.sub("", first, count=1)]
        self._at += 1
        while self._at < len(self._lines) and self._goes_on(self._lines[self._at]):
            collected.append(_QUOTE.sub("", self._lines[self._at], count=1).strip())
            self._at += 1
        for sentence in sentences("\n".join(collected)):
            yield Unit("quote" if is_quote else "sentence", sentence, self._block, is_item=is_item)

    @staticmethod
    def _goes_on(line: str) -> bool:
        starts_other = (
            _FENCE.match(line) or _HEADING.match(line) or _BULLET.match(line) or line.lstrip().startswith("|")
        )
        return bool(line.strip()) and not starts_other


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph; markers after a full stop stay with the sentence before them.

    >>> sentences("Use a cursor, e.g. keyset. [1] It is stable (RFC 9110).[2] See `a. b` too.")
    ['Use a cursor, e.g. keyset. [1]', 'It is stable (RFC 9110).[2]', 'See `a. b` too.']
    """
    masked = _CODE_SPAN.sub(lambda span: "\ue000" * len(span.group()), text)
    found, start = [], 0
    for stop in _STOP.finditer(masked):
        before = masked[start : stop.start() + 1]
        following = masked[stop.end() :].lstrip()[:1]
        if _ABBREVIATION.search(before) or following.islower():
            continue
        found.append(text[start : stop.end()].strip())
        start = stop.end()
    rest = text[start:].strip()
    return [*found, rest] if rest else found


def numbers(text: str) -> tuple[int, ...]:
    """Return the citation numbers in a text in order, outside of inline code; ranges are spread.

    >>> numbers("As said [1, 3]. Not `a[2]`, but [5-6].")
    (1, 3, 5, 6)
    """
    found: list[int] = []
    for marker in MARKER.finditer(_CODE_SPAN.sub(" ", text)):
        for first, last in re.findall(r"(\d+)(?:\s*[–-]\s*(\d+))?", marker.group(1)):
            found += range(int(first), min(int(last or first), int(first) + 50) + 1)
    return tuple(found)


@lru_cache(maxsize=50_000)
def plain(text: str) -> str:
    """Return a text without citation markers, link addresses and emphasis; code spans stay."""
    text = _LINK.sub(r"\1", text)
    kept = []
    end = 0
    for span in _CODE_SPAN.finditer(text):
        kept += [MARKER.sub(" ", text[end : span.start()]).replace("**", ""), span.group()]
        end = span.end()
    kept.append(MARKER.sub(" ", text[end:]).replace("**", ""))
    return re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"\s+", " ", "".join(kept))).strip(" *")


def words(text: str) -> list[str]:
    """Return the words of a text as they are read, without markers and addresses."""
    return _WORD.findall(_ADDRESS.sub(" address ", plain(text)))


def content_words(text: str) -> int:
    """Return how many words carry a claim."""
    return sum(word.lower() not in STOP_WORDS for word in words(text))


def squeeze(text: str) -> str:
    """Return letters and digits as single-spaced lower-case words: equal for equal wording."""
    return " ".join(re.findall(r"\w+", plain(text).lower()))


@lru_cache(maxsize=60_000)
def stem(word: str) -> str:
    """Return the stem of a lower-case word; British and American spellings fall together.

    >>> stem("retries") == stem("retrying") and stem("normalised") == stem("normalize") and stem("behavior") == stem("behaviour")
    True
    """
    word = re.sub(r"['’]s?$", "", word)
    word = re.sub(r"(?<=[a-z]{3})is(?=e[sdr]?$|ing$|ations?$)", "iz", word)
    word = re.sub(r"(?<=[a-z]{2})our(?=s?$|al|ed|ing)", "or", word) if len(word) > 5 else word
    return str(_stemmer.stemWord(word))


@dataclass(frozen=True)
class Content:
    """The content words of a text in order: each stem with whether it stands under a negation."""

    stems: tuple[tuple[str, int], ...]
    denials: tuple[frozenset[str], ...] = ()  # what each negation covers

    @cached_property
    def signs(self) -> dict[str, int]:
        """Return each stem with PLAIN, NEGATED or both."""
        signs: dict[str, int] = {}
        for stemmed, sign in self.stems:
            signs[stemmed] = signs.get(stemmed, 0) | sign
        return signs

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Return the ordered pairs of different stems that stand at most `PAIR_DISTANCE` content words apart."""
        names = [stemmed for stemmed, _ in self.stems]
        return frozenset(
            (one, other)
            for at, one in enumerate(names)
            for other in names[at + 1 : at + 1 + PAIR_DISTANCE]
            if one != other
        )


@lru_cache(maxsize=50_000)
def content(text: str) -> Content:
    """Return the content words of one sentence; a negation covers the next three of them, up to a punctuation mark."""
    tokens = _TOKEN.findall(_ADDRESS.sub(" ", plain(text)).lower())
    found: list[tuple[str, int]] = []
    denials: list[set[str]] = []
    reach = 0
    for at, token in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        if _negates(token, following):
            reach = NEGATION_REACH
            denials.append(set())
        elif not token[0].isalnum():
            reach = 0
        elif token not in STOP_WORDS and (len(token) > 1 or token.isdigit()):
            found.append((stem(token), NEGATED if reach else PLAIN))
            if reach:
                denials[-1].add(found[-1][0])
                reach -= 1
    return Content(tuple(found), tuple(frozenset(denied) for denied in denials if denied))


def _negates(token: str, following: str) -> bool:
    if token in ("instead", "rather"):
        return following in ("of", "than")
    return (token in _NEGATORS or token.endswith(("n't", "n’t"))) and (token, following) != ("not", "only")


@lru_cache(maxsize=30_000)
def atoms(text: str) -> frozenset[Atom]:
    """Return what must occur literally for a text to be supported, as (kind, normal form).

    >>> sorted(atoms("Return 429 with `Retry-After` within 30 seconds (RFC 9110)."))
    [('header', 'retry-after'), ('number', '30 s'), ('rfc', '9110'), ('status', '429')]
    """
    found: set[Atom] = set()
    text = plain(text)
    end = 0
    for span in _CODE_SPAN.finditer(text):
        found |= set(_atoms_of(text[end : span.start()])) | set(_atoms_of_code(span.group().strip("`")))
        end = span.end()
    return frozenset(found | set(_atoms_of(text[end:])))


def _atoms_of(text: str) -> Iterator[Atom]:
    for match in _ATOM.finditer(text):
        kind = match.lastgroup or ""
        if kind not in ("number", "unit"):
            yield kind, match.group(kind).lower()
        elif not _ORDINAL.search(text[max(0, match.start() - 12) : match.start()]):
            yield _number(match["number"], match["unit"])


def _atoms_of_code(code: str) -> Iterator[Atom]:
    literal = list(_atoms_of(code))
    yield from literal
    taken = {value for _, value in literal}
    for word in _CODE_WORD.findall(code):
        if word.lower() not in taken and not word[0].isdigit() and len(word) > 1:
            yield "code", word.lower()


def _number(digits: str, unit: str | None) -> Atom:
    value = digits.replace(",", "").replace("_", "")
    if unit:
        return "number", f"{value} {_UNIT_OF[unit.lower()]}"
    if len(value) == 3 and value.isdigit() and 100 <= int(value) <= 599:
        return "status", value
    return "number", value


def holds(text: str, atom: Atom) -> bool:
    """Whether an atom of any kind stands in a text: as the same atom, or literally when it is an identifier."""
    kind, value = atom
    if atom in atoms(text):
        return True
    # `c.Request` does not stand in `c.Request.WithContext`: a longer name is another name.
    longer = rf"(?<![\w.-]){re.escape(value)}(?!\w|[.-]\w)"
    return kind in IDENTIFIER_KINDS and value in text.lower() and re.search(longer, text.lower()) is not None


def stands_in(lowered: str, value: str) -> bool:
    """Whether `value` stands in a lower-case text as a word of its own."""
    return value in lowered and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", lowered) is not None


@lru_cache(maxsize=50_000)
def is_language(text: str) -> bool:
    """Whether a sentence is one, and not a list of keywords: long ones need their share of function words."""
    spoken = [word.lower() for word in words(text)]
    contents = sum(word not in STOP_WORDS for word in spoken)
    function = sum(word in FUNCTION_WORDS for word in spoken)
    return contents <= 12 or function >= 0.12 * len(spoken)


def opposite(claim: Content, said: Content) -> str:
    """Return a word that one side negates and the other does not, when that turns the claim round; else "".

    It does when more than `POLARITY_TOLERANCE` of the shared words differ, when a negation of the claim is nowhere in what was
    said, or when what was said negates mostly words that the claim affirms.
    """
    wanted, given = claim.signs, said.signs
    shared = [name for name in wanted if name in given]
    turned = [name for name in shared if not wanted[name] & given[name]]
    if len(turned) > POLARITY_TOLERANCE * len(shared):
        return turned[0]
    for denied in claim.denials:
        inside = sorted(denied & given.keys())
        if inside and not any(given[name] & NEGATED for name in inside):
            return inside[0]
    for denied in said.denials:
        inside = sorted(denied & wanted.keys())
        if 2 * len(inside) > len(denied) and not any(wanted[name] & NEGATED for name in inside):
            return inside[0]
    return ""


@dataclass(frozen=True)
class Prose:
    """The text of an answer that can carry claims, with its code apart."""

    sentences: tuple[str, ...]
    code: str = ""

    @cached_property
    def words(self) -> int:
        return sum(len(words(sentence)) for sentence in self.sentences)

    def first(self, limit: int) -> Prose:
        """Return the first `limit` words; the sentence in which the limit falls is cut there."""
        kept: list[str] = []
        left = limit
        for sentence in self.sentences:
            spoken = list(_WORD.finditer(sentence))
            if len(spoken) > left:
                if left > 0:
                    kept.append(sentence[: spoken[left - 1].end()])
                break
            kept.append(sentence)
            left -= len(spoken)
        return Prose(tuple(kept), self.code)


def prose(text: str) -> Prose:
    """Return the sentences, items, rows and quotations of a Markdown text in reading order."""
    parts = units(text)
    kept = tuple(unit.text for unit in parts if unit.kind in ("sentence", "row", "quote"))
    return Prose(kept, "\n".join(unit.text for unit in parts if unit.kind == "code"))
