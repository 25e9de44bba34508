import pytest
from graphql import graphql_sync
from selection_lookahead import SCHEMA


@pytest.mark.parametrize(
    ("query", "joined"),
    [
        ("{ books { title } }", False),
        ("{ books { title author { name } } }", True),
        ("{ books { writer: author { name } } }", True),
        ("{ books { ...B } } fragment B on Book { ... on Book { author { name } } }", True),
    ],
)
def test_the_join_is_made_only_when_it_is_needed(query, joined):
    statements = []
    result = graphql_sync(SCHEMA, query, context_value={"run": lambda sql: statements.append(sql) or []})
    assert result.errors is None
    assert ("JOIN" in statements[0]) is joined
