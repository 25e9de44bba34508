"""Recognises a question that is not in English and carries over what of it the guides can understand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from backend_architect.knowledge.registry import read_yaml, validated
from backend_architect.retrieval.lexical import STOP_WORDS

# A language is recognised by this many of its own function words, and more of them than of English ones.
_FEWEST_WORDS = 2
# Letters of another script than ours in this share of all letters make a question foreign.
_SCRIPT_SHARE = 0.2

# The first word of a letter's Unicode name, and what to call a question in that script.
_SCRIPTS = {
    "CJK": "Chinese or Japanese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "CYRILLIC": "a language in Cyrillic letters",
    "ARABIC": "a language in Arabic letters",
    "HEBREW": "Hebrew",
    "DEVANAGARI": "a language in Devanagari",
    "GREEK": "Greek",
    "THAI": "Thai",
}


@dataclass(frozen=True, slots=True)
class Foreign:
    """What a question's language is called, and its words in English as far as they are known."""

    language: str
    english: str

    @property
    def notice(self) -> str:
        return (
            f"Your question seems to be in {self.language}. The guides are in English, and so is the answer; "
            "it rests on the technical words that were understood."
        )


class _Language(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    words: str
    terms: Mapping[str, str]

    @cached_property
    def function_words(self) -> frozenset[str]:
        return frozenset(self.words.split())

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches a known term, the longest first."""
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(self.terms, key=len, reverse=True)))})(?!\w)")


class NaturalLanguages:
    """The languages of `knowledge/natural_languages.yaml`, read at first use."""

    def __init__(self, knowledge: Path) -> None:
        self._path = knowledge / "natural_languages.yaml"

    @cached_property
    def _languages(self) -> Mapping[str, _Language]:
        entries = read_yaml(self._path)
        return {name: validated(_Language, entry, f"{self._path}: {name}") for name, entry in entries.items()}

    def foreign(self, text: str) -> Foreign | None:
        """Return the language of a text and its English gist, or None for English and for what has no language at all."""
        if script := _script(text):
            return Foreign(script, " ".join(re.findall(r"[\x21-\x7e]+", text)))
        bare = _without_accents(text).lower()
        words = re.findall(r"[a-z']+", bare)
        own = {
            name: sum(word in language.function_words for word in words) for name, language in self._languages.items()
        }
        best = max(own, key=lambda name: own[name])
        english = sum(word in STOP_WORDS for word in words)
        if own[best] < _FEWEST_WORDS or own[best] <= english:
            return None
        language = self._languages[best]
        translated = language.pattern.sub(lambda match: language.terms[match.group()], bare)
        return Foreign(
            best, " ".join(word for word in translated.split() if word.strip("¿?¡!.,") not in language.function_words)
        )


def _script(text: str) -> str:
    """Return what to call the other script a text is written in, or nothing."""
    letters = [char for char in text if char.isalpha()]
    names = [unicodedata.name(char, "").split(" ")[0] for char in letters if not char.isascii()]
    foreign = [_SCRIPTS[name] for name in names if name in _SCRIPTS]
    return max(set(foreign), key=foreign.count) if len(foreign) > _SCRIPT_SHARE * len(letters) else ""


def _without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
