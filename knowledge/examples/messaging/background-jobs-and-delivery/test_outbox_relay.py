import sqlite3

import pytest

import outbox_relay as ob


@pytest.fixture
def db():
    db = sqlite3.connect(":memory:")
    db.executescript(ob.SCHEMA)
    yield db
    db.close()


class Broker(list):
    def publish(self, topic, key, payload, message_id):
        self.append((key, message_id))


def test_order_and_event_commit_together_and_are_published_in_order(db):
    broker = Broker()
    for order_id in ("o1", "o2", "o3"):
        ob.place_order(db, order_id)
    assert ob.relay_once(db, broker.publish) == 3
    assert [key for key, _ in broker] == ["o1", "o2", "o3"]
    assert ob.relay_once(db, broker.publish) == 0


def test_a_rolled_back_order_sends_nothing(db):
    ob.place_order(db, "o1")
    with pytest.raises(sqlite3.IntegrityError):
        ob.place_order(db, "o1")                     # duplicate key: the second outbox row rolls back too
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (1,)


def test_a_broker_outage_loses_nothing(db):
    ob.place_order(db, "o1")

    def down(*_):
        raise ConnectionError("broker is down")

    with pytest.raises(ConnectionError):
        ob.relay_once(db, down)
    broker = Broker()
    assert ob.relay_once(db, broker.publish) == 1


def test_a_crash_between_publish_and_mark_sends_twice_with_the_same_id(db):
    broker = Broker()
    ob.place_order(db, "o1")

    def publish_and_die(*args):
        broker.publish(*args)
        raise SystemExit("kill -9 after the confirm")

    with pytest.raises(SystemExit):
        ob.relay_once(db, publish_and_die)
    ob.relay_once(db, broker.publish)
    assert len(broker) == 2 and broker[0] == broker[1]   # consumers drop the second by message id


def test_the_dual_write_it_replaces_loses_the_event(db):
    """Commit, then publish: a crash in between leaves an order nobody hears of."""
    broker = Broker()
    with pytest.raises(SystemExit):
        with db:
            db.execute("INSERT INTO orders VALUES ('o1', 'placed')")
        raise SystemExit("killed here")
        broker.publish("orders", "o1", "{}", "m1")
    assert db.execute("SELECT count(*) FROM orders").fetchone() == (1,) and not broker
