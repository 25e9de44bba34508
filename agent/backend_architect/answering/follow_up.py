"""Makes an elliptic follow-up ("and in Go?", "why?", "the second one") self-contained before anything is searched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from backend_architect.retrieval.lexical import STOP_WORDS, query_terms
from backend_architect.retrieval.technologies import Named
from backend_architect.types import Ledger, Turn

# What a follow-up may want of the last answer without naming a subject of its own: the same again, in another form.
Wish = Literal["recap", "shorter", "code", "risks", "sources", "reasons", "steps", "deeper"]

# A question made of a wish's words and filler alone is that wish; the first that fits wins.
_WISHES: Mapping[Wish, str] = {
    "recap": "recap summary summarise summarize sum decided decide discussed covered remind settled agreed",
    "shorter": "short shorter brief briefer briefly tldr tl dr gist sentence line nutshell long liner",
    "code": "code example examples sample snippet listing implementation",
    "risks": "wrong pitfall pitfalls gotcha gotchas risk risks drawback drawbacks downside downsides caveat caveats cons",
    "sources": "source sources reference references link links citation citations proof evidence sure know says really",
    "reasons": "why reason reasons reasoning come",
    "steps": "how step steps exactly implement",
    "deeper": "deeper more further continue elaborate expand depth detail details explain",
}
_FILLER = frozenset(
    "a about all an and any are as at be but by can could did do does for from get give go good got had has have hmm i in is it just let like look made make "
    "me might my no not now of ok okay on one our please s said say see should show so some such tell thanks that the them then there these this those "
    "to too up us version was we well what where will with would write you your so far everything lines five three "
    "start beginning boss team cto manager chat slack mail email channel ticket meeting colleague colleagues".split()
)

_OPENERS = re.compile(
    r"^\W*(?:and|but|so|or|also|then|what about|how about|what if|why not|why is that|really|ok(?:ay)?,?|same|instead|more|go on"
    r"|show (?:me )?(?:the )?code|the code|now|yes|no|actually|sorry"
    r"|i (?:disagree|doubt|don'?t (?:think|agree|like)|meant|mean)|are you sure|not convinced)\b",
    re.IGNORECASE,
)
_REFERENCES = re.compile(
    r"\b(?:it|its|this|that|these|those|them|they|the (?:first|second|third|last|other|former|latter)(?: (?:one|option|approach|point))?|above|same"
    r"|previous|you (?:said|mentioned|suggested|rejected|recommend(?:ed)?)|your (?:answer|suggestion|example|recommendation))\b",
    re.IGNORECASE,
)
# "Is it safe to …", "does it matter whether …": an `it` that points at nothing said before.
_EXPLETIVE = re.compile(
    r"\b(?:is|was|does|would|will|isn't)\s+it\s+(?:\w+\s+)?"
    r"(?:ok|okay|safe|possible|better|best|worth|good|bad|fine|necessary|enough|true|wrong|right|make sense|matter\w*|a)\b"
    r"|\bmakes it\b|\b(?:say|said|think|know|means?|so|such|given|sure) that\b"
    r"|\bthat (?:is|are|was|has|have|can|will|does|returns?|runs?)\b|\bthis (?:error|message|code|query)\b",
    re.IGNORECASE,
)
_NEW_TOPIC = re.compile(
    r"(?:^|[.!?]\s)\W*(?:ok(?:ay)?|thanks?|now|so|fine|great)?[\s,.!]*(?:(?:an)?other|new|different|next|separate|unrelated)"
    r" (?:topic|question|subject|thing|matter)\s*[:,.–—-]|\bsomething (?:else|different|unrelated|new)\s*[:,.–—-]|\bunrelated\s*[:,]"
    r"|\bchang(?:e|ing) (?:the )?(?:topic|subject)\b",
    re.IGNORECASE,
)
_TELLS = re.compile(r"^\W*(?:we|i|our|my|only|no|yes|but|from|it|it's|that|they|there|sorry)\b[^?]*$", re.IGNORECASE)
_NO_SUBJECT = 2
_FEW_TERMS = 4
_MANY_TERMS = 7

_NUMBERS = {
    "first": 1,
    "former": 1,
    "1st": 1,
    "second": 2,
    "latter": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "last": -1,
}
_BY_POSITION = re.compile(
    r"\b(?:the (?P<word>first|second|third|fourth|last|former|latter|1st|2nd|3rd)"
    r"(?: (?:one|option|approach|point|way|method|choice|item|step|suggestion)\b|(?=\W*$))"
    r"|(?:option|number|point|step|item) ?#?(?P<digit>[1-9]))\b",
    re.IGNORECASE,
)
_REJECTED = re.compile(
    r"\b(?:the )?(?:(?:option|one|approach|thing|alternative) (?:that )?you"
    r" (?:rejected|did(?:n't| not) (?:pick|choose|recommend)|advised against)"
    r"|other (?:one|option|approach|way|choice)|rejected (?:one|option|approach)|alternative)\b",
    re.IGNORECASE,
)
_ALTERNATIVES = re.compile(r"([\w./+#-]+)\s+(?:or|vs\.?|versus)\s+([\w./+#-]+)", re.IGNORECASE)
_OPTION_WORDS = 12
# Between topic and question, with spaces that nobody types, so that a dash of the asker divides nothing.
JOINED = "\u2009—\u2009"

_FRAMED = re.compile(
    r"\b(?:we|i|our|my)(?:'re| are| am|'m)?\s+(?:use|using|run|running|on|have|build|building|work with|write|is|stack is|app is|service is)\b",
    re.IGNORECASE,
)
_INTERROGATIVE = re.compile(
    r"^\W*(?:(?:and|so|but|ok|then)\W+)?(?:how|what|which|why|when|where|who|should|can|could|is|are|do|does|did|will|would|may)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?;\n])\s+")
_DECIDED = re.compile(
    r"\b(?:we|i)(?:'ve| have)?\s+(?:decided|chose|chosen|picked|settled|went with|go with)\b[^.?!\n]{3,120}",
    re.IGNORECASE,
)
_CONSTRAINT = re.compile(
    r"\b(?:we|i|our|my)\b[^.?!\n]{0,40}\b(?:must|cannot|can't|need to|have to|only|no more than|at most|at least|team of|not allowed)\b[^.?!\n]{3,120}",
    re.IGNORECASE,
)
_MAX_PINNED = 12


@dataclass(frozen=True, slots=True)
class StandAlone:
    """A question that can be searched alone.

    `said` is the part of it that is new. `is_follow_up` says whether earlier turns went into it; `wish` is set when it
    only wants the last answer in another form.
    """

    text: str
    said: str
    is_follow_up: bool
    lacks_context: bool = False
    wish: Wish | None = None


def stand_alone(question: str, turns: Sequence[Turn], named_in: Callable[[str], Named]) -> StandAlone:
    """Return the question with the topic it leans on carried over; `turns` are those that answered something.

    `lacks_context` is true when it leans on something and there is no earlier turn to lean on.
    """
    wish = wish_of(question)
    if opens_topic(question) or not is_elliptic(question, named_in):
        return StandAlone(question, question, is_follow_up=False)
    if not turns:
        subject = _words(_REJECTED.sub(" ", _BY_POSITION.sub(" ", question)))
        leans_wholly = (
            wish or not query_terms(question) or (_points_at_option(question) and len(subject) <= _NO_SUBJECT)
        )
        return StandAlone(question, question, is_follow_up=False, lacks_context=bool(leans_wholly))
    last = turns[-1]
    if wish:
        return StandAlone(last.standalone, question, is_follow_up=True, wish=wish)
    meant = _with_options_named(question, last)
    named = named_in(meant)
    topic = _topic(last, meant)
    if named.languages or named.frameworks:
        topic = without_technologies(topic, named_in)
    return StandAlone(f"{topic.rstrip(' ?.')}{JOINED}{meant.strip()}", meant.strip(), is_follow_up=True)


def opens_topic(question: str) -> bool:
    """Whether somebody says that what follows is about something else."""
    return bool(_NEW_TOPIC.search(question))


def tells_only(question: str) -> bool:
    """Whether somebody tells something and asks nothing: "We may not add another server." changes what was asked before."""
    return bool(_TELLS.match(question))


def wish_of(question: str) -> Wish | None:
    """Return what a question wants of the last answer, when it says nothing else: "shorter", "why?", "the code please"."""
    said = frozenset(re.findall(r"[a-z]+", question.lower()))
    asked = said - _FILLER
    return next((wish for wish, words in _WISHES.items() if asked and asked <= set(words.split())), None)


def is_elliptic(question: str, named_in: Callable[[str], Named]) -> bool:
    """Whether a question leans on what was said before: by its opening, a reference, or by saying almost nothing itself."""
    if wish_of(question):
        return True
    telling = _words(question)
    named = named_in(question)
    names = len(named.all)
    if _OPENERS.match(question) and len(telling) <= _FEW_TERMS + names:
        return True
    reference = _REFERENCES.search(_EXPLETIVE.sub(" ", question))
    if reference and len(telling) <= _FEW_TERMS + names:
        return True
    if reference and len(telling) <= _MANY_TERMS and not _words(question[: reference.start()]):
        # It points back before it has named anything itself.
        return True
    if _points_at_option(question):
        return True
    only_names = bool(named.languages or named.frameworks) and len(telling) <= 1
    return only_names or not telling


def _points_at_option(question: str) -> bool:
    is_short = len(_words(question)) <= _MANY_TERMS
    return bool(_BY_POSITION.fullmatch(question.strip(" ?.!")) or (is_short and _REJECTED.search(question)))


def _words(text: str) -> list[str]:
    """Return the words of a text that say something, each once and whole."""
    found = re.findall(r"[^\W_][\w'#+./-]*", text.lower())
    return list(dict.fromkeys(word for word in found if word.strip("./'-") not in STOP_WORDS))


def _topic(last: Turn, question: str) -> str:
    """Return what the last turn was about: its first question, and its latest turn of thought when that is pointed at."""
    root, _, detail = last.standalone.partition(JOINED)
    points_back = _REFERENCES.search(_EXPLETIVE.sub(" ", question)) is not None
    return f"{root.rstrip(' ?.')}{JOINED}{detail}" if detail and points_back else root


def _with_options_named(question: str, last: Turn) -> str:
    """Return the question with "the second one" and "the option you rejected" replaced by what they stand for."""
    alternatives = _ALTERNATIVES.search(last.standalone)
    if (rejected := _REJECTED.search(question)) and alternatives:
        names = alternatives.groups()
        opening = last.answer.lower()
        # The one named first is the one advised; `find` gives -1, the very end here, for one not named at all.
        other = max(names, key=lambda name: opening.find(name.lower()) % (len(opening) + 1))
        return question.replace(rejected.group(), other)
    if place := _BY_POSITION.search(question):
        number = int(place["digit"] or _NUMBERS[place["word"].lower()])
        options = list(alternatives.groups()) if alternatives else _options(last.answer)
        if options and abs(number) <= len(options):
            return question.replace(place.group(), options[number - 1 if number > 0 else -1])
    return question


def _options(answer: str) -> list[str]:
    """Return what an answer offers to choose from: the rows of its table, else the items of its list, in order."""
    rows = [line.split("|")[1].strip() for line in answer.splitlines() if line.startswith("|") and "---" not in line]
    items = re.findall(r"^(?:\d+\.|-) (.+)$", answer, re.MULTILINE)
    return [" ".join(re.sub(r"[`*]|\[\d+\]", "", text).split()[:_OPTION_WORDS]) for text in rows[1:] or items]


def without_technologies(topic: str, named_in: Callable[[str], Named]) -> str:
    """Return a topic that is now asked about for another technology without the old one: 'in Python', "we're on Django"."""
    sentences = _SENTENCE_END.split(topic)
    asked = [sentence for sentence in sentences if not _states_stack(sentence)] or sentences
    kept: list[str] = []
    for word in " ".join(asked).split():
        named = named_in(f"x in {word.strip('?,.')}")
        if not (named.languages or named.frameworks):
            kept.append(word)
        elif kept and kept[-1].lower() in ("in", "with", "using", "for", "on"):
            kept.pop()
    return " ".join(kept)


def _states_stack(sentence: str) -> bool:
    """Whether a sentence says what somebody builds with: "how do I run it in Go" asks, "we run Go" states."""
    return bool(_FRAMED.search(sentence)) and not _INTERROGATIVE.match(sentence)


def pinned(ledger: Ledger, question: str, named: Named) -> Ledger:
    """Return the ledger with what this question says about the asker's stack, constraints and decisions."""
    says_stack = any(map(_states_stack, _SENTENCE_END.split(question)))
    languages = named.languages if says_stack and named.languages else ledger.languages
    frameworks = named.frameworks if says_stack and named.frameworks else ledger.frameworks
    decisions = _with_new(ledger.decisions, (m.group().strip() for m in _DECIDED.finditer(question)))
    said = (m.group().strip() for m in _CONSTRAINT.finditer(question))
    return Ledger(
        languages=languages,
        frameworks=frameworks,
        constraints=_with_new(ledger.constraints, said),
        decisions=decisions,
    )


def _with_new(known: tuple[str, ...], said: Iterable[str]) -> tuple[str, ...]:
    fresh = [text for text in said if text not in known]
    return (*known, *fresh)[-_MAX_PINNED:]
