"""A scripted Architect for the faces: answers by key word, remembers what it was asked. Runs as a chat, too."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Self

from backend_architect.errors import ModelTimeout
from backend_architect.settings import Settings
from backend_architect.types import (
    Answer,
    Citation,
    CitedSource,
    Delta,
    Detail,
    Done,
    Event,
    Handoff,
    HandoffPacket,
    Hit,
    Ledger,
    Listing,
    Part,
    Pitfall,
    Section,
    Source,
    Started,
    Trace,
    TracedHit,
    Turn,
    Usage,
    Verdict,
)

POST_RETRY = "api-design/retries#post-retry"

SECTION = Section(
    ref=POST_RETRY,
    guide_title="Retries",
    question="How do I make POST safe to retry?",
    also_asked=("duplicate orders",),
    short_answer="Send an `Idempotency-Key` and keep it unique.",
    parts=(Part("why", ("POST is not idempotent.",)),),
    listings=(Listing("Claim the key (Python 3.11).", "python", "claim(key)\n"),),
    pitfalls=(Pitfall("Two orders", "check, then insert", "insert first"),),
    details=(Detail("Who makes the key?", "The client makes it."),),
    sources=(Source("rfc9110", "HTTP Semantics", "RFC Editor", "https://www.rfc-editor.org/rfc/rfc9110", ("9.2.2",)),),
)

CITATIONS = (
    Citation(
        number=1,
        ref=POST_RETRY,
        guide_title="Retries",
        question="How do I make POST safe to retry?",
        quote="Send an Idempotency-Key",
        sources=(
            CitedSource(
                title="HTTP Semantics", url="https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2", places=("9.2.2",)
            ),
        ),
    ),
    Citation(number=2, ref="house/rules#keys", guide_title="Rules", question="Which keys?", quote="Ours", origin="own"),
)

TEXT = """Send an `Idempotency-Key` with each POST [1].

```python
claim(key)  # before the work
```

Keep it for a day [2].
"""

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31mred\r\x08 &#x202e;[bold]tag[/bold] \u202eabc"


def answer_to(question: str) -> Answer:
    """Return the scripted answer for the key word in the question."""
    if "hostile" in question:
        hostile = Citation(number=1, ref=f"a/b#{HOSTILE}", guide_title=HOSTILE, question=HOSTILE, quote=HOSTILE)
        return _answer(question, HOSTILE + "\n", citations=(hostile,), notices=(HOSTILE,), follow_ups=(HOSTILE,))
    if "dashboard" in question:
        packet = HandoffPacket(question=question, constraints=("language: go",), open_points=("which charts",))
        handoff = Handoff(specialist="Frontend & UI Specialist", reason="it is about the screen", packet=packet)
        return _answer(question, "This is for another one.\n", scope="handoff", outcome="handed_over", handoff=handoff)
    if "pasta" in question:
        return _answer(question, "I only know backends.\n", scope="out_of_scope", outcome="declined")
    if "gap" in question:
        return _answer(question, "The guides do not cover this.\n", outcome="not_covered")
    if "fallback" in question:
        notice = "no reply from http://127.0.0.1:9/v1 within 60 s, so this answer comes from the guides"
        return _answer(question, TEXT, citations=CITATIONS, notices=(notice,))
    if "model" in question:
        usage = Usage(prompt_tokens=812, completion_tokens=64, model_calls=1, seconds=1.25)
        return _answer(question, TEXT, mode="model", citations=CITATIONS, usage=usage, trace=Trace(model="tiny"))
    trace = Trace(
        standalone="How do I make POST safe to retry in Go?",
        intent="procedure",
        search="exact",
        hits=(TracedHit(ref=POST_RETRY, score=0.912, signals={"dense": 0.8, "lexical": 0.5, "subject": 0.0}),),
        verdicts=(Verdict(statement="Keep it\nfor a day.", support="judgement", reason="no section says so"),),
    )
    return _answer(question, TEXT, citations=CITATIONS, confidence=0.9, follow_ups=("How long?",), trace=trace)


def _answer(question: str, text: str, **more: object) -> Answer:
    fields = {"scope": "in_scope", "outcome": "answered", "mode": "guides"} | more
    return Answer.model_validate({"question": question, "text": text, **fields})


class ScriptedConversation:
    def __init__(self, architect: ScriptedArchitect) -> None:
        self._architect = architect
        self.turns: tuple[Turn, ...] = ()
        self.ledger = Ledger()

    def ask(self, question: str) -> Answer:
        *_, done = self.stream(question)
        assert isinstance(done, Done)
        return done.answer

    def stream(self, question: str) -> Iterator[Event]:
        for event in self._architect.stream(question):
            if isinstance(event, Done):
                self.turns += (Turn(question=question, answer=event.answer.text),)
                if "Go" in question:
                    self.ledger = Ledger(languages=("go",))
            yield event

    def clear(self) -> None:
        self.turns, self.ledger = (), Ledger()


class ScriptedArchitect:
    """Stands in for Architect where a test needs a certain answer at a certain speed."""

    def __init__(self, *, settings: Settings | None = None, piece: int = 7, **choices: object) -> None:
        self.settings = settings or Settings.load(environ={}, **choices)
        self.asked: list[str] = []
        self.is_warm = False
        self._piece = piece

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, question: str) -> Answer:
        *_, done = self.stream(question)
        assert isinstance(done, Done)
        return done.answer

    def stream(self, question: str) -> Iterator[Event]:
        self.asked.append(question)
        if "timeout" in question:
            raise ModelTimeout("no reply from http://127.0.0.1:9/v1 within 60 s; raise ARCHITECT_TIMEOUT")
        if "slow" in question:
            yield from self._slowly()
        answer = answer_to(question)
        yield Started(answer.scope, tuple(citation.ref for citation in answer.citations))
        for start in range(0, len(answer.text), self._piece):
            yield Delta(answer.text[start : start + self._piece])
        yield Done(answer)

    def _slowly(self) -> Iterator[Event]:
        yield Started("in_scope", (POST_RETRY,))
        for number in range(200):
            yield Delta(f"Paragraph {number}.\n\nUnfinished ")
            time.sleep(0.1)

    def search(self, question: str, *, limit: int = 5) -> tuple[Hit, ...]:
        self.asked.append(question)
        return (Hit(SECTION, 0.912, {"dense": 0.8, "lexical": 0.5}, "duplicate orders"),)[:limit]

    def conversation(self) -> ScriptedConversation:
        return ScriptedConversation(self)

    def sections(self) -> tuple[Section, ...]:
        return (SECTION,)

    def warm_up(self) -> None:
        self.is_warm = True

    def close(self) -> None:
        pass


if __name__ == "__main__":
    from backend_architect import repl

    repl.chat(ScriptedArchitect(), stdin=sys.stdin, stdout=sys.stdout)  # type: ignore[arg-type]  # a fake of the same shape
