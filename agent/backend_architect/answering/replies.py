"""Replies that are not answers from a guide: hand-overs, refusals, greetings, a question back, an honest gap."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backend_architect.answering.extractive import with_mark
from backend_architect.answering.markup import quotable
from backend_architect.answering.scope import ScopeDecision
from backend_architect.knowledge import Corpus
from backend_architect.types import Handoff, HandoffPacket, Hit, Ledger, Outcome, Specialist

_SCOPE_SECTION: dict[Specialist, str] = {
    "Frontend & UI Specialist": "scope#hand-off-frontend",
    "DevOps & Infrastructure": "scope#hand-off-devops",
    "Database & Data Specialist": "scope#hand-off-data",
}

_REASONS: dict[Specialist, str] = {
    "Frontend & UI Specialist": "it is about what runs and shows in the browser or app, not about the service behind it",
    "DevOps & Infrastructure": "it is about the platform that many services share, not about one service and its delivery",
    "Database & Data Specialist": "it is about running databases or analysing data, not about how a service uses its store",
}


_THANKS = re.compile(r"\b(?:thank(?:s| you)|thx|ty|bye|great|cool|perfect|nice|useful|see you)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply without search results: its text, the sections it cites and what kind it is."""

    text: str
    refs: tuple[str, ...]
    outcome: Outcome
    handoff: Handoff | None = None
    follow_ups: tuple[str, ...] = ()


def reply_to(
    question: str, decision: ScopeDecision, found: Sequence[Hit], corpus: Corpus, ledger: Ledger
) -> Reply | None:
    """Return the reply to a question that is not ours; None when it is. `found` may hold sections of the scope card."""
    if decision.scope == "handoff" and decision.specialist:
        return _hand_over(question, decision.specialist, corpus, ledger)
    if decision.scope == "out_of_scope":
        return _from_scope_card(
            "That is outside what I answer: I cover backend services and APIs.",
            "scope#what-i-do-not-cover",
            corpus,
            "declined",
        )
    if decision.scope == "greeting_meta":
        if not decision.is_clear:
            return Reply(
                "I could not find a question in that. Ask me something about backend services or APIs, "
                'for example "How do I make POST safe to retry?"',
                (),
                "asked_back",
            )
        return _meta(question, found, corpus)
    return None


def not_covered(hits: Sequence[Hit], planned: str | None) -> Reply:
    """Return the honest gap: what is missing, and the nearest section there is."""
    lines = ["The guides do not cover this question."]
    if planned:
        lines.append(f'A section on "{planned}" is planned but not written yet.')
    if not hits:
        return Reply(" ".join(lines), (), "not_covered")
    nearest = hits[0].section
    lines.append(f"The nearest section answers a different question, *{quotable(nearest.question, nearest)}* [1]")
    return Reply(
        " ".join(lines), (nearest.ref,), "not_covered", follow_ups=tuple(hit.section.question for hit in hits[:3])
    )


def ask_back(question: str) -> Reply:
    """Return the question back for a follow-up that has nothing to follow."""
    return Reply(
        f'"{question.strip()}" leans on something said before, and nothing was said yet. '
        "What is it about? One sentence with the topic and, if it matters, your language or framework is enough.",
        (),
        "asked_back",
    )


def ask_in_english(language: str) -> Reply:
    """Return the question back for one in another language of which too little was understood."""
    return Reply(
        f"I understood too little of that: it seems to be in {language}, and the guides are in English. "
        "Ask it in English, or with the technical words and names (methods, headers, frameworks, error text) in English.",
        (),
        "asked_back",
    )


def handoff(question: str, specialist: Specialist, ledger: Ledger) -> Handoff:
    """Return the hand-over of a question, with what is known about the asker's constraints and decisions."""
    packet = HandoffPacket(
        question=question,
        constraints=tuple(line for line in ledger.lines() if not line.startswith("decided: ")),
        decisions=ledger.decisions,
    )
    return Handoff(specialist=specialist, reason=_REASONS[specialist], packet=packet)


def aside(handed: Handoff) -> str:
    """Return the line that hands over one part of a question whose other part was answered."""
    asked = handed.packet.question.rstrip(" ?.!")
    return f"**Not mine:** *{asked}* is a question for the **{_title(handed.specialist)}**: {handed.reason}."


def _title(specialist: Specialist) -> str:
    return specialist if specialist.endswith("Specialist") else f"{specialist} specialist"


def _hand_over(question: str, specialist: Specialist, corpus: Corpus, ledger: Ledger) -> Reply:
    handed = handoff(question, specialist, ledger)
    text = f"This is a question for the **{_title(specialist)}**: {handed.reason}."
    reply = _from_scope_card(text, _SCOPE_SECTION[specialist], corpus, "handed_over")
    return Reply(reply.text, reply.refs, "handed_over", handoff=handed)


def _meta(question: str, found: Sequence[Hit], corpus: Corpus) -> Reply:
    """A word of thanks gets one back; a question about this agent gets the section of the scope card that answers it."""
    if _THANKS.search(question):
        return Reply("You are welcome. Ask on whenever you like.", (), "greeted")
    ref = next((hit.ref for hit in found if hit.section.area == "scope"), "scope#what-i-cover")
    return _from_scope_card("", ref, corpus, "greeted")


def _from_scope_card(text: str, ref: str, corpus: Corpus, outcome: Outcome) -> Reply:
    section = corpus.by_ref.get(ref)
    if section is None:
        return Reply(text, (), outcome)
    quoted = with_mark(section.short_answer, "[1]")
    return Reply(f"{text}\n\n{quoted}".strip(), (ref,), outcome)
