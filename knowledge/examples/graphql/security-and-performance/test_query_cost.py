import time

import pytest
from graphql import GraphQLError, GraphQLSyntaxError, build_schema
from query_cost import Limits, TooExpensive, check

SCHEMA = build_schema(
    """
    type Query { me: User users(first: Int! = 20, after: String): UserConnection }
    type Mutation { login(name: String!, password: String!): User }
    type UserConnection { nodes: [User!] }
    type User { id: ID! name: String! friends(first: Int! = 20): [User!] tags: [Tag!] bestFriend: User }
    type Tag { id: ID! name: String! }
    """
)


def deep(n):
    return "{ me { " + "bestFriend { " * n + "name" + " }" * n + " } }"


# region attacks
ATTACKS = {
    "deep nesting": deep(12),
    "huge page": "{ users(first: 100000) { nodes { name } } }",
    "pages that multiply": "{ users(first: 50) { nodes { friends(first: 50) { name } } } }",
    "page size in a variable": "query($n: Int!) { users(first: $n) { nodes { name } } }",
    "page size in a variable's default": "query($n: Int! = 5000) { users(first: $n) { nodes { name } } }",
    "list without arguments": "{ users(first: 100) { nodes { tags { name } } } }",
    "aliases": "{ " + " ".join(f"a{i}: me {{ name }}" for i in range(40)) + " }",
    "aliases inside fragments": "{ me { name } " + "...F " * 40 + "} fragment F on Query { x: me { name } }",
    "nested fragments": "{ me { ...F0 } } "
    + " ".join(f"fragment F{i} on User {{ ...F{i + 1} ...F{i + 1} name }}" for i in range(30))
    + " fragment F30 on User { name }",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_refused_before_execution(name):
    with pytest.raises(TooExpensive):
        check(SCHEMA, ATTACKS[name], {"n": 5_000} if name == "page size in a variable" else {})


# endregion


def test_ordinary_operations_pass():
    assert check(SCHEMA, "{ me { name bestFriend { name } } }") == 2
    assert check(SCHEMA, "{ users { nodes { name } } }") == 20 * (1 + 1)
    assert check(SCHEMA, "query($n: Int!) { users(first: $n) { nodes { name } } }", {"n": 3}) == 6
    assert check(SCHEMA, deep(6)) == 7
    assert check(SCHEMA, "{ __schema { types { name } } }") == 0


def test_fragment_bomb_is_cheap_to_refuse():
    start = time.perf_counter()
    with pytest.raises(TooExpensive):
        check(SCHEMA, ATTACKS["nested fragments"])
    assert time.perf_counter() - start < 2


def test_the_parser_stops_before_it_reads_a_megabyte():
    with pytest.raises(GraphQLSyntaxError):
        check(SCHEMA, "{ " + "me { name } " * 500 + "}")
    with pytest.raises(GraphQLError):
        check(SCHEMA, "{ me { name } } #" + "x" * 30_000)


def test_suggestions_are_hidden():
    with pytest.raises(GraphQLError) as caught:
        check(SCHEMA, "{ me { nam } }")
    assert "Did you mean" not in str(caught.value)


def test_limits_can_be_wider_for_known_clients():
    assert check(SCHEMA, ATTACKS["deep nesting"], limits=Limits(depth=20)) == 13
