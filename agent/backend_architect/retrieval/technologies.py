"""Recognises the technologies a question names, and tells names from everyday words ("go", "spring", "express")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from backend_architect.knowledge.registry import read_yaml

# Words that make an ambiguous name technical when they stand right before or after it.
_BEFORE = frozenset(
    [
        "in",
        "with",
        "using",
        "for",
        "via",
        "or",
        "vs",
        "versus",
        "and",
        "from",
        "to",
        "than",
        "like",
        "our",
        "a",
        "the",
        "learn",
        "use",
        "choose",
        "pick",
        "into",
    ]
)
_AFTER = frozenset(
    [
        "api",
        "apis",
        "app",
        "apps",
        "application",
        "backend",
        "boot",
        "code",
        "controller",
        "endpoint",
        "framework",
        "handler",
        "handlers",
        "handler's",
        "http",
        "microservice",
        "microservices",
        "middleware",
        "program",
        "project",
        "queue",
        "route",
        "router",
        "routes",
        "server",
        "service",
        "services",
        "stack",
        "worker",
        "workers",
        "developer",
        "developers",
        "version",
        "web",
        "client",
        "library",
        "package",
        "module",
        "vs",
        "versus",
        "or",
        "job",
        "jobs",
        "task",
        "tasks",
        "channel",
        "interface",
        "struct",
        "context",
        "mutex",
        "concurrency",
        "error",
        "errors",
        "test",
        "tests",
        "struct",
        "generics",
        "data",
        "security",
        "mvc",
        "ecosystem",
        "language",
        "lang",
    ]
)
_COMPARED_WITH = re.compile(r"\s+(?:vs\.?|versus|or|over)\s+(?P<other>[\w#+.-]*[\w#+])", re.IGNORECASE)
_COMPARED_TO = re.compile(r"(?P<other>[\w#+.-]*[\w#+])\s+(?:vs\.?|versus|or|over)\s+$", re.IGNORECASE)
# "No Redis, only the Postgres we have": what is ruled out is not asked about.
_RULED_OUT = re.compile(
    r"(?:^|[.,;:(]\s*|\b(?:but|and|is|are|use|using|want|have|with)\s+)(?:no|not|without)\s+$|\bwithout\s+$",
    re.IGNORECASE,
)
# What stands right before a name is read this far back: a pasted log may name one a thousand times.
_CHARACTERS_BEFORE = 200
_WORD = re.compile(r"[\w'#+.]+")
_STRONG_BEFORE = frozenset(["in", "with", "using", "via"])


@dataclass(frozen=True, slots=True)
class Technology:
    id: str
    kind: str
    names: tuple[str, ...]
    everyday: frozenset[str]
    language: str | None


@dataclass(frozen=True, slots=True)
class Named:
    """The technologies found in a text, by kind, in order of appearance."""

    languages: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return self.languages + self.frameworks + self.others

    @property
    def any(self) -> bool:
        return bool(self.all)


class Technologies:
    """The table of technologies. Build it with `Technologies.load`."""

    def __init__(self, table: Mapping[str, Technology]) -> None:
        self.table = table

    @classmethod
    def load(cls, knowledge: Path) -> Technologies:
        return cls(
            {
                key: Technology(
                    key,
                    entry["kind"],
                    tuple(name.lower() for name in entry["names"]),
                    frozenset(entry.get("everyday", ())),
                    entry.get("language"),
                )
                for key, entry in read_yaml(knowledge / "technologies.yaml").items()
            }
        )

    def named_in(self, text: str) -> Named:
        """Return what the text names; a framework also names its language."""
        found: dict[str, int] = {}
        for match in self._pattern.finditer(text):
            name = match.group().lower()
            technology = self.table[self._by_name[name]]
            if _found_before(_RULED_OUT, text, match):
                continue
            if name in technology.everyday and not (_is_technical(text, match) or self._is_compared(text, match)):
                continue
            found.setdefault(technology.id, match.start())
        ordered = [self.table[key] for key in sorted(found, key=lambda key: (found[key], key))]
        frameworks = tuple(t.id for t in ordered if t.kind == "framework")
        direct = [t.id for t in ordered if t.kind == "language"]
        implied = [t.language for t in ordered if t.language]
        languages = tuple(dict.fromkeys([*direct, *implied]))
        others = tuple(t.id for t in ordered if t.kind not in ("language", "framework"))
        return Named(languages, frameworks, others)

    def _is_compared(self, text: str, match: re.Match[str]) -> bool:
        """Whether a word is held against a technology: "go vs rust", "python or go"."""
        after = _COMPARED_WITH.match(text, match.end())
        before = _found_before(_COMPARED_TO, text, match)
        return any(side is not None and side["other"].lower() in self._by_name for side in (after, before))

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        return {name: technology.id for technology in self.table.values() for name in technology.names}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self._by_name, key=lambda name: (-len(name), name))
        names = "|".join(re.escape(name) for name in longest_first)
        return re.compile(rf"(?<![\w.#/-])(?:{names})(?![\w#+]|\.\w)", re.IGNORECASE)


def _found_before(pattern: re.Pattern[str], text: str, match: re.Match[str]) -> re.Match[str] | None:
    """Return what a pattern that ends in `$` finds right before a name."""
    return pattern.search(text, max(0, match.start() - _CHARACTERS_BEFORE), match.start())


def _is_technical(text: str, match: re.Match[str]) -> bool:
    """Whether an everyday word is meant as a technology here: by its neighbours, or written with a capital mid-sentence."""
    before = _WORD.search(text, 0, match.start())
    after = _WORD.search(text, match.end())
    near = _WORD.findall(text, max(0, match.start() - _CHARACTERS_BEFORE), match.start())
    previous = near[-1].lower() if near else ""
    following = after.group().lower() if after else ""
    name = match.group()
    capital = name[0].isupper() and bool(before) and not text[: match.start()].rstrip().endswith((".", "!", "?", ":"))
    if following in _AFTER:
        return True
    if capital:
        return True
    if previous in _STRONG_BEFORE:
        # "in go", "with express": but not "in spring we ship" or "with express delivery"
        return not following or following in _BEFORE or not text[match.end() :].startswith(" ")
    return not before and not after
