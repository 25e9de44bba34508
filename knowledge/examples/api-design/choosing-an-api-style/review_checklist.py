"""The part of the pre-publication checklist that a program can read from an OpenAPI document."""

import re

METHODS = ("get", "put", "post", "delete", "patch")


# region checklist
def findings(doc):
    """What a reviewer would send back, as sentences; an empty list means: publish."""
    found = []
    if not doc.get("servers") or any(not s["url"].startswith("https://") for s in doc["servers"]):
        found.append("servers: only https:// addresses")
    for path, item in doc["paths"].items():
        if any(VERB.match(part) for part in path.split("/")):
            found.append(f"{path}: a verb in the path")
        for method, op in ((m, item[m]) for m in METHODS if m in item):
            where = f"{method.upper()} {path}"
            params = {p["name"].lower() for p in [*item.get("parameters", []), *op.get("parameters", [])] if "name" in p}
            if "operationId" not in op:
                found.append(f"{where}: no operationId, so generated clients get random names")
            if not op.get("security", doc.get("security")):
                found.append(f"{where}: no security requirement")
            if method == "post" and "idempotency-key" not in params:
                found.append(f"{where}: not safe to retry, no Idempotency-Key")
            if method == "get" and returns_list(doc, op) and not params & {"limit", "page_size"}:
                found.append(f"{where}: a list without a page size")
            errors = [r for code, r in op["responses"].items() if str(code)[0] in "4d"]  # 4xx or default
            if not any("application/problem+json" in r.get("content", {}) for r in errors):
                found.append(f"{where}: no problem+json error response")
    return found
# endregion


VERB = re.compile("(get|create|update|delete|list|fetch)([A-Z_-]|$)")  # /getOrders, not /listings


def resolve(doc, schema):
    while "$ref" in schema:
        node = doc
        for part in schema["$ref"].removeprefix("#/").split("/"):
            node = node[part]
        schema = node
    return schema


def returns_list(doc, op):
    schema = op["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
    schema = resolve(doc, schema)
    return schema.get("type") == "array" or any(
        resolve(doc, p).get("type") == "array" for name, p in schema.get("properties", {}).items() if name in ("items", "data")
    )
