"""What log compaction keeps, as a function: the newest record of each key, and tombstones for a while."""

# region compact
Record = tuple[int, str, str | None]             # offset, key, value; a value of None is a tombstone


def compact(records: list[Record], tombstones_expired: bool) -> list[Record]:
    """The cleaner never renumbers: offsets stay, with gaps. The active segment is not touched by it at all."""
    newest = {key: offset for offset, key, _ in records}
    return [(offset, key, value) for offset, key, value in records
            if newest[key] == offset and not (value is None and tombstones_expired)]


def state(records: list[Record]) -> dict[str, str]:
    """What a consumer that reads from the start ends up with."""
    table: dict[str, str] = {}
    for _, key, value in records:
        if value is None:
            table.pop(key, None)                 # without the tombstone the key would live for ever
        else:
            table[key] = value
    return table
# endregion
