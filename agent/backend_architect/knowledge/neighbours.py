"""Names and terms of art that speak for somebody else: a neighbouring specialist, or a world that is nobody's here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from backend_architect.errors import GuideError
from backend_architect.knowledge.registry import read_yaml

NEIGHBOURS = ("frontend", "devops", "data", "out_of_scope")

_LISTS = TypeAdapter(dict[str, list[list[str]]])

# `node.js` and `don't` are one word, `css-in-js` and `a/b` are several: people write them with and without the mark between.
# A mark that ends a part of a sentence is a word of its own, so that no name reaches across it.
_WORD = re.compile(r"[a-z0-9_+#]+(?:[.'][a-z0-9]+)*|[.,;:?!()]")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The table of names by their words, and whose each is. Build it with `Neighbours.load`."""

    owners: Mapping[tuple[str, ...], str]
    longest: int

    @classmethod
    def load(cls, knowledge: Path) -> Neighbours:
        """Return the table of `neighbours.yaml`. Raises GuideError on another shape, an unknown owner, an empty or a repeated name."""
        path = knowledge / "neighbours.yaml"
        try:
            lists = _LISTS.validate_python(read_yaml(path))
        except ValidationError as error:
            raise GuideError(f"{path}: each owner needs lists of names: {error.errors()[0]['msg']}") from error
        if set(lists) != set(NEIGHBOURS):
            raise GuideError(f"{path}: the owners must be {', '.join(NEIGHBOURS)}; there are {', '.join(lists)}")
        owners: dict[tuple[str, ...], str] = {}
        for owner, groups in lists.items():
            for name in (name for group in groups for name in group):
                words = words_of(name)
                if not words:
                    raise GuideError(f"{path}: {owner} has a name without a word: {name!r}")
                if (same := owners.get(words)) is not None:
                    raise GuideError(f"{path}: {name!r} of {owner} stands under {same} already")
                owners[words] = owner
        return cls(owners, max(map(len, owners), default=0))

    def mentioned_in(self, text: str) -> Counter[str]:
        """Return how many different names of each owner a text mentions.

        >>> table = Neighbours({("css",): "frontend", ("css", "modules"): "frontend"}, longest=2)
        >>> table.mentioned_in("CSS modules or plain css?")
        Counter({'frontend': 2})
        """
        return Counter(self.owners[words_of(name)] for name in self.names_in(text))

    def names_in(self, text: str) -> tuple[str, ...]:
        """Return the names a text mentions, each once, in order; of names inside each other the longest."""
        words = words_of(text)
        found: dict[str, None] = {}
        at = 0
        while at < len(words):
            name = self._name_at(words, at)
            if name:
                found[" ".join(name)] = None
            at += len(name) or 1
        return tuple(found)

    def _name_at(self, words: tuple[str, ...], at: int) -> tuple[str, ...]:
        """Return the longest name that starts at a word, in the singular or the plural; empty when there is none."""
        for size in range(min(self.longest, len(words) - at), 0, -1):
            name = words[at : at + size]
            if name in self.owners:
                return name
            singular = (*name[:-1], name[-1].removesuffix("s"))
            if singular in self.owners:
                return singular
        return ()


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text as names are compared: in lower case, without the marks between them."""
    return tuple(_WORD.findall(text.lower()))
