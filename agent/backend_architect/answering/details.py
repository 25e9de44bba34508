"""The narrower questions of a section, by how near they are to what is asked."""

from __future__ import annotations

from backend_architect.types import Brief, Detail, Section

# How near a detail must be to be told beside the short answer, and how many are.
_NEAR, _MAX = 0.55, 2


def details_of(section: Section, brief: Brief) -> list[tuple[Detail, float]]:
    """Return the details of a section, each with how near its question is to what is asked, as a cosine."""
    return list(zip(section.details, brief.details.get(section.ref, (0.0,) * len(section.details)), strict=True))


def near_details(section: Section, brief: Brief) -> list[Detail]:
    """Return the details worth telling, nearest first."""
    near = [(detail, nearness) for detail, nearness in details_of(section, brief) if nearness >= _NEAR]
    return [detail for detail, _ in sorted(near, key=lambda item: -item[1])[:_MAX]]
