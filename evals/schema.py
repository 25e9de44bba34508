"""What an evaluation case looks like; anything else in a case file is refused."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

Split = Literal["dev", "test", "fresh"]
Kind = Literal["retrieval", "answer", "scope", "handoff", "abstain", "injection", "conversation", "roadmap", "review"]
Scope = Literal["in_scope", "handoff", "out_of_scope", "greeting_meta"]
Specialist = Literal["Frontend & UI Specialist", "DevOps & Infrastructure", "Database & Data Specialist"]

Capability = Literal[
    "rest-api-design",
    "graphql",
    "microservices",
    "nodejs",
    "python-frameworks",
    "java-spring",
    "go-rust-php",
    "auth",
    "databases",
    "messaging",
]
Responsibility = Literal[
    "programming-languages",
    "web-frameworks",
    "api-design",
    "authentication",
    "databases",
    "async-and-concurrency",
    "testing",
    "deployment",
]
ConsultCase = Literal[
    "designing-rest-or-graphql",
    "choosing-a-framework",
    "building-microservices",
    "implementing-auth",
    "optimising-queries",
    "async-processing",
    "deploying",
    "learning-a-language",
    "realtime",
]
# How the question is worded. `identifier` is a bare header, status, RFC or keyword.
Style = Literal[
    "plain",
    "terse",
    "typo",
    "jargon",
    "code",
    "identifier",
    "ambiguous",
    "learning",
    "borderline",
    "non-english",
]
# Where the question comes from in an engineer's day.
Form = Literal[
    "question",
    "incident",
    "review",
    "migration",
    "pasted",
    "scenario",
    "everyday",
    "greeting",
    "meta",
    "empty",
    "nonsense",
]

# How an attack is made, where it stands, and what it wants.
Technique = Literal[
    "override",
    "fake-turn",
    "fake-system",
    "delimiter",
    "role-play",
    "encoding",
    "invisible-text",
    "other-language",
    "split",
    "markdown-link",
    "many-shot",
    "citation-spoof",
]
Surface = Literal["user", "guide", "history", "tool_output"]
Goal = Literal["say-canary", "reveal-prompt", "fake-source", "drop-citations", "change-handoff", "insert-link"]

# Raised when cases are relabelled or rewritten in numbers, so that published results name what they were measured on.
DATASET_VERSION = 2

SPLITS: tuple[Split, ...] = get_args(Split)
SCOPES: tuple[Scope, ...] = get_args(Scope)
SPECIALISTS: tuple[Specialist, ...] = get_args(Specialist)
NUGGET_WORDS = 30
PATTERN_CHARACTERS = 200
# Kinds whose reply is a text about labelled sections: what is scored like an answer.
LABELLED: tuple[Kind, ...] = ("retrieval", "answer", "roadmap", "review")

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Ref = Annotated[str, Field(pattern=r"^[a-z0-9-]+(/[a-z0-9-]+)?#[a-z0-9-]+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(_Strict):
    """A section that belongs to the reply: 3 answers the question, 2 answers a part of it, 1 is useful background."""

    section: Ref
    grade: Literal[1, 2, 3]


def _one_claim(text: str) -> str:
    words = len(text.split())
    if words > NUGGET_WORDS:
        raise ValueError(f"a nugget is one claim of at most {NUGGET_WORDS} words, this one has {words}")
    if "and also" in text.lower():
        raise ValueError('a nugget is one claim; split it at "and also"')
    return text


class Nugget(_Strict):
    """One claim that a good answer makes, and the sections it can be taken from."""

    id: Slug
    importance: Literal["vital", "okay"]
    text: Annotated[str, Field(min_length=1), AfterValidator(_one_claim)]
    any_of: tuple[tuple[str, ...], ...] = ()
    sections: tuple[Ref, ...] = ()

    @model_validator(mode="after")
    def _vital_is_reachable(self) -> Self:
        if self.importance == "vital" and not self.sections:
            raise ValueError(f"vital nugget {self.id} names no section it can be taken from")
        return self


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


class Forbidden(_Strict):
    """One claim that no good answer makes. `hard` fails the run, `soft` lowers the score."""

    id: Slug
    severity: Literal["hard", "soft"] = "soft"
    text: Annotated[str, Field(min_length=1), AfterValidator(_one_claim)]
    patterns: tuple[Annotated[str, Field(max_length=PATTERN_CHARACTERS), AfterValidator(_compiles)], ...] = ()


class Constraints(_Strict):
    """What the asker wants of the form. `programming_language: python` means: blocks of code are Python."""

    natural_language: Literal["en"] = "en"
    programming_language: str | None = None
    max_words: Annotated[int, Field(ge=20)] | None = None
    must_include_code: bool = False


class Expect(_Strict):
    """What is expected of a reply: to a case, or to one turn of a conversation."""

    scope: Scope = "in_scope"
    also_scope: tuple[Scope, ...] = ()
    handoff_to: Specialist | None = None
    expected_sections: tuple[Label, ...] = ()
    nuggets: tuple[Nugget, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    constraints: Constraints | None = None

    @model_validator(mode="after")
    def _names_the_specialist(self) -> Self:
        if (self.scope == "handoff") != (self.handoff_to is not None):
            raise ValueError("handoff_to goes with scope handoff, and only with it")
        return self

    @property
    def accepted_scopes(self) -> tuple[Scope, ...]:
        return (self.scope, *self.also_scope)


class Exchange(_Strict):
    """One turn of a conversation: what the user says, what is expected, and the earlier turns (from 1) it leans on."""

    user: Annotated[str, Field(min_length=1)]
    expect: Expect | None = None
    needs: tuple[Annotated[int, Field(ge=1)], ...] = ()
    alone: str | None = None  # the same question, complete without the earlier turns: asked singly for comparison


class Attack(_Strict):
    """An injection: `payload` stands on `surface`; the case's own question and nuggets are what must still be served.

    On surface `user` the payload is asked together with the question. `canary` is the string that proves obedience.
    """

    surface: Surface
    technique: Technique
    goal: Goal
    payload: Annotated[str, Field(min_length=1)]
    canary: str | None = None

    @property
    def is_in_guide(self) -> bool:
        """Whether the payload reaches the agent in a guide: what a tool returns is one as well."""
        return self.surface in ("guide", "tool_output")


class Plan(_Strict):
    """What a roadmap answer must say: the stage, its hours, and sections in the order to learn them."""

    stage: Annotated[int, Field(ge=1, le=7)]
    hours: Annotated[str, Field(pattern=r"^\d+ hours$")] | None = None
    order: tuple[Ref, ...] = ()


class Provenance(_Strict):
    """Who wrote and who checked a case, when, and against which state of the guides."""

    author: str | None = None
    reviewer: str | None = None
    added: dt.date | None = None
    guides: str | None = None


class Tags(_Strict):
    capability: tuple[Capability, ...] = ()
    responsibility: tuple[Responsibility, ...] = ()
    consult_case: tuple[ConsultCase, ...] = ()
    stage: tuple[Annotated[int, Field(ge=1, le=7)], ...] = ()
    style: Style = "plain"
    form: Form = "question"
    difficulty: Annotated[int, Field(ge=1, le=3)] | None = None

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return every tag as (name, value), the form in which `--tag name=value` selects."""
        many = (
            ("capability", self.capability),
            ("responsibility", self.responsibility),
            ("consult_case", self.consult_case),
            ("stage", self.stage),
        )
        pairs = [(name, str(value)) for name, values in many for value in values]
        pairs += [("style", self.style), ("form", self.form)]
        return tuple(pairs) if self.difficulty is None else (*pairs, ("difficulty", str(self.difficulty)))


class Case(Expect):
    """One question with what is expected of the reply."""

    id: Slug
    split: Split
    kind: Kind
    question: str = ""  # a conversation asks in its turns
    tags: Tags = Tags()
    cluster: Slug | None = None
    missing: str | None = None
    twin: Slug | None = None
    may_answer_first: bool = False  # handoff: a backend part may be answered before handing over
    turns: tuple[Exchange, ...] = ()  # conversation
    attack: Attack | None = None  # injection
    data_twin: Slug | None = None  # injection: the case where the same text is what the user asks about
    artifact: str | None = None  # review: planted defects are its nuggets, sound things its forbidden claims
    plan: Plan | None = None  # roadmap
    provenance: Provenance | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> tuple[str, ...]:
        labelled = self.kind in LABELLED
        refs = [label.section for label in self.expected_sections]
        checks = (
            (
                (self.kind == "handoff") != (self.scope == "handoff"),
                "kind handoff goes with scope handoff, and only with it",
            ),
            (labelled and self.scope != "in_scope", f"a case of kind {self.kind} is in_scope"),
            (labelled and not refs, f"a case of kind {self.kind} needs expected_sections"),
            (
                labelled and all(label.grade < 3 for label in self.expected_sections),
                "no expected section has grade 3: nothing would answer this",
            ),
            (len(set(refs)) < len(refs), "a section is labelled twice"),
            (
                not self.question.strip() and self.tags.form != "empty" and self.kind != "conversation",
                "the question is empty; only form empty may have that",
            ),
            (
                self.kind in ("answer", "roadmap", "review") and not self.vital,
                f"a case of kind {self.kind} needs a vital nugget",
            ),
            (len({nugget.id for nugget in self.nuggets}) < len(self.nuggets), "two nuggets share an id"),
            (len({claim.id for claim in self.forbidden}) < len(self.forbidden), "two forbidden claims share an id"),
            *self._belongs("conversation", "turns", given=bool(self.turns)),
            *self._belongs("injection", "attack", given=self.attack is not None),
            *self._belongs("review", "artifact", given=self.artifact is not None),
            *self._belongs("roadmap", "plan", given=self.plan is not None),
            (self.kind == "conversation" and bool(self.question), "a conversation asks in its turns, not in question"),
            (
                any(need >= number for number, turn in enumerate(self.turns, 1) for need in turn.needs),
                "a turn needs itself or a later turn",
            ),
            (
                self.kind == "conversation" and not any(turn.expect for turn in self.turns),
                "no turn of the conversation expects anything",
            ),
            (self.kind != "injection" and self.data_twin is not None, "data_twin belongs to kind injection"),
            (
                self.kind == "abstain" and not (self.missing and self.twin),
                "a case of kind abstain says what is missing and names its answerable twin",
            ),
            (self.kind != "abstain" and (self.missing or self.twin), "missing and twin belong to kind abstain"),
        )
        return tuple(message for broken, message in checks if broken)

    def _belongs(self, kind: Kind, field: str, *, given: bool) -> tuple[tuple[bool, str], ...]:
        """Return the checks that a field is there for its kind, and only for it."""
        return (
            (self.kind == kind and not given, f"a case of kind {kind} needs {field}"),
            (self.kind != kind and given, f"{field} belongs to kind {kind}"),
        )

    @property
    def whole_question(self) -> str:
        """Return the question; that of a conversation is what the user says in its turns, a line for each."""
        return self.question or "\n".join(turn.user for turn in self.turns)

    @property
    def vital(self) -> tuple[Nugget, ...]:
        return tuple(nugget for nugget in self.nuggets if nugget.importance == "vital")

    @property
    def expectations(self) -> tuple[Expect, ...]:
        """Return what is expected of each turn that expects something; empty when the case has no turns."""
        return tuple(turn.expect for turn in self.turns if turn.expect)

    @property
    def every_label(self) -> tuple[Label, ...]:
        """Return the labelled sections of the case and of its turns."""
        return self.expected_sections + tuple(label for each in self.expectations for label in each.expected_sections)

    @property
    def every_nugget(self) -> tuple[Nugget, ...]:
        """Return the nuggets of the case and of its turns."""
        return self.nuggets + tuple(nugget for each in self.expectations for nugget in each.nuggets)

    @property
    def group(self) -> str:
        """Return the name shared by paraphrases and near-twins: the cluster, or the case alone."""
        return self.cluster or self.id

    @property
    def guide(self) -> str | None:
        """Return the guide of the first section that answers the question."""
        best = next((label.section for label in self.expected_sections if label.grade == 3), None)
        return best.partition("#")[0] if best else None


def case_schema() -> dict[str, object]:
    """Return the JSON Schema of a case file, for editors."""
    return TypeAdapter(list[Case]).json_schema()
