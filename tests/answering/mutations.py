"""Changed copies of true sentences, to measure what the citation gate accepts and what it lets through.

`PYTHONPATH=agent .venv/bin/python tests/answering/mutations.py` prints the table of docs/decisions/0003-citation-gate.md.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from backend_architect.answering.statements import code_spans, exemption, plain, split
from backend_architect.answering.support import atoms, judge, prepare, read, weigh
from backend_architect.knowledge.corpus import Corpus
from backend_architect.types import Section

Change = Callable[[str, random.Random, Sequence[str]], str | None]

_AUXILIARY = re.compile(
    r"\b(is|are|was|were|must|can|should|may|will|has|have|does|do|needs|makes|keeps|gives|lets|returns|answers|stays|becomes|use|send|keep|return|answer"
    r"|check|compare|require|put|set|store|reject|accept|read|write|take|make)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w.])")
_SYNONYMS = {
    "use": "choose", "send": "transmit", "client": "caller", "server": "service", "keep": "retain", "answer": "reply", "returns": "yields",
    "return": "yield", "because": "since", "so": "thus", "only": "just", "the": "this", "a": "one", "every": "each", "check": "verify",
    "when": "once", "which": "that", "must": "has to", "cannot": "can not", "needs": "requires", "before": "ahead of", "reject": "refuse",
}  # fmt: skip


def statements(section: Section) -> tuple[str, ...]:
    """Return the statements of a section, as the gate would cut them."""
    units = split(section.prose.removeprefix(section.question))
    return tuple(plain(unit.text) for unit in units if unit.kind in ("sentence", "row") and not exemption(unit))


def paraphrased(text: str, chance: random.Random, _: Sequence[str]) -> str | None:
    """Swap up to two words for others of the same sense and drop the first of a list of adverbs."""
    words = text.split(" ")
    places = [i for i, word in enumerate(words) if word.lower() in _SYNONYMS]
    if not places:
        return None
    for place in chance.sample(places, min(2, len(places))):
        words[place] = _SYNONYMS[words[place].lower()]
    return " ".join(words)


def other_number(text: str, chance: random.Random, _: Sequence[str]) -> str | None:
    found = list(_NUMBER.finditer(text))
    if not found:
        return None
    number = chance.choice(found)
    value = float(number.group())
    changed = value + chance.choice([1, 2, 5, 10, 100]) if value < 100 else value + chance.choice([1, 2, 3, 8])
    return f"{text[: number.start()]}{changed:g}{text[number.end() :]}"


def other_identifier(text: str, chance: random.Random, pool: Sequence[str]) -> str | None:
    """Put an identifier of another section in the place of one in code marks."""
    spans = [part for is_code, part in code_spans(text) if is_code]
    if not spans:
        return None
    span = chance.choice(spans)
    other = chance.choice([name for name in pool if name not in text])
    return text.replace(span, other)


def negated(text: str, chance: random.Random, _: Sequence[str]) -> str | None:
    """Negate one verb of the sentence."""
    found = list(_AUXILIARY.finditer(text))
    if not found or re.search(r"\b(?:not|never|no|without|cannot)\b|n't", text):
        return None
    verb = chance.choice(found)
    helps = verb.group().lower() in ("is", "are", "was", "were", "must", "can", "should", "may", "will")
    turned = f"{verb.group()} not" if helps else f"do not {verb.group()}"
    return text[: verb.start()] + turned + text[verb.end() :]


CHANGES: Mapping[str, Change] = {
    "lightly paraphrased": paraphrased,
    "number changed": other_number,
    "identifier swapped": other_identifier,
    "negated": negated,
}


def outcomes(sections: Sequence[Section], *, seed: int = 7) -> dict[str, Counter[str]]:
    """Return for each kind of change how often the true section supports, contradicts, or is silent."""
    chance = random.Random(seed)
    weights = weigh(sections)
    # Each section is read once: a stranger is drawn for every statement, more than the memo of `prepare` holds.
    prepared = {section.ref: prepare(section) for section in sections}
    pool = sorted(
        {part for section in sections for is_code, part in code_spans(section.prose) if is_code and list(atoms(part))}
    )
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("true section", "other section, same guide", "other guide", *CHANGES)
    }

    def count(name: str, text: str, section: Section) -> None:
        counts[name][judge(read(text), (prepared[section.ref],), weights).outcome] += 1

    for section in sections:
        siblings = [other for other in sections if other.guide == section.guide and other.ref != section.ref]
        strangers = [other for other in sections if other.guide != section.guide]
        for statement in statements(section):
            count("true section", statement, section)
            if siblings:
                count("other section, same guide", statement, chance.choice(siblings))
            if strangers:
                count("other guide", statement, chance.choice(strangers))
            for name, change in CHANGES.items():
                if (changed := change(statement, chance, pool)) is not None:
                    count(name, changed, section)
    return counts


def table(counts: Mapping[str, Counter[str]]) -> Iterator[str]:
    yield "| Statement judged against | n | supported | contradicted | silent |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for name, found in counts.items():
        total = sum(found.values()) or 1
        shares = (100 * found[key] / total for key in ("supports", "conflicts", "silent"))
        yield f"| {name} | {total} | " + " | ".join(f"{share:.1f} %" for share in shares) + " |"


def main(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


if __name__ == "__main__":
    main(table(outcomes(Corpus.load().sections)))
