"""Partition arithmetic: which partition a key gets, what adding partitions moves, how many are needed."""
import math
import zlib


# region partitioner
def murmur2(data: bytes) -> int:
    """The hash of Kafka's Java client. librdkafka (Python, Node.js, Go, .NET) uses CRC32 unless told otherwise."""
    mask, m = 0xFFFFFFFF, 0x5BD1E995
    h = 0x9747B28C ^ len(data)
    for i in range(0, len(data) - len(data) % 4, 4):
        k = int.from_bytes(data[i:i + 4], "little") * m & mask
        k = (k ^ (k >> 24)) * m & mask
        h = (h * m & mask) ^ k
    if tail := data[len(data) - len(data) % 4:]:
        h = (h ^ int.from_bytes(tail, "little")) * m & mask
    h = (h ^ (h >> 13)) * m & mask
    return h ^ (h >> 15)


def java_partition(key: bytes, partitions: int) -> int:
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def librdkafka_partition(key: bytes, partitions: int) -> int:
    """Default `consistent_random`; set partitioner=murmur2_random to agree with Java."""
    return zlib.crc32(key) % partitions
# endregion


# region plan
def partitions_needed(peak_per_second: float, per_consumer_per_second: float, catch_up: float = 2.0,
                      growth: float = 2.0) -> int:
    """Consumers in a group cannot exceed partitions, so plan for peak × growth while catching up."""
    consumers = math.ceil(peak_per_second * growth * catch_up / per_consumer_per_second)
    steps = (n for n in (1, 2, 3, 6, 12, 24, 48, 96, 192, 384) if n >= consumers)      # divide evenly
    return next(steps, consumers)


def seconds_to_drain(backlog: int, arriving_per_second: float, consumers: int,
                     per_consumer_per_second: float, partitions: int) -> float:
    """inf: the group never catches up; more consumers than partitions do not count."""
    spare = min(consumers, partitions) * per_consumer_per_second - arriving_per_second
    return backlog / spare if spare > 0 else math.inf
# endregion
