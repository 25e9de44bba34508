"""Keeps the code shown in guides equal to the code that is tested: regions of files under `knowledge/examples/`."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

from backend_architect.errors import GuideError

_FENCE = re.compile(r"^```(?P<language>\w[\w+#-]*)\s+(?P<file>[^\s#`]+)#(?P<region>[\w-]+)(?P<rest>.*)$")
_REGION = re.compile(r"\bregion:?\s+(?P<name>[\w-]+)\s*(?:\*/|-->)?\s*$")
_END = re.compile(r"\bendregion\b")


@dataclass(frozen=True, slots=True)
class Region:
    """What a fence points at, before anything is read."""

    file: str
    name: str


def parse_pointer(pointer: str) -> Region:
    """Return the file and region of `file#region`; raise GuideError when it is not of that form."""
    file, mark, name = pointer.partition("#")
    if not (file and mark and name):
        raise GuideError(f"a listing points at file#region, this says {pointer!r}")
    return Region(file, name)


def read_region(examples: Path, pointer: Region) -> str:
    """Return the dedented text of a region. Raises GuideError when file or region is missing or reaches outside."""
    path = (examples / pointer.file).resolve()
    if not path.is_relative_to(examples.resolve()):
        raise GuideError(f"listing {pointer.file} lies outside {examples}")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise GuideError(f"listing file {path} cannot be read: {error.strerror}") from error
    start = next((at for at, line in enumerate(lines) if _is_start(line, pointer.name)), None)
    if start is None:
        raise GuideError(f"{path} has no line ending in 'region {pointer.name}'")
    depth = 1
    body: list[str] = []
    for line in lines[start + 1 :]:
        if _END.search(line):
            depth -= 1
            if depth == 0:
                return textwrap.dedent("\n".join(body)).strip("\n")
            continue
        if _REGION.search(line):
            depth += 1
            continue
        body.append(line)
    raise GuideError(f"{path}: region {pointer.name} has no endregion line")


def _is_start(line: str, name: str) -> bool:
    found = _REGION.search(line)
    return bool(found and found["name"] == name and not _END.search(line))


def sync(knowledge: Path, *, guide: str | None = None) -> list[Path]:
    """Copy every listing from its example into the guides; return the guide files that changed.

    Raises GuideError naming the guide when a listing cannot be found; guides before it are already written.
    """
    from backend_architect.knowledge.corpus import guide_paths

    changed: list[Path] = []
    for path in guide_paths(knowledge):
        guide_id = _guide_id(knowledge, path)
        if guide is not None and guide_id != guide:
            continue
        before = path.read_text(encoding="utf-8")
        after = _filled(before, knowledge / "examples" / guide_id, path)
        if after != before:
            path.write_text(after, encoding="utf-8")
            changed.append(path)
    return changed


def _guide_id(knowledge: Path, path: Path) -> str:
    relative = path.relative_to(knowledge).with_suffix("").as_posix()
    return relative.removeprefix("guides/")


def _filled(text: str, examples: Path, guide: Path) -> str:
    out: list[str] = []
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        out.append(lines[at])
        at += 1
        if fence is None:
            continue
        try:
            out += read_region(examples, Region(fence["file"], fence["region"])).splitlines()
        except GuideError as error:
            raise GuideError(f"{guide}:{at}: {error}") from error
        while at < len(lines) and lines[at].rstrip() != "```":
            at += 1
    return "\n".join(out) + "\n"
