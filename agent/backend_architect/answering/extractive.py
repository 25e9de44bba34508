"""Composes an answer from sections alone: a verdict when one was asked for, the short answer, then what else is wanted, all of it verbatim."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from backend_architect.answering.details import asked_detail, near_details
from backend_architect.answering.intent import Length, length_wanted, wants_code
from backend_architect.answering.markup import quotable
from backend_architect.knowledge.markdown import first_sentence, is_list, is_table, words
from backend_architect.retrieval.lexical import query_terms, terms
from backend_architect.types import Brief, Detail, Draft, Hit, Listing, Pitfall, Section, Turn, Verdict

# A second section joins when it ranks nearly as high as the first and is linked with it (of such dev cases 6 in 10 are right
# to show, of others 3 in 10), when it adds words of the question, or is the best for another part of the question.
_JOIN_RATIO, _LINKED_RATIO = 0.88, 0.93
# Two that are as good as tied are both shown: which of them is meant, only the asker knows. A little further apart the second
# is right in one of three cases.
_TIE_RATIO = 0.985
_LEAST_SCORE = 1e-6
_MAX_SECTIONS = 3
_NEW_WORDS = 2
# Code that is wanted may come from a section that ranks a little lower than the best.
_CODE_RATIO = 0.7
_SUBJECT_RATIO = 0.8
_SAME_QUESTION = 0.9
_VERDICT = re.compile(r"^(?:Yes|No)[,:;.]\s+")
_MAX_PITFALLS = 3
_RELATED_RATIO = 0.7
_MAX_RELATED = 2
_FEWEST_WORDS = 10
_RELATED_WORDS = 50
# A short answer was asked for when there is less room than this: then nothing stands beside it.
_ROOM_FOR_RELATED = 200
# With less than this there is room for nothing but the short answer.
_ROOM_FOR_MORE = 80

# What each intent wants after the short answer, in order of importance.
_PARTS: dict[str, tuple[str, ...]] = {
    "howto": ("details", "how", "code", "numbers", "pitfalls", "why"),
    "code": ("code", "details", "how", "pitfalls"),
    "compare": ("details", "compare", "why", "numbers", "how", "pitfalls"),
    "debug": ("details", "why", "how", "pitfalls", "numbers", "code"),
    "explain": ("details", "why", "compare", "numbers", "how", "pitfalls"),
    "learn": ("how", "compare", "numbers", "details", "why", "pitfalls"),
    "review": ("details", "pitfalls", "how", "why", "compare"),
}

# How near the symptom of a pitfall must be to the question for the pitfall to be its likely cause, by what is wanted:
# of 36 sampled dev questions that passed slightly higher limits 33 described that very symptom, of those between half or more.
_DESCRIBED = {"debug": 0.58, "explain": 0.66, "review": 0.66}
_DESCRIBED_ELSE = 0.75
# "Is it enough to …", "Should we …" asks for a judgement and tells of no trouble.
_IS_ASKED = re.compile(r"^\W*(?:is|are|should|can|could|do|does|may|which|what)\b", re.IGNORECASE)
# So does "Virtual threads are there: can we …", where nothing else tells of any.
_IS_ASKED_LATER = re.compile(r"[:;,.]\s+(?:should|can|could|may|must) (?:i|we|it|one|my|our|the)\b", re.IGNORECASE)
# A bare header or error name describes nothing.
_FEWEST_TOLD = 3
# A pitfall of another section than the best must be nearer by this, and its section rank about as high.
_OTHER_SECTION, _CAUSE_RATIO = 0.08, 0.85
# What each word that a pitfall shares with the question is worth beside the cosine of its symptom.
_SHARED_WORD, _MAX_SHARED = 0.03, 3
_SAME_OPENING = 60
_EFFECTS = {
    "repeated": re.compile(
        r"\b(?:twice|double\w*|duplicate\w*|repeat\w*|again|two|several times|both)\b", re.IGNORECASE
    ),
    "lost": re.compile(
        r"\b(?:lost|los[es]\w*|missing|never|vanish\w*|disappear\w*|gone|not run|no \w+ arrives?)\b", re.IGNORECASE
    ),
    "slow": re.compile(
        r"\b(?:slow\w*|seconds|minutes|hangs?|time[sd]? ?out|timeouts?|latency|waits?)\b", re.IGNORECASE
    ),
    "refused": re.compile(r"\b(?:refused|denied|rejected|401|403|forbidden|unauthori[sz]ed)\b", re.IGNORECASE),
}

_LANGUAGE_NAMES = {
    "python": "Python",
    "javascript": "Node.js",
    "typescript": "TypeScript",
    "java": "Java",
    "kotlin": "Kotlin",
    "go": "Go",
    "rust": "Rust",
    "php": "PHP",
    "csharp": "C#",
    "sql": "SQL",
    "graphql": "GraphQL",
    "protobuf": "Protocol Buffers",
    "bash": "shell",
}


@dataclass(slots=True)
class _Page:
    """The text being composed: numbered citations, a word budget, and the verdict on each quoted piece."""

    room: int
    spare: int = 0  # kept for what is related; a detail takes from it before it takes from the steps
    said: str = ""  # what the asker has already read: a block of it is not repeated
    refs: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    told: set[Detail] = field(default_factory=set)

    def mark(self, section: Section) -> str:
        if section.ref not in self.refs:
            self.refs.append(section.ref)
        return f"[{self.refs.index(section.ref) + 1}]"

    def add(self, text: str, section: Section | None = None, *, lead: str = "", must: bool = False) -> bool:
        """Append a block when there is room for it; say whether it was appended."""
        text = quotable(text, section) if section else text
        size = words(text)
        if not must and (size > self.room or text[:_SAME_OPENING] in self.said):
            return False
        self.room -= size
        shown = with_mark(text, self.mark(section)) if section else text
        self.blocks.append(f"{lead}{shown}" if lead else shown)
        if section:
            self.verdicts.append(Verdict(statement=text, support="supported", refs=(section.ref,), reason="quoted"))
        return True


def compose(brief: Brief, *, max_words: int = 350) -> Draft:
    """Return the answer the sections give to the question; `brief.hits` must not be empty.

    Every piece of prose is verbatim from the section it cites. Prose stays within `max_words`, code comes on top.
    """
    wanted = length_wanted(brief.question) or Length(max_words)
    max_words = min(max_words, wanted.words)
    if brief.wish:
        return _again(brief, max_words)
    if max_words < _ROOM_FOR_MORE:
        return _brief_answer(brief, max_words, wanted.sentences)
    kept = _RELATED_WORDS if max_words >= _ROOM_FOR_RELATED else 0
    page = _Page(room=max_words - kept, spare=kept)
    chosen = choose_sections(brief)
    first = chosen[0].section
    for text, section in brief.corrections:
        page.add(text, section, must=True)
    _lead_with_cause(page, brief)
    _lead_with_detail(page, brief)
    page.add(_opening_without_verdict(chosen[0]), first, must=True)
    for hit in chosen[1:]:
        page.add(hit.section.short_answer, hit.section, lead=f"{_title(hit.section)} ")
    for name in _PARTS.get(brief.intent, _PARTS["explain"]):
        _add_part(page, name, first, brief)
    if page.spare:
        page.room += page.spare
        _add_related(page, chosen, brief)
    if brief.asks and kept:
        page.blocks.append(f"For a more specific answer, tell me {brief.asks}.")
    return Draft("\n\n".join(page.blocks), tuple(page.refs), verdicts=tuple(page.verdicts))


def _brief_answer(brief: Brief, max_words: int, sentences: int | None) -> Draft:
    """Return as many sentences of the verdict or the best short answer as were asked for, and at least one."""
    page = _Page(room=max_words)
    for text, section in brief.corrections:
        page.add(text, section, must=True)
    # With nothing after it to set it right, only a detail of the best section may be the whole answer.
    if asked := asked_detail(brief, ratio=1.0):
        detail, section = asked
        _add_detail(page, replace(detail, answer=_beginning(detail.answer, max_words, sentences)), section, must=True)
    else:
        hit = brief.hits[0]
        page.add(_beginning(_opening_without_verdict(hit), max_words, sentences), hit.section, must=True)
    return Draft("\n\n".join(page.blocks), tuple(page.refs), verdicts=tuple(page.verdicts))


def _beginning(text: str, room: int, sentences: int | None) -> str:
    """Return the first sentences of a text: as many as are wanted, else as many as there is room for, and at least one."""
    kept = first_sentence(text)
    for count in itertools.count(1):
        left = text[len(kept) :].lstrip()
        longer = f"{kept} {first_sentence(left)}"
        if not left or (count >= sentences if sentences else words(longer) > room):
            break
        kept = longer
    return kept


# --- the last answer in another form -------------------------------------------------------------

# What each wish shows of the section that was the last answer.
_AGAIN: Mapping[str, tuple[str, ...]] = {
    "deeper": ("why", "how", "compare", "numbers", "code", "pitfalls"),
    "reasons": ("why", "numbers", "compare"),
    "steps": ("how", "code"),
    "risks": ("pitfalls",),
    "code": ("code",),
}


def _again(brief: Brief, max_words: int) -> Draft:
    """Return the last answer's section in the form wished for; what the last answer has shown of it is not repeated."""
    section = brief.hits[0].section
    page = _Page(room=max_words, said=_last(brief).answer if brief.wish == "deeper" else "")
    if brief.wish == "recap":
        _recap(page, brief)
    elif brief.wish == "sources":
        for hit in brief.hits[: max(1, len(_last(brief).refs))]:
            names = "; ".join(" ".join((source.title, *source.places)) for source in hit.section.sources)
            page.blocks.append(f"- {_title(hit.section)} {page.mark(hit.section)} rests on: {names}")
    elif brief.wish == "shorter":
        page.add(_opening(section.short_answer), section, must=True)
    else:
        for name in _AGAIN[brief.wish]:
            _add_part(page, name, section, brief)
    if not page.blocks:
        page.add(section.short_answer, section, must=True)
    return Draft("\n\n".join(page.blocks), tuple(page.refs), verdicts=tuple(page.verdicts))


def _last(brief: Brief) -> Turn:
    """Return the turn whose answer is shown again."""
    return next(turn for turn in reversed(brief.turns) if turn.standalone)


def _recap(page: _Page, brief: Brief) -> None:
    """Append one line for each question asked, with the first sentence of its answer, and what was decided."""
    by_ref = {hit.ref: hit.section for hit in brief.hits}
    for turn in brief.turns:
        section = by_ref.get(turn.refs[0]) if turn.refs else None
        if section is not None and section.ref not in page.refs:
            page.add(_opening(section.short_answer), section, lead=f"- {_title(section)} ", must=True)
    page.blocks += [f"- {line}" for line in brief.ledger.lines()]


def choose_sections(brief: Brief) -> list[Hit]:
    """Return the sections an answer is made of: the best one, those for the other parts of the question, near ties."""
    first = brief.hits[0]
    if brief.intent == "code":
        first = _with_code(brief) or first
    chosen = {hit.ref: hit for hit in (first, *brief.parts)}
    for hit in brief.hits:
        ratio = _own_score(hit) / max(brief.hits[0].score, _LEAST_SCORE)
        is_linked = _are_linked(hit.section, first.section)
        joins = ratio >= (_LINKED_RATIO if is_linked else _TIE_RATIO)
        if joins or (
            ratio >= _JOIN_RATIO and is_linked and _adds(hit.section, [c.section for c in chosen.values()], brief)
        ):
            chosen.setdefault(hit.ref, hit)
    return list(chosen.values())[: _MAX_SECTIONS if brief.parts else _MAX_SECTIONS - 1]


def _are_linked(one: Section, other: Section) -> bool:
    return one.ref in other.see_also or other.ref in one.see_also


def _own_score(hit: Hit) -> float:
    """Return how well a section fits by itself: one that is only linked from the best is related, not part of the answer."""
    return hit.score - hit.signals.get("linked", 0.0)


def _with_code(brief: Brief) -> Hit | None:
    """Return the best near section with a listing to show; one in an asked language only when it ranks as high.

    A section that has the language and not the subject ("async def" for a wish about pagination) is no help.
    """
    best = brief.hits[0]
    wanted = _wanted_languages(brief)
    near = [hit for hit in brief.hits if _is_on_subject(hit, best) and pick_listing(hit.section.listings, ())]
    for hit in near:
        shown = pick_listing(hit.section.listings, wanted)
        if hit.score >= _JOIN_RATIO * best.score and shown and shown.language in wanted:
            return hit
    return next((hit for hit in near if hit.score >= _CODE_RATIO * best.score), None)


def _is_on_subject(hit: Hit, best: Hit) -> bool:
    return hit.signals.get("covered", 1.0) >= _SUBJECT_RATIO * best.signals.get("covered", 0.0)


def _adds(section: Section, chosen: Sequence[Section], brief: Brief) -> bool:
    """Whether a section covers enough words of the question that the chosen ones do not speak of in what they are asked."""
    names = {*brief.languages, *brief.frameworks}
    asked = set(query_terms(brief.standalone)) - names
    covered = {term for other in chosen for term in terms(_asked_text(other))}
    own = set(terms(_asked_text(section)))
    return len((asked & own) - covered) >= _NEW_WORDS


def _asked_text(section: Section) -> str:
    return " ".join((section.question, *section.also_asked, section.short_answer))


def _opening_without_verdict(hit: Hit) -> str:
    """Return the short answer; a Yes or No that answers the guide's question, and not this one, is left out."""
    text = hit.section.short_answer
    if hit.signals.get("question", 1.0) >= _SAME_QUESTION:
        return text
    bare = _VERDICT.sub("", text)
    return bare[:1].upper() + bare[1:]


def _title(section: Section) -> str:
    return f"**{quotable(section.question, section)}**"


# --- parts -------------------------------------------------------------------------------------


def _add_part(page: _Page, name: str, section: Section, brief: Brief) -> None:
    if name == "code":
        if brief.wish or wants_code(brief.question, brief.intent):  # type: ignore[arg-type]
            _add_code(page, section, brief)
    elif name == "pitfalls":
        _add_pitfalls(page, section, brief)
    elif name == "details":
        _add_details(page, section, brief)
    else:
        _add_body(page, name, section)


def _add_body(page: _Page, name: str, section: Section) -> None:
    for block in section.part(name):
        if block.startswith("```"):
            if page.blocks and page.room > 0:
                page.blocks.append(block)
        elif is_list(block) or is_table(block):
            _add_rows(page, block, section)
        else:
            page.add(block, section)


def _add_rows(page: _Page, block: str, section: Section) -> None:
    """Append a list or table whole; cut a list, never a table, at the end of the budget."""
    if page.add(block, section) or is_table(block):
        return
    kept: list[str] = []
    for item in block.splitlines():
        if words("\n".join([*kept, item])) > page.room:
            break
        kept.append(item)
    if len(kept) >= 3:
        page.add("\n".join(kept), section)


def _add_pitfalls(page: _Page, section: Section, brief: Brief) -> None:
    ranked = [pitfall for pitfall, _ in sorted(_described(section, brief), key=lambda item: -item[1])]
    shown = [pitfall for pitfall in ranked if not _is_shown(page, pitfall)][:_MAX_PITFALLS]
    lines: list[str] = []
    for pitfall in shown:
        line = f"- {_pitfall_text(pitfall)}"
        if words("\n".join([*lines, line])) > page.room:
            break
        lines.append(line)
    if lines:
        page.add("\n".join(lines), section, lead="**Watch for** (symptom → cause → fix)\n\n")


def _lead_with_cause(page: _Page, brief: Brief) -> None:
    """Put the pitfall whose symptom is the one described before everything else, when one clearly is."""
    if len(query_terms(brief.standalone)) < _FEWEST_TOLD:
        return
    text = brief.standalone
    is_asked = _IS_ASKED.match(text) or (brief.intent != "debug" and _IS_ASKED_LATER.search(text))
    needed = _DESCRIBED_ELSE if is_asked else _DESCRIBED.get(brief.intent, _DESCRIBED_ELSE)
    best, found = 0.0, None
    for hit in (hit for hit in brief.hits if hit.ref in brief.symptoms):
        distance = 0.0 if hit is brief.hits[0] else _OTHER_SECTION
        if _own_score(hit) < _CAUSE_RATIO * brief.hits[0].score:
            continue
        for pitfall, nearness in _described(hit.section, brief):
            if nearness - distance > best and _same_effect(pitfall.symptom, brief.standalone):
                best, found = nearness - distance, (pitfall, hit.section)
    if found is not None and best >= needed:
        page.add(_pitfall_text(found[0]), found[1], lead="**Likely cause** (symptom → cause → fix): ")


def _lead_with_detail(page: _Page, brief: Brief) -> None:
    """Put the verdict on the narrower question that was asked before the answer to the section's broader one."""
    if asked := asked_detail(brief, ratio=_CAUSE_RATIO):
        _add_detail(page, *asked)


def _add_details(page: _Page, section: Section, brief: Brief) -> None:
    for detail in near_details(section, brief):
        _add_detail(page, detail, section)


def _add_detail(page: _Page, detail: Detail, section: Section, *, must: bool = False) -> None:
    """Append a verdict under the question it belongs to: a bare No says nothing about another question."""
    if detail in page.told:
        return
    freed = min(page.spare, words(detail.answer))
    page.room += freed
    if page.add(detail.answer, section, lead=f"**{quotable(detail.question, section)}** ", must=must):
        page.told.add(detail)
        page.spare -= freed
    else:
        page.room -= freed


def _described(section: Section, brief: Brief) -> list[tuple[Pitfall, float]]:
    """Return the pitfalls of a section, each with how well the question describes it: its symptom, and words they share."""
    asked = set(query_terms(brief.standalone))
    alike = brief.symptoms.get(section.ref, (0.0,) * len(section.pitfalls))
    return [
        (pitfall, near + _SHARED_WORD * min(_MAX_SHARED, _overlap(asked, _pitfall_text(pitfall))))
        for pitfall, near in zip(section.pitfalls, alike, strict=True)
    ]


def _same_effect(symptom: str, described: str) -> bool:
    """Whether two texts can speak of one trouble: 'runs twice' must not be explained by 'is lost'."""
    one, other = _effects(symptom), _effects(described)
    return not one or not other or bool(one & other)


def _effects(text: str) -> frozenset[str]:
    """Return which kinds of trouble a text speaks of."""
    return frozenset(kind for kind, pattern in _EFFECTS.items() if pattern.search(text))


def _is_shown(page: _Page, pitfall: Pitfall) -> bool:
    return any(pitfall.symptom in block for block in page.blocks)


def _pitfall_text(pitfall: Pitfall) -> str:
    return f"{pitfall.symptom} → {pitfall.cause} → {pitfall.fix}"


def _overlap(asked: set[str], text: str) -> int:
    return len(asked & set(terms(text)))


def _add_code(page: _Page, section: Section, brief: Brief) -> None:
    wanted = _wanted_languages(brief)
    listing = pick_listing(section.listings, wanted)
    if listing is None:
        if brief.intent == "code":
            page.blocks.append("The guides have no listing for this.")
        return
    if wanted and listing.language not in wanted and listing.language != "sql":
        asked, shown = (_LANGUAGE_NAMES.get(name, name) for name in (wanted[0], listing.language))
        page.blocks.append(f"The guide has no {asked} listing for this; it shows the same in {shown}.")
    note = "" if listing.executed else " Not executed by the project's tests."
    caption = listing.caption[:1].upper() + listing.caption[1:]
    page.add(f"{caption}{note}", section, must=True)
    page.blocks.append(f"```{listing.language}\n{listing.code}\n```")


def _wanted_languages(brief: Brief) -> tuple[str, ...]:
    return brief.languages or brief.ledger.languages


def pick_listing(listings: Sequence[Listing], languages: Sequence[str]) -> Listing | None:
    """Return the listing in the first asked language that has one, else the first; never a counter-example."""
    shown = [listing for listing in listings if not listing.is_counter_example]
    for language in languages:
        for listing in shown:
            if listing.language == language or (language == "javascript" and listing.language == "typescript"):
                return listing
    return shown[0] if shown else None


# --- what stands next to it ---------------------------------------------------------------------


def _add_related(page: _Page, chosen: Sequence[Hit], brief: Brief) -> None:
    """Close with the first sentence of sections that rank near: where a reader would look next."""
    told = {hit.ref for hit in chosen}
    near = [hit for hit in brief.hits if hit.ref not in told and hit.score >= _RELATED_RATIO * chosen[0].score]
    lines: list[str] = []
    for hit in near[:_MAX_RELATED]:
        sentence = quotable(_opening(hit.section.short_answer), hit.section)
        if words(sentence) > page.room:
            break
        page.room -= words(sentence)
        lines.append(f"- {_title(hit.section)} {with_mark(sentence, page.mark(hit.section))}")
        page.verdicts.append(Verdict(statement=sentence, support="supported", refs=(hit.ref,), reason="quoted"))
    if lines:
        page.blocks.append("**Related**\n\n" + "\n".join(lines))


def _opening(text: str) -> str:
    """Return the first sentence, and the second with it when the first says too little alone."""
    first = first_sentence(text)
    if words(first) >= _FEWEST_WORDS or first == text:
        return first
    return first + " " + first_sentence(text[len(first) :].lstrip())


# --- citations ---------------------------------------------------------------------------------


def with_mark(text: str, mark: str) -> str:
    """Return a block with its citation: at the end of a paragraph or list, under a table.

    A mark that ends a paragraph or list speaks for all of it; marking every sentence of one source makes text unreadable.
    """
    return f"{text}\n\nTable from {mark}." if is_table(text) else f"{text} {mark}"
