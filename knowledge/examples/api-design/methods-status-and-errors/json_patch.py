"""A small JSON Patch (RFC 6902): add, remove, replace, test. Move and copy are left out on purpose."""

import copy
import json


class PatchError(ValueError):
    """Answer 422, or 409 when a `test` fails; nothing has been changed."""


def _json(value):
    return json.dumps(value, sort_keys=True)  # in Python True == 1; in JSON they differ


# region json-patch
def _walk(doc, pointer):
    """The container that holds the last token of an RFC 6901 pointer, and the key or index in it."""
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
            elif op["op"] != "test" or _json(parent[key]) != _json(op["value"]):
                raise PatchError(f"{op['op']} failed at {op['path']}")
        except (KeyError, IndexError, TypeError) as error:
            raise PatchError(f"cannot apply {op!r}") from error
    return result


# endregion
