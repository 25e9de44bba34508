import math

from broker_models import Log, Queue
from partition_plan import java_partition, librdkafka_partition, murmur2, partitions_needed, seconds_to_drain


def test_a_queue_gives_each_message_to_one_consumer_and_forgets_it():
    queue = Queue()
    for body in "ab":
        queue.publish(body)
    first, second = queue.take(), queue.take()
    assert (first[1], second[1]) == ("a", "b") and queue.take() is None
    queue.ack(second[0])
    queue.consumer_lost(first[0])                 # crash without ack: delivered again, b is not
    assert queue.take()[1] == "a" and queue.take() is None


def test_a_log_serves_every_group_and_replays():
    log = Log()
    for body in "abc":
        log.publish(body)
    assert [b for _, b in log.poll("billing")] == ["a", "b", "c"] == [b for _, b in log.poll("search")]
    log.commit("billing", 3)
    assert log.poll("billing") == [] and log.lag("search") == 3
    log.commit("billing", 1)                      # replay from offset 1
    assert [b for _, b in log.poll("billing")] == ["b", "c"]


def test_committing_past_a_failed_record_skips_it():
    log = Log()
    for body in "abc":
        log.publish(body)
    done = [offset for offset, body in log.poll("g") if body != "a"]     # a failed, b and c succeeded
    log.commit("g", max(done) + 1)
    assert log.poll("g") == []                    # "a" is lost for this group


def test_murmur2_matches_kafkas_own_test_vectors():
    signed = {"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536,
              "a-little-bit-longer-string": -1486304829, "abc": 479470107}
    for text, expected in signed.items():
        value = murmur2(text.encode())
        assert (value - 2**32 if value >= 2**31 else value) == expected


def test_clients_disagree_about_the_partition_of_a_key():
    keys = [f"order-{n}".encode() for n in range(1200)]
    same = sum(java_partition(k, 12) == librdkafka_partition(k, 12) for k in keys)
    assert same < 200                             # about 1 in 12 by chance


def test_adding_partitions_moves_most_keys():
    keys = [f"order-{n}".encode() for n in range(2000)]
    moved = sum(java_partition(k, 12) != java_partition(k, 16) for k in keys)
    assert 0.7 < moved / len(keys) < 0.8          # 12 → 16: three quarters
    doubled = sum(java_partition(k, 12) != java_partition(k, 24) for k in keys)
    assert 0.45 < doubled / len(keys) < 0.55      # doubling: half


def test_plan():
    assert partitions_needed(1_000, 200) == 24    # 20 consumers while catching up after growth
    assert seconds_to_drain(360_000, 1_000, 6, 200, 12) == 1_800
    assert math.isinf(seconds_to_drain(1, 1_000, 20, 200, 4))    # 4 partitions: 16 consumers idle
