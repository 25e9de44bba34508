"""Depth and cost of an operation, computed before any resolver runs (graphql-core 3.3)."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLList,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution import get_argument_values, get_variable_values


class TooExpensive(GraphQLError):
    """A request error: nothing was executed."""


@dataclass(frozen=True)
class Limits:
    tokens: int = 1_000
    depth: int = 8
    cost: int = 1_000
    root_fields: int = 10  # aliases included
    unpaged_list: int = 10  # what a list without first or last counts
    nodes: int = 5_000  # fragments multiply: bound the walk itself


# region walk
class Pricing:
    def __init__(self, schema: GraphQLSchema, document, variables, limits: Limits):
        self.schema, self.variables, self.limits, self.seen = schema, variables, limits, 0
        self.fragments = {d.name.value: d for d in document.definitions if d.kind == "fragment_definition"}

    def fields(self, selection_set, parent):
        """Every selected field with its parent type: aliases count each, fragments are followed."""
        for node in selection_set.selections:
            self.seen += 1
            if self.seen > self.limits.nodes:
                raise TooExpensive(f"more than {self.limits.nodes} selections")
            if isinstance(node, FieldNode):
                yield node, parent
                continue
            target = self.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            condition = target.type_condition
            yield from self.fields(target.selection_set, self.schema.get_type(condition.name.value) if condition else parent)

    def cost(self, selection_set, parent, depth: int = 1) -> int:
        if depth > self.limits.depth:
            raise TooExpensive(f"deeper than {self.limits.depth} levels")
        total = 0
        for node, owner in self.fields(selection_set, parent):
            name = node.name.value
            if node.selection_set is None or name.startswith("__"):
                continue  # scalars come with their object; introspection has its own switch
            field = owner.fields[name]
            below = self.cost(node.selection_set, get_named_type(field.type), depth + 1)
            total += self.page_size(node, field) * (1 + below)
            if total > self.limits.cost:
                raise TooExpensive(f"costs more than {self.limits.cost}")
        return total
    # endregion

    # region page
    def page_size(self, node: FieldNode, field) -> int:
        """Arguments as the executor will see them: literals, variables, and defaults of both."""
        arguments = get_argument_values(field, node, self.variables)
        for name in ("first", "last"):
            if isinstance(arguments.get(name), int):
                return max(arguments[name], 1)
        if node.name.value in {"edges", "nodes"}:
            return 1  # sized by the connection around it
        is_list = isinstance(get_nullable_type(field.type), GraphQLList)
        return self.limits.unpaged_list if is_list else 1
    # endregion


# region check
def check(schema: GraphQLSchema, text: str, variables: dict | None = None, limits: Limits = Limits()) -> int:
    """Parse, validate, then price the operation. Returns the cost, which the rate limiter charges."""
    document = parse(text, max_lexical_tokens=limits.tokens, max_comments=100, max_source_length=20_000)
    if errors := validate(schema, document, max_errors=10, hide_suggestions=True):
        raise errors[0]
    operation = get_operation_ast(document)
    if operation is None:
        raise GraphQLError("send exactly one operation")
    values = get_variable_values(schema, operation.variable_definitions or (), variables or {}, max_errors=5)
    if isinstance(values, list):
        raise values[0]
    pricing = Pricing(schema, document, values, limits)
    root = schema.get_root_type(operation.operation)
    if sum(1 for _ in pricing.fields(operation.selection_set, root)) > limits.root_fields:
        raise TooExpensive(f"more than {limits.root_fields} root fields")
    return pricing.cost(operation.selection_set, root)


# endregion
