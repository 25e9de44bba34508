"""Reads case files; every complaint names file and line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from evals.schema import Case

# The parser in C reads the same files ten times as fast; a build of PyYAML without it is complete, only slow.
SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # Any: PyYAML's stubs know neither as a value

CASES_DIR = Path(__file__).parent / "cases"


class DatasetError(Exception):
    """The dataset cannot be used; one line per problem."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Located:
    """A case and where it is written."""

    case: Case
    place: str

    @property
    def folder(self) -> str:
        """Return the folder below cases/, which says who wrote the case and what for."""
        return Path(self.place).parent.name


def load_cases(root: Path = CASES_DIR) -> tuple[Located, ...]:
    """Return every case under `root` in order of path and position; raise DatasetError with all problems found."""
    located: list[Located] = []
    problems: list[str] = []
    for path in sorted(root.rglob("*.yaml")):
        cases, complaints = _read_file(path, str(path.relative_to(root.parent)))
        located += cases
        problems += complaints
    if problems:
        raise DatasetError(problems)
    return tuple(located)


def _read_file(path: Path, name: str) -> tuple[list[Located], list[str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return [], [f"{name}: not UTF-8 at byte {error.start}; save the file as UTF-8"]
    reader = SafeLoader(text)
    try:
        root = reader.get_single_node()
        # Before construction, which writes the keys of `<<: *anchor` into the node.
        repeated = _repeated_keys(root)
        data = reader.construct_document(root) if root is not None else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        return [], [f"{name}{line}: not valid YAML: {getattr(error, 'problem', None) or error}"]
    if root is None:
        return [], []
    if not isinstance(root, yaml.SequenceNode) or not isinstance(data, list):
        return [], [f"{name}:1: expected a list of cases (`- id: …`)"]
    if repeated:
        return [], [f"{name}:{line}: key {key} is written twice in one mapping" for key, line in repeated]
    return _read_cases(name, root, data)


def _read_cases(name: str, root: yaml.SequenceNode, data: Sequence[object]) -> tuple[list[Located], list[str]]:
    cases: list[Located] = []
    problems: list[str] = []
    for node, item in zip(root.value, data, strict=True):
        try:
            case = Case.model_validate(item)
        except ValidationError as error:
            label = item.get("id", "(no id)") if isinstance(item, dict) else "(no id)"
            problems += [f"{name}:{_line(node, detail['loc'])}: {label}: {_words(detail)}" for detail in error.errors()]
        else:
            cases.append(Located(case, f"{name}:{node.start_mark.line + 1}"))
    return cases, problems


def _words(detail: object) -> str:
    assert isinstance(detail, dict)
    where = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return f"unknown key {where}"
    message = str(detail["msg"]).removeprefix("Value error, ")
    shown = f" (is {detail['input']!r})" if isinstance(detail["input"], str | int) else ""
    return f"{where}: {message}{shown}" if where else message


def _line(node: yaml.Node, loc: Sequence[int | str]) -> int:
    """Return the line of the innermost node that still lies on the way to `loc`."""
    for part in loc:
        child = _child(node, part)
        if child is None:
            break
        node = child
    return int(node.start_mark.line) + 1


def _child(node: yaml.Node, part: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item: yaml.Node = node.value[part]
        return item
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    return None


def _repeated_keys(node: yaml.Node) -> list[tuple[str, int]]:
    # PyYAML keeps the last of two equal keys without a word, which would drop half of a case.
    if isinstance(node, yaml.SequenceNode):
        return [found for item in node.value for found in _repeated_keys(item)]
    if not isinstance(node, yaml.MappingNode):
        return []
    seen: set[str] = set()
    found: list[tuple[str, int]] = []
    for key, value in node.value:
        if key.value in seen:
            found.append((key.value, key.start_mark.line + 1))
        seen.add(key.value)
        found += _repeated_keys(value)
    return found
