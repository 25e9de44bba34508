"""A gate for schema pull requests: structural changes, weighed with what clients really use."""

from __future__ import annotations

import re
from collections.abc import Iterable

from graphql import (
    BreakingChangeType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    find_breaking_changes,
    parse,
    visit,
)
from graphql.utilities import find_dangerous_changes


# region used
class _Used(Visitor):
    def __init__(self, types: TypeInfo):
        super().__init__()
        self.types, self.fields = types, set()

    def enter_field(self, node, *_):
        self.fields.add(f"{self.types.get_parent_type().name}.{node.name.value}")


def used_fields(schema: GraphQLSchema, documents: Iterable[str]) -> set[str]:
    """Schema coordinates (Type.field) that stored client operations select."""
    types = TypeInfo(schema)
    used = _Used(types)
    for document in documents:
        visit(parse(document), TypeInfoVisitor(types, used))
    return used.fields


# endregion


# region gate
def review(old_sdl: str, new_sdl: str, documents: Iterable[str]) -> tuple[list[str], list[str]]:
    """(blockers, warnings). A removed field blocks while a known operation selects it."""
    old, new = build_schema(old_sdl), build_schema(new_sdl)
    used = used_fields(old, documents)
    blockers, warnings = [], [change.description for change in find_dangerous_changes(old, new)]
    for change in find_breaking_changes(old, new):
        removed = re.search(r"\w+\.\w+", change.description)  # "Field Order.total was removed."
        if change.type is BreakingChangeType.FIELD_REMOVED and removed and removed[0] not in used:
            warnings.append(f"{change.description} No stored operation selects it.")
        else:
            blockers.append(change.description)
    return blockers, warnings


# endregion
