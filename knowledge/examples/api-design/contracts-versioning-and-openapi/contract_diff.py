"""The core of a breaking-change check. Use oasdiff in production: this shows what such a tool looks for."""

METHODS = {"get", "put", "post", "delete", "patch"}


def inline(doc, node=None):
    """References replaced by what they point to, and anyOf with null written as a type array (no cycles here)."""
    node = doc if node is None else node
    if isinstance(node, list):
        return [inline(doc, item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = doc
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return inline(doc, target)
    node = {key: inline(doc, value) for key, value in node.items()}
    options = node.get("anyOf", [])
    if len(options) == 2 and options[1] == {"type": "null"}:
        return {**options[0], "type": [options[0]["type"], "null"]}
    return node


def body(holder):
    return holder.get("content", {}).get("application/json", {}).get("schema", {})


def types(schema):
    found = schema.get("type", [])
    return set(found) if isinstance(found, list) else {found}


# region diff
def compare(where, old, new, incoming):
    """What clients send may only get looser; what they read may only get stricter."""
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before.keys() - after.keys():
        yield f"{where}: field {name} was removed"
    was, now = set(old.get("required", [])), set(new.get("required", []))
    for name in now - was if incoming else was - now:
        yield f"{where}: field {name} is now {'required' if incoming else 'optional'}"
    for name in before.keys() & after.keys():
        a, b, spot = before[name], after[name], f"{where}.{name}"
        wide, narrow = (b, a) if incoming else (a, b)  # everything narrow allows, wide must allow too
        if not types(narrow) <= types(wide) or a.get("format") != b.get("format"):
            yield f"{spot}: {a.get('type')} {a.get('format')} became {b.get('type')} {b.get('format')}"
        if "enum" in wide and not set(narrow.get("enum", [object()])) <= set(wide["enum"]):
            yield f"{spot}: " + ("values no longer accepted" if incoming else "new value in a closed list")
        if narrow.get("maxLength", 10**9) > wide.get("maxLength", 10**9):
            yield f"{spot}: maxLength {a.get('maxLength')} became {b.get('maxLength')}"
        if narrow.get("minLength", 0) < wide.get("minLength", 0):
            yield f"{spot}: minLength {a.get('minLength')} became {b.get('minLength')}"


def breaking(old, new):
    old, new = inline(old), inline(new)
    for path, item in old["paths"].items():
        for method in item.keys() & METHODS:
            where, op, other = f"{method.upper()} {path}", item[method], new["paths"].get(path, {}).get(method)
            if other is None:
                yield f"{where}: operation was removed"
                continue
            pair = body(op.get("requestBody", {})), body(other.get("requestBody", {}))
            yield from compare(f"{where} request", *pair, incoming=True)
            for code in op["responses"].keys() & other["responses"].keys():
                pair = body(op["responses"][code]), body(other["responses"][code])
                yield from compare(f"{where} {code}", *pair, incoming=False)
# endregion
