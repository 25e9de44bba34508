"""JSON Merge Patch (RFC 7396) and the traps next to it."""


# region merge-patch
def merge_patch(target, patch):
    if not isinstance(patch, dict):
        return patch  # arrays and scalars replace the old value whole
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)  # null means "remove", so a member can never be set to null
        else:
            result[name] = merge_patch(result.get(name), value)
    return result


# endregion
