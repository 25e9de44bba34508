import hashlib

import pytest
from graphql import GraphQLError, build_schema
from trusted_documents import AutomaticPersistedQueries, Registry, document_id, metric_labels

SCHEMA = build_schema("type Query { me: User } type User { name: String! friends: [User!] }")
SHIPPED = "query Me { me { name } }"
ATTACK = "query Me { me { friends { friends { friends { name } } } } }"


@pytest.fixture
def registry():
    registry = Registry(SCHEMA)
    registry.register(SHIPPED)
    return registry


# region attack
def test_a_strangers_query_runs_through_apq_and_not_through_the_registry(registry):
    digest = hashlib.sha256(ATTACK.encode()).hexdigest()
    apq = AutomaticPersistedQueries()
    sent = {"query": ATTACK, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}
    assert apq.resolve(sent) == ATTACK  # stored and executed

    for params in (sent, {"query": ATTACK}, {"documentId": document_id(ATTACK)}):
        with pytest.raises(GraphQLError):
            registry.resolve(params)


# endregion


def test_registered_document_runs_by_id_and_as_text(registry):
    assert registry.resolve({"documentId": document_id(SHIPPED)}) == SHIPPED
    assert registry.resolve({"query": SHIPPED}) == SHIPPED


def test_log_mode_lets_everything_through_but_labels_it(registry):
    assert registry.resolve({"query": ATTACK}, enforce=False) == ATTACK
    labels = metric_labels(registry, {"query": ATTACK}, {"data": {"me": None}})
    assert labels == {"operation": "unregistered", "outcome": "ok", "code": ""}  # although it calls itself Me


@pytest.mark.parametrize(
    ("result", "outcome", "code"),
    [
        ({"data": {"me": {}}}, "ok", ""),
        ({"data": {"me": None}, "errors": [{"message": "x", "extensions": {"code": "TIMEOUT"}}]}, "partial", "TIMEOUT"),
        ({"data": None, "errors": [{"message": "x"}]}, "failed", "INTERNAL"),
        ({"errors": [{"message": "x", "extensions": {"code": "BAD_INPUT"}}]}, "failed", "BAD_INPUT"),
    ],
)
def test_a_registered_operation_is_counted_under_its_name(registry, result, outcome, code):
    labels = metric_labels(registry, {"documentId": document_id(SHIPPED)}, result)
    assert labels == {"operation": "Me", "outcome": outcome, "code": code}


def test_registration_fails_when_the_schema_no_longer_fits(registry):
    with pytest.raises(ValueError, match="Gone"):
        registry.register("query Gone { me { email } }")
    with pytest.raises(ValueError, match="named"):
        registry.register("{ me { name } }")
