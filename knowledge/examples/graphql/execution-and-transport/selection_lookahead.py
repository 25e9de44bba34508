"""Ask which children were selected, and choose the SQL accordingly."""

from __future__ import annotations

from graphql import FieldNode, FragmentSpreadNode, GraphQLResolveInfo, build_schema

SCHEMA = build_schema("type Query { books: [Book!]! } type Book { title: String! author: Author } type Author { name: String! }")


# region lookahead
def selected(info: GraphQLResolveInfo) -> set[str]:
    """Names of the fields one level down: fragments are followed, aliases resolved to field names."""
    names: set[str] = set()

    def walk(selection_set) -> None:
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                names.add(node.name.value)  # @skip and @include are ignored: at worst one join too many
            elif isinstance(node, FragmentSpreadNode):
                walk(info.fragments[node.name.value].selection_set)
            else:
                walk(node.selection_set)

    for node in info.field_nodes:
        if node.selection_set:
            walk(node.selection_set)
    return names


def resolve_books(_root, info):
    if "author" in selected(info):
        sql = "SELECT b.title, a.id, a.name FROM books b LEFT JOIN authors a ON a.id = b.author_id"
    else:
        sql = "SELECT title FROM books"
    return info.context["run"](sql)
# endregion


SCHEMA.query_type.fields["books"].resolve = resolve_books
