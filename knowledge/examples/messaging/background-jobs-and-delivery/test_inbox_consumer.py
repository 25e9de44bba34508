import json
import sqlite3
import threading
from dataclasses import dataclass, field

import pytest

import inbox_consumer as ic


@dataclass
class Message:
    id: str
    body: str
    attempts: int = 0


@dataclass
class Broker:
    """At-least-once double: a message stays until it is acknowledged, and every delivery happens twice."""

    queue: list = field(default_factory=list)
    delays: list = field(default_factory=list)

    def publish(self, message_id, body, attempts=0):
        self.queue.append(Message(message_id, body, attempts))

    def ack(self, message):
        self.queue = [m for m in self.queue if m is not message]

    def retry_later(self, message, attempt, delay):
        message.attempts = attempt
        self.delays.append(delay)


@pytest.fixture
def db():
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(ic.SCHEMA)
    yield db
    db.close()


def balance(db):
    row = db.execute("SELECT cents FROM balance WHERE account = 'a'").fetchone()
    return row[0] if row else 0


def drain(db, broker, apply=ic.credit, rounds=50, **options):
    results = []
    for _ in range(rounds):
        if not broker.queue:
            break
        results.append(ic.on_message(db, broker, broker.queue[0], "ledger", apply, **options))
    return results


def test_every_message_delivered_twice_counts_once(db):
    broker = Broker()
    for i in range(20):
        for _ in range(2):
            broker.publish(f"m{i}", json.dumps({"account": "a", "cents": 100}))
    results = drain(db, broker)
    assert balance(db) == 2000
    assert (results.count("done"), results.count("duplicate")) == (20, 20)


def test_without_the_inbox_the_same_deliveries_count_double(db):
    for _ in range(2):
        ic.credit(db, {"account": "a", "cents": 100})
    assert balance(db) == 200


def test_crash_after_commit_before_ack_is_harmless(db):
    broker = Broker()
    broker.publish("m1", json.dumps({"account": "a", "cents": 100}))
    broker.ack, real = (lambda message: (_ for _ in ()).throw(ConnectionError("worker died"))), broker.ack
    with pytest.raises(ConnectionError):
        drain(db, broker)
    broker.ack = real
    assert drain(db, broker) == ["duplicate"] and balance(db) == 100


def test_a_failure_in_the_work_leaves_no_inbox_row(db):
    broker = Broker()
    broker.publish("m1", json.dumps({"account": "a", "cents": 100}))
    fail = {"times": 2}

    def flaky(db, payload):
        ic.credit(db, payload)
        if fail["times"]:
            fail["times"] -= 1
            raise ConnectionError("deadlock")

    assert drain(db, broker, flaky, rng=lambda: 1.0) == ["retry", "retry", "done"]
    assert balance(db) == 100
    assert broker.delays == [4.0, 8.0]


def test_transient_failures_end_in_the_dead_letter_after_hours_of_attempts(db):
    broker = Broker()
    broker.publish("m1", json.dumps({"account": "a", "cents": 100}))

    def down(db, payload):
        raise TimeoutError("provider")

    assert drain(db, broker, down, rng=lambda: 1.0) == ["retry"] * 31 + ["dead"]
    assert sum(broker.delays) == 1_020 + 23 * 600    # at most 4.1 hours, half of it on average
    assert db.execute("SELECT message_id, error, attempts FROM dead_letter").fetchall() == [("m1", "TimeoutError: provider", 32)]


@pytest.mark.parametrize("body", ["not json", '{"account": "a"}'])
def test_a_poison_message_is_parked_at_once_and_does_not_block(db, body):
    broker = Broker()
    broker.publish("bad", body)
    broker.publish("good", json.dumps({"account": "a", "cents": 100}))
    assert drain(db, broker) == ["dead", "done"]
    assert balance(db) == 100


def test_redrive_keeps_the_id_so_a_second_redrive_changes_nothing(db):
    broker = Broker()
    body = json.dumps({"account": "a", "cents": 100})
    broker.publish("m1", body)

    def broken(db, payload):
        raise ic.Permanent("bug")

    drain(db, broker, broken)
    assert ic.redrive(db, broker, "ledger") == 1
    assert drain(db, broker) == ["done"]
    broker.publish("m1", body)
    assert drain(db, broker) == ["duplicate"] and balance(db) == 100


def test_a_redriven_message_that_fails_at_once_is_parked_again(tmp_path):
    path = tmp_path / "jobs.db"
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript(ic.SCHEMA)
    broker = Broker()
    broker.publish("m1", "not json")
    assert drain(db, broker) == ["dead"]
    started, workers = threading.Event(), []

    def consume(message):
        worker_db = sqlite3.connect(path, isolation_level=None, timeout=10)
        started.set()
        ic.on_message(worker_db, Broker(), message, "ledger", ic.credit)
        worker_db.close()

    def publish(message_id, body, attempts=0):       # the consumer takes the message before redrive has finished
        workers.append(threading.Thread(target=consume, args=(Message(message_id, body, attempts),)))
        workers[0].start()
        started.wait(5)
        workers[0].join(0.2)

    broker.publish = publish
    assert ic.redrive(db, broker, "ledger") == 1
    workers[0].join(10)
    assert db.execute("SELECT message_id FROM dead_letter").fetchall() == [("m1",)]
    db.close()


def test_a_failed_publish_keeps_the_parked_message(db):
    broker = Broker()
    broker.publish("m1", "not json")
    drain(db, broker)
    broker.publish = lambda *args, **kwargs: (_ for _ in ()).throw(ConnectionError("broker down"))
    with pytest.raises(ConnectionError):
        ic.redrive(db, broker, "ledger")
    assert db.execute("SELECT count(*) FROM dead_letter").fetchone() == (1,)
