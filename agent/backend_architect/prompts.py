"""Reads and fills prompts/*.md: one file per prompt, front matter on top, holes written `{{ name }}`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend_architect.errors import PromptError
from backend_architect.resources import folder

_HOLE = re.compile(r"\{\{ ([a-z][a-z0-9_]*) \}\}")
_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_SHORT_HASH = 8


class _Header(BaseModel):
    """The front matter of a prompt file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: int = Field(ge=1)
    inputs: tuple[str, ...]
    purpose: str = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt with holes.

    >>> Prompt("greet", 1, ("name",), "Greets.", "Hello {{ name }}!").fill(name="{{ name }}")
    'Hello {{ name }}!'
    """

    id: str
    version: int
    inputs: tuple[str, ...]
    purpose: str
    body: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body.encode()).hexdigest()

    @property
    def tag(self) -> str:
        """Which wording this is, for traces and reports: `answer@3#1a2b3c4d`."""
        return f"{self.id}@{self.version}#{self.sha256[:_SHORT_HASH]}"

    def fill(self, **values: str) -> str:
        """Return the body with every hole filled in one pass, so that braces inside a value stay text.

        Raises PromptError when a name is missing or was not asked for.
        """
        if missing := sorted(set(self.inputs) - set(values)):
            raise PromptError(f"prompt {self.id} needs {', '.join(missing)}; pass what its header declares")
        if unexpected := sorted(set(values) - set(self.inputs)):
            raise PromptError(
                f"prompt {self.id} has no place for {', '.join(unexpected)}; declare it and give it a hole"
            )
        return _HOLE.sub(lambda hole: values[hole[1]], self.body)


class Prompts(Mapping[str, Prompt]):
    """All prompts of a folder by id; reading checks each of them."""

    def __init__(self, prompts: Mapping[str, Prompt]) -> None:
        self._prompts = dict(prompts)

    @classmethod
    def load(cls, path: Path | None = None) -> Prompts:
        """Return the prompts of `path`, by default those that ship with the package. Raises PromptError."""
        path = path or folder("prompts")
        read = [read_prompt(file) for file in sorted(path.glob("*.md"))]
        if not read:
            raise PromptError(f"no prompt in {path}; the installation is incomplete, reinstall backend-api-architect")
        return cls({prompt.id: prompt for prompt in read})

    def __getitem__(self, name: str) -> Prompt:
        try:
            return self._prompts[name]
        except KeyError:
            raise PromptError(f"no prompt {name!r}; there are {', '.join(self._prompts)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._prompts)

    def __len__(self) -> int:
        return len(self._prompts)


def read_prompt(file: Path) -> Prompt:
    """Return the prompt in `file`; raise PromptError when its name, header and holes do not agree."""
    found = _FRONT.match(file.read_text(encoding="utf-8"))
    if found is None:
        raise PromptError(f"{file.name}: a prompt begins with front matter between two lines of ---")
    try:
        header = _Header.model_validate(yaml.safe_load(found[1]))
    except (yaml.YAMLError, ValidationError) as error:
        raise PromptError(f"{file.name}: {_first_line(error)}") from error
    body = found[2].strip()
    if header.id != file.stem:
        raise PromptError(f"{file.name}: its id is {header.id}; id and file name must be the same")
    holes = set(_HOLE.findall(body))
    if holes != set(header.inputs):
        raise PromptError(
            f"{file.name}: inputs are [{', '.join(sorted(header.inputs))}], "
            f"holes are [{', '.join(sorted(holes))}]; make them agree"
        )
    rest = _HOLE.sub("", body)
    if "{{" in rest or "}}" in rest:
        raise PromptError(
            f"{file.name}: braces that are no hole; a hole is written {{{{ name }}}} with one space on each side"
        )
    return Prompt(header.id, header.version, header.inputs, header.purpose, body)


def _first_line(error: yaml.YAMLError | ValidationError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc'])) or 'front matter'}: {first['msg']}"
    return f"front matter is not YAML: {' '.join(str(error).split())}"
