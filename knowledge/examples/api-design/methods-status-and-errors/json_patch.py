"""A small JSON Patch (RFC 6902): add, remove, replace, test. Move and copy are left out on purpose."""

import copy


class PatchError(ValueError):
    """Answer 422, or 409 when a `test` fails; nothing has been changed."""


def _same(a, b):
    """Equal as JSON: 1 and 1.0 are (RFC 6902 §4.6), True and 1 are not, although Python says so."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    return isinstance(a, bool) == isinstance(b, bool) and a == b


# region json-patch
def _walk(doc, pointer):
    """The container that holds the last token of an RFC 6901 pointer, and the key or index in it."""
    if not isinstance(pointer, str) or not pointer.startswith("/"):
        raise PatchError(f"not a pointer below the root: {pointer!r}")
    tokens = [t.replace("~1", "/").replace("~0", "~") for t in pointer.split("/")[1:]]
    for token in tokens[:-1]:
        doc = doc[_index(token, len(doc) - 1)] if isinstance(doc, list) else doc[token]
    return doc, tokens[-1]


def _index(token, highest):
    if not token.isascii() or not token.isdigit() or (token != "0" and token[0] == "0") or int(token) > highest:
        raise PatchError(f"no such index: {token}")
    return int(token)


def apply_patch(document, operations):
    result = copy.deepcopy(document)  # all or nothing: a failure leaves the original as it was
    for op in operations:
        try:
            parent, key = _walk(result, op["path"])
            if isinstance(parent, list):
                if op["op"] == "add":
                    parent.insert(len(parent) if key == "-" else _index(key, len(parent)), op["value"])
                    continue
                key = _index(key, len(parent) - 1)
            if op["op"] == "add":
                parent[key] = op["value"]
            elif op["op"] == "replace":
                parent[key]  # must exist
                parent[key] = op["value"]
            elif op["op"] == "remove":
                del parent[key]
            elif op["op"] != "test" or not _same(parent[key], op["value"]):
                raise PatchError(f"{op['op']} failed at {op['path']}")
        except (KeyError, IndexError, TypeError) as error:
            raise PatchError(f"cannot apply {op!r}") from error
    return result


# endregion
