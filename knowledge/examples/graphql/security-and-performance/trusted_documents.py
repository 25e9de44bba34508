"""Only operations that were registered at build time are executed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from graphql import GraphQLError, GraphQLSchema, get_operation_ast, parse, validate


def document_id(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


# region registry
@dataclass
class Registry:
    """Filled by the deployment from the clients' build output, never by a request."""

    schema: GraphQLSchema
    documents: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def register(self, text: str) -> str:
        document = parse(text)
        operation = get_operation_ast(document)
        if operation is None or operation.name is None:
            raise ValueError("one named operation per document")
        if errors := validate(self.schema, document):
            raise ValueError(f"{operation.name.value}: {errors[0].message}")  # fails the build, not a customer
        key = document_id(text)
        self.documents[key], self.names[key] = text, operation.name.value
        return key

    def resolve(self, params: dict, *, enforce: bool = True) -> str:
        if "documentId" in params:
            try:
                return self.documents[params["documentId"]]
            except KeyError:
                raise GraphQLError("Unknown document", extensions={"code": "UNKNOWN_DOCUMENT"}) from None
        text = params.get("query", "")
        if enforce and document_id(text) not in self.documents:
            raise GraphQLError("Only registered documents", extensions={"code": "DOCUMENT_REQUIRED"})
        return text  # log mode: run it, and count who still sends text


# endregion


# region label
def metric_labels(registry: Registry, params: dict, result: dict) -> dict[str, str]:
    """Bounded cardinality: the name comes from the registry, never from what the caller typed."""
    key = params.get("documentId") or document_id(params.get("query", ""))
    errors = result.get("errors", [])
    codes = sorted({e.get("extensions", {}).get("code", "INTERNAL") for e in errors})
    return {
        "operation": registry.names.get(key, "unregistered"),
        "outcome": "ok" if not errors else "partial" if result.get("data") else "failed",
        "code": codes[0] if codes else "",
    }


# endregion


# region apq
class AutomaticPersistedQueries:
    """APQ for comparison: any caller may store any text. It saves bytes, it trusts nobody less."""

    def __init__(self) -> None:
        self.stored: dict[str, str] = {}

    def resolve(self, params: dict) -> str:
        key = params["extensions"]["persistedQuery"]["sha256Hash"]
        if "query" in params and hashlib.sha256(params["query"].encode()).hexdigest() == key:
            self.stored[key] = params["query"]
        if key not in self.stored:
            raise GraphQLError("PersistedQueryNotFound", extensions={"code": "PERSISTED_QUERY_NOT_FOUND"})
        return self.stored[key]


# endregion
