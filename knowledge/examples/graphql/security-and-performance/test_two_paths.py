import pytest
from graphql import graphql_sync
from two_paths import Invoices, build

PATHS = [
    '{ invoice(id: "2") { cents } }',
    '{ node(id: "2") { cents } }',
    '{ customer(id: "bob") { invoices { cents } } }',
]


def ask(query, *, fixed, viewer="ada", roles=()):
    who = {"id": viewer, "roles": set(roles)}
    return str(graphql_sync(build(fixed=fixed), query, context_value={"viewer": who, "invoices": Invoices(who)}).data)


def test_the_check_in_one_resolver_leaves_two_other_doors_open():
    assert ["900" in ask(path, fixed=False) for path in PATHS] == [False, True, True]


@pytest.mark.parametrize("path", PATHS)
def test_the_check_at_the_object_closes_every_path(path):
    assert "900" not in ask(path, fixed=True)
    assert "900" in ask(path, fixed=True, viewer="bob")
    assert "900" in ask(path, fixed=True, roles=["auditor"])


def test_a_field_rule_hides_the_field_and_keeps_the_object():
    query = '{ invoice(id: "1") { cents marginCents } }'
    assert ask(query, fixed=True) == "{'invoice': {'cents': 100, 'marginCents': None}}"
    assert "40" in ask(query, fixed=True, roles=["finance"])
