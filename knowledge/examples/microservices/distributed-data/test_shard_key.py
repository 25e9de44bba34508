import random
from collections import Counter

from shard_key import BUCKETS, add_shard, bucket, hottest_share, shard_of

FOUR = [f"s{i % 4}" for i in range(BUCKETS)]
rng = random.Random(7)
WRITES = [(f"2026-11-25T{rng.randrange(24):02}", f"t{min(int(rng.paretovariate(1.1)), 500)}", f"o{n}") for n in range(20_000)]


def test_a_date_key_sends_a_whole_day_to_one_shard():
    assert hottest_share((day[:10] for day, _, _ in WRITES), FOUR) == 1.0


def test_a_tenant_key_is_as_uneven_as_the_tenants():
    assert hottest_share((tenant for _, tenant, _ in WRITES), FOUR) > 0.5


def test_an_order_key_is_even_and_so_is_a_salted_big_tenant():
    assert hottest_share((order for _, _, order in WRITES), FOUR) < 0.27
    assert hottest_share((f"{tenant}#{bucket(order) % 16}" for _, tenant, order in WRITES), FOUR) < 0.45


def test_a_new_shard_moves_a_fifth_and_nothing_else_moves():
    five = add_shard(FOUR, "s4")
    moved = [i for i in range(BUCKETS) if FOUR[i] != five[i]]
    assert 0.19 < len(moved) / BUCKETS < 0.21
    assert all(five[i] == "s4" for i in moved)
    sizes = Counter(five)
    assert max(sizes.values()) - min(sizes.values()) <= 4


def test_hash_modulo_shards_would_move_most_keys():
    keys = [order for _, _, order in WRITES]
    moved = sum(bucket(k) % 4 != bucket(k) % 5 for k in keys) / len(keys)
    assert moved > 0.75
    assert shard_of("o1", FOUR) == shard_of("o1", FOUR)
