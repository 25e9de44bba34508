import pytest
from graphql import build_schema
from graphql.utilities import find_breaking_changes
from schema_changes import review

OLD = """
type Query { order(id: ID!): Order search(text: String!, limit: Int): [Order!]! }
type Order { id: ID! total: Float discount: Float legacyCode: String state: State! }
enum State { OPEN SHIPPED }
"""
CLIENTS = ["query A { order(id: 1) { id total state } }", "query B { search(text: \"x\") { id } }"]


def test_field_used_by_a_stored_operation_blocks():
    blockers, _ = review(OLD, OLD.replace("total: Float ", ""), CLIENTS)
    assert blockers == ["Field Order.total was removed."]


def test_field_nobody_selects_is_only_a_warning():
    blockers, warnings = review(OLD, OLD.replace("legacyCode: String ", ""), CLIENTS)
    assert blockers == []
    assert warnings == ["Field Order.legacyCode was removed. No stored operation selects it."]


@pytest.mark.parametrize(
    "change",
    [
        ("total: Float", "total: Float!"),  # output: nullable to non-null
        ("legacyCode: String", "legacyCode: String @deprecated"),
        ("limit: Int", "limit: Int, page: Int"),  # optional argument
    ],
)
def test_safe_changes_pass(change):
    assert review(OLD, OLD.replace(*change), CLIENTS)[0] == []


@pytest.mark.parametrize(
    "change",
    [
        ("state: State!", "state: State"),  # output: non-null to nullable
        ("limit: Int", "limit: Int!"),  # argument becomes required
        ("total: Float", "total: String"),
        ("OPEN SHIPPED", "OPEN"),
    ],
)
def test_breaking_changes_block(change):
    assert review(OLD, OLD.replace(*change), CLIENTS)[0]


def test_new_enum_value_is_dangerous_not_breaking():
    blockers, warnings = review(OLD, OLD.replace("OPEN SHIPPED", "OPEN SHIPPED LOST"), CLIENTS)
    assert blockers == [] and "LOST" in warnings[0]


def test_the_library_agrees_that_deprecating_is_free():
    new = OLD.replace("total: Float", 'total: Float @deprecated(reason: "Use totalMoney.")')
    assert find_breaking_changes(build_schema(OLD), build_schema(new)) == []
