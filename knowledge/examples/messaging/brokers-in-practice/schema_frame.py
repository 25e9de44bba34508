"""The five bytes that Confluent-compatible serializers put before each value: why a plain reader fails."""
import struct


# region frame
class NotFramed(ValueError):
    """No schema id in front: plain JSON, another framing, or garbage. To the dead-letter topic, not a crash loop."""


def frame(schema_id: int, payload: bytes) -> bytes:
    return struct.pack(">bI", 0, schema_id) + payload    # magic byte 0, then the id, big endian


def unframe(value: bytes) -> tuple[int, bytes]:
    if len(value) < 5 or value[0] != 0:                  # b"{" is 123: somebody wrote plain JSON
        raise NotFramed(value[:8])
    return struct.unpack(">I", value[1:5])[0], value[5:]
# endregion
