"""Is the answer well-formed: fences closed and named, code that parses, no HTML, no stray links, length and language as asked?"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator, Sequence

import yaml

from evals.metrics.score import Evidence, Score, scored
from evals.metrics.text import FUNCTION_WORDS, Unit, plain, units, words
from evals.schema import Constraints

# An answer that is longer than this was not written for somebody who asked one question.
MOST_WORDS = 900
_ENGLISH_SHARE = 0.15
_ENGLISH_WORDS = 30

_HTML = re.compile(r"</?[a-zA-Z][a-zA-Z0-9-]*(?:\s[^<>\n]*)?/?>")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"https?://([^/:\s)>\]`]+)|\]\((?!https?://)([^)\s]+)\)")
_ALIASES = {"py": "python", "js": "javascript", "ts": "typescript", "yml": "yaml", "golang": "go", "sh": "bash"}


def scores(text: str, hosts: frozenset[str], constraints: Constraints | None) -> dict[str, Score]:
    """Return `format_ok`: 1 when every rule holds, else 0 with the rules that do not."""
    parts = units(text)
    limits = constraints or Constraints()
    broken = [*_code(parts, limits), *_prose(parts, hosts), *_length(parts, limits), *_language(parts)]
    reason = "; ".join(each.text for each in broken)
    return {"format_ok": scored(float(not broken), reason, broken)}


def _broken(of: str, text: str) -> Evidence:
    return Evidence(of=of, verdict="broken", text=text)


def _code(parts: Sequence[Unit], limits: Constraints) -> Iterator[Evidence]:
    blocks = [unit for unit in parts if unit.kind == "code"]
    for at, block in enumerate(blocks, 1):
        of = f"code block {at}"
        language = _ALIASES.get(block.language.lower(), block.language.lower())
        if not block.is_closed:
            yield _broken(of, "a code fence is not closed")
        if not language:
            yield _broken(of, "a code block names no language")
        problem = _PARSERS[language](block.text) if language in _PARSERS else ""
        if problem:
            yield _broken(of, f"{language} does not parse: {problem}")
    wanted = limits.programming_language
    if wanted and blocks and all(_named(block) != _ALIASES.get(wanted, wanted) for block in blocks):
        yield _broken("code", f"no code block is {wanted}")
    if limits.must_include_code and not blocks:
        yield _broken("code", "no code although it was asked for")


def _named(block: Unit) -> str:
    return _ALIASES.get(block.language.lower(), block.language.lower())


def _python(code: str) -> str:
    try:
        compile(code, "<answer>", "exec", flags=ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError) as error:
        return str(error)
    return ""


def _json(code: str) -> str:
    try:
        json.loads(code)
    except ValueError as error:
        return str(error)
    return ""


def _yaml(code: str) -> str:
    try:
        list(yaml.compose_all(code, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        return str(error).split("\n")[0]
    return ""


_PARSERS: dict[str, Callable[[str], str]] = {"python": _python, "json": _json, "yaml": _yaml}


def _prose(parts: Sequence[Unit], hosts: frozenset[str]) -> Iterator[Evidence]:
    for unit in parts:
        if unit.kind == "code":
            continue
        bare = _CODE.sub(" ", unit.text)
        if html := _HTML.search(bare):
            yield _broken("html", f"raw HTML {html.group()[:40]}")
        for host, target in _LINK.findall(bare):
            if target or host.lower() not in hosts:
                yield _broken("link", f"a link to {host or target}, which no guide names")


def _length(parts: Sequence[Unit], limits: Constraints) -> Iterator[Evidence]:
    spoken = sum(len(words(unit.text)) for unit in parts if unit.kind not in ("code", "heading"))
    most = limits.max_words or MOST_WORDS
    if spoken > most:
        yield _broken("length", f"{spoken} words, at most {most} were asked for")


def _language(parts: Sequence[Unit]) -> Iterator[Evidence]:
    bare = " ".join(_CODE.sub(" ", plain(unit.text)) for unit in parts if unit.kind in ("sentence", "quote"))
    spoken = [word.lower() for word in words(bare)]
    share = sum(word in FUNCTION_WORDS for word in spoken) / len(spoken) if spoken else 1.0
    if len(spoken) >= _ENGLISH_WORDS and share < _ENGLISH_SHARE:
        yield _broken("language", "the prose is not English")
