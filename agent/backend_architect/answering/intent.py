"""What a question wants: steps, a choice, a cause, an explanation, code, or a learning path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Intent = Literal["howto", "compare", "debug", "explain", "code", "learn", "review"]

# "How do I …", and the same without the little words: terse, from another language, or translated word by word.
_HOW = (
    "how (?:do|can|should|would|to|add|avoid|build|choose|create|delete|deploy|design|get|handle|implement|keep|limit|make|migrate|monitor"
    "|prevent|protect|save|scale|send|stop|store|test|update|use|validate|write)"
)

# In this order: the first that matches wins, so the more specific wish stands before the more general.
_RULES: tuple[tuple[Intent, re.Pattern[str]], ...] = (
    (
        "code",
        re.compile(
            r"\b(?:show|give|write|need|want|see)\b[^.?!]{0,40}\b(?:code|snippet|example|implementation|sample|listing)\b"
            r"|\b(?:show|give|write|implement)\b[^.?!]{0,60}\b(?:in|with|using) (?:python|node(?:\.?js)?|javascript|typescript|java"
            r"|kotlin|go|golang|rust|php|c#|csharp|sql|django|fastapi|flask|express|fastify|spring(?: boot)?|gin|actix|axum|laravel)\b"
            r"|^\W*(?:(?:and|now|ok|please)\W+)*(?:show|write|give)\b.*\b(?:that|it|this|me)\b.*\bin \w+\W*$"
            r"|\b(?:write|give|show|need|want) (?:me |us )?(?:an?|the|some) [\w .+#/-]{0,40}"
            r"(?:middleware|function|handler|endpoint|query|migration|class|test|decorator|worker|consumer|dockerfile|schema|resolver|regex|config)s?\b"
            r"|\b(?:code|snippet|sample|example)s?\b|\b(?:dockerfile|sql|query|regex|yaml|config|schema|middleware|resolver) for\b",
            re.IGNORECASE,
        ),
    ),
    (
        "learn",
        re.compile(
            r"\b(?:learn(?:ing)?|study|roadmap|curriculum|course|beginner|newbie|self[- ]taught|become|career|stage \d|how many hours"
            r"|get started|where (?:do|should) i start|portfolio|interview)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "review",
        re.compile(
            r"\b(?:review|critique|feedback on|sanity check|is (?:this|it|that|my) \w*\s?(?:ok|okay|good|safe|correct|fine|bad|right)"
            r"|what(?:'s| is) wrong with|code review|reviewer|a colleague (?:says|wants|suggests)|\bpr\b)",
            re.IGNORECASE,
        ),
    ),
    (
        "debug",
        re.compile(
            r"\b(?:errors?|exceptions?|fail(?:s|ed|ing|ure)?|crash\w*|broken|stuck|hang(?:s|ing)?|slow(?:er|ly)?|time[sd]? ?out|leak(?:s|ing|ed)?"
            r"|duplicat\w+|twice|lost|keeps|suddenly|randomly|intermittent\w*|not work\w*|incident|outage|spike\w*|deadlock\w*"
            r"|stack ?trace|traceback|unexpected\w*)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "compare",
        re.compile(
            r"\bvs\.?\b|\bversus\b|\bdifferences?\b|\bcompare[ds]?\b|\bcomparison\b|\bbetter\b|\bpros and cons\b|\bwhich\b|\bchoose\b|\bpick\b"
            r"|\binstead of\b|\btrade-?offs?\b|\b\w+,? or \w+|\bwhen (?:should|do|would) (?:i|we) (?:use|prefer)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "howto",
        re.compile(
            rf"\b{_HOW}\b|\bsteps?\b|\bimplement\w*\b|\bset ?up\b|\bbuild\b|\badd\b|\bmake\b",
            re.IGNORECASE,
        ),
    ),
)

# Words that tell of trouble only where no choice and no procedure is asked for: "which store, if we cannot lose data?"
_TROUBLE = re.compile(
    r"\b(?:missing|wrong|sometimes|does(?:n't| not)|won't|can't|cannot|never|ignor\w+)\b", re.IGNORECASE
)

# Where "code" and "example" ask for none.
_NO_CODE = re.compile(
    r"\b(?:status|error|exit|return|legacy|our|my|your|his|their|in|of) codes?\b|\bthe code\b(?! for| please| in\b|\W*$)|\bfor (?:an )?example\b"
    r"|\bexamples? of\b|\bcode[ -](?:review|quality|coverage|style|flow|exchange|grant|first|base)\b|\bcodebase\b|\bper example\b",
    re.IGNORECASE,
)

# These say that something is wrong only together with a wish to know why; "how do I prevent duplicates" asks for steps.
_ASKS_HOW = re.compile(
    rf"^\W*(?:\w+[, ]+){{0,3}}(?:{_HOW}|which|what (?:http |error )?(?:status|code))\b",
    re.IGNORECASE,
)
_ASKS_WHAT = re.compile(
    r"\b(?:what|why|when|explain|who|should|is|are|does|do|can|will|mean(?:s|ing)?)\b", re.IGNORECASE
)
_ASKS_CODE_TOO = re.compile(r"\b(?:code|snippet|example)s?\b", re.IGNORECASE)


def intent_of(question: str, *, names_technology: bool = False) -> Intent:
    """Return what the question wants; `explain` when nothing more specific shows.

    Terse words beside the name of a language or framework ("gin validate json body") ask how it is done there.
    """
    wanted = _first_match(question)
    return "howto" if wanted == "explain" and names_technology and not _ASKS_WHAT.search(question) else wanted


def _first_match(question: str) -> Intent:
    for intent, pattern in _RULES:
        if pattern.search(_NO_CODE.sub(" ", question) if intent == "code" else question):
            if intent == "debug" and _ASKS_HOW.search(question):
                continue
            return intent
    return "debug" if _TROUBLE.search(question) else "explain"


def wants_code(question: str, intent: Intent) -> bool:
    """Whether code belongs in the answer: it was asked for, or steps are wanted and code shows them best."""
    return intent in ("code", "howto") or bool(_ASKS_CODE_TOO.search(_NO_CODE.sub(" ", question)))


_LENGTH = re.compile(
    r"(?<!of )\b(?:in|into|as|max(?:imum)?|at most|no more than|under|within)\s+(?P<count>\d{1,3}|an?|one|two|three|four|five|six|ten)\s+"
    r"(?:short\s+)?(?P<unit>sentence|line|bullet(?: point)?|word)s?\b(?! of\b)",
    re.IGNORECASE,
)
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_WORDS_A_SENTENCE = 25


@dataclass(frozen=True, slots=True)
class Length:
    """How long an answer may be: in words, and in sentences when it was said so."""

    words: int
    sentences: int | None = None


def length_wanted(question: str) -> Length | None:
    """Return how long an answer may be when the question says so ("in three sentences", "at most 50 words")."""
    found = _LENGTH.search(question)
    if not found:
        return None
    count = _COUNTS.get(found["count"].lower()) or int(found["count"])
    return Length(count) if found["unit"].lower() == "word" else Length(count * _WORDS_A_SENTENCE, count)
