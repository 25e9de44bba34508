import itertools
import random
import sqlite3

from ordering import SCHEMA, apply_price, lane


def test_any_arrival_order_with_duplicates_ends_in_the_newest_state():
    events = [(100, 1), (90, 2), (120, 3)]
    for arrival in itertools.permutations(events + [events[0]]):
        db = sqlite3.connect(":memory:")
        db.executescript(SCHEMA)
        for price, version in arrival:
            apply_price(db, "p1", price, version)
        assert db.execute("SELECT price, version FROM product_view").fetchall() == [(120, 3)]
        db.close()


def test_two_workers_on_one_queue_break_the_order_and_lanes_keep_it():
    events = [(key, n) for n in range(5) for key in "abcd"]
    rng = random.Random(1)

    def interleave(queues):
        """Workers run at random speed; each finishes its own queue in order."""
        queues, done = [list(q) for q in queues], []
        while any(queues):
            queue = rng.choice([q for q in queues if q])
            done.append(queue.pop(0))
        return done

    def ordered(done):
        return all([n for k, n in done if k == key] == [0, 1, 2, 3, 4] for key in "abcd")

    competing = interleave([events[0::3], events[1::3], events[2::3]])      # round robin over three workers
    by_lane = interleave([[e for e in events if lane(e[0], 3) == i] for i in range(3)])
    assert not ordered(competing)
    assert ordered(by_lane)
