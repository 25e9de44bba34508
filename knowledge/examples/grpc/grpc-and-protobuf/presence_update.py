"""Partial updates: presence says what was sent, the mask says what is meant."""

from __future__ import annotations

WRITABLE = {"discount_percent", "nickname", "tags"}  # an allow-list: the mask comes from the caller


# region apply
def apply_update(stored, update, paths: list[str]) -> None:
    """Listed and set: write. Listed and not set: clear. Not listed: leave alone."""
    for path in paths:
        if path not in WRITABLE:
            raise ValueError(f"{path} cannot be updated")  # becomes INVALID_ARGUMENT
        field = stored.DESCRIPTOR.fields_by_name[path]
        stored.ClearField(path)
        if field.is_repeated:
            getattr(stored, path).extend(getattr(update, path))
        elif update.HasField(path):
            setattr(stored, path, getattr(update, path))


# endregion
