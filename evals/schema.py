"""What an evaluation case looks like; anything else in a case file is refused."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

Split = Literal["dev", "test", "fresh"]
Kind = Literal["retrieval", "answer", "scope", "handoff", "abstain"]
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

SPLITS: tuple[Split, ...] = get_args(Split)
SCOPES: tuple[Scope, ...] = get_args(Scope)
SPECIALISTS: tuple[Specialist, ...] = get_args(Specialist)
NUGGET_WORDS = 30

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


class Case(_Strict):
    """One question with what is expected of the reply."""

    id: Slug
    split: Split
    kind: Kind
    question: str
    tags: Tags = Tags()
    cluster: Slug | None = None
    scope: Scope = "in_scope"
    also_scope: tuple[Scope, ...] = ()
    handoff_to: Specialist | None = None
    expected_sections: tuple[Label, ...] = ()
    nuggets: tuple[Nugget, ...] = ()
    missing: str | None = None
    twin: Slug | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> tuple[str, ...]:
        labelled = self.kind in ("retrieval", "answer")
        refs = [label.section for label in self.expected_sections]
        checks = (
            (
                (self.scope == "handoff") != (self.handoff_to is not None),
                "handoff_to goes with scope handoff, and only with it",
            ),
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
                not self.question.strip() and self.tags.form != "empty",
                "the question is empty; only form empty may have that",
            ),
            (self.kind == "answer" and not self.vital, "a case of kind answer needs a vital nugget"),
            (len({nugget.id for nugget in self.nuggets}) < len(self.nuggets), "two nuggets share an id"),
            (
                self.kind == "abstain" and not (self.missing and self.twin),
                "a case of kind abstain says what is missing and names its answerable twin",
            ),
            (self.kind != "abstain" and (self.missing or self.twin), "missing and twin belong to kind abstain"),
        )
        return tuple(message for broken, message in checks if broken)

    @property
    def vital(self) -> tuple[Nugget, ...]:
        return tuple(nugget for nugget in self.nuggets if nugget.importance == "vital")

    @property
    def group(self) -> str:
        """Return the name shared by paraphrases and near-twins: the cluster, or the case alone."""
        return self.cluster or self.id

    @property
    def accepted_scopes(self) -> tuple[Scope, ...]:
        return (self.scope, *self.also_scope)

    @property
    def guide(self) -> str | None:
        """Return the guide of the first section that answers the question."""
        best = next((label.section for label in self.expected_sections if label.grade == 3), None)
        return best.partition("#")[0] if best else None


def case_schema() -> dict[str, object]:
    """Return the JSON Schema of a case file, for editors."""
    return TypeAdapter(list[Case]).json_schema()
