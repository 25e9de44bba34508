"""Compares two descriptor sets of one package. In production use `buf breaking`; this shows what it looks for."""

from __future__ import annotations

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto


# region check
def _fields(message: DescriptorProto) -> dict[int, tuple]:
    return {f.number: (f.name, f.type, f.label == f.LABEL_REPEATED, f.type_name) for f in message.field}


def breaking(old: FileDescriptorProto, new: FileDescriptorProto, *, json: bool = True) -> list[str]:
    """`json`: somebody reads ProtoJSON (a gateway, a browser, a stored document), so names count as well."""
    found = []
    newer = {m.name: m for m in new.message_type}
    for message in old.message_type:
        if message.name not in newer:
            found.append(f"{message.name}: message removed")
            continue
        after = newer[message.name]
        reserved = {n for r in after.reserved_range for n in range(r.start, min(r.end, r.start + 10_000))}
        fields = _fields(after)
        for number, (name, *shape) in _fields(message).items():
            where = f"{message.name}.{name} = {number}"
            if number not in fields:
                if number not in reserved:
                    found.append(f"{where}: removed and not reserved")
                elif json:
                    found.append(f"{where}: removed, JSON readers and writers break")
            elif list(fields[number][1:]) != shape:
                found.append(f"{where}: type changed")
            elif json and fields[number][0] != name:
                found.append(f"{where}: renamed to {fields[number][0]}")
    return found


# endregion
