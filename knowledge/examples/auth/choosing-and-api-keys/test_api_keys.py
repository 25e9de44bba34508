import sqlite3

import pytest
from api_key_format import checksum, new_key, parse
from api_keys import SCHEMA, ApiKeys


class Clock:
    now = 1_800_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def db():
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    yield connection
    connection.close()


@pytest.fixture
def keys(db, clock) -> ApiKeys:
    return ApiKeys(db, clock)


def test_format_is_recognisable_and_a_typo_is_found_without_the_database() -> None:
    key = new_key("test")
    assert key.startswith("shop_test_") and len(key) == 71 and parse(key) is not None
    wrong = key[:20] + ("A" if key[20] != "A" else "B") + key[21:]
    assert parse(wrong) is None
    assert parse(key + "\n") is None and parse("") is None
    assert len({new_key() for _ in range(1000)}) == 1000


# region dump
def test_a_stolen_table_opens_nothing_unless_keys_are_stored_in_clear(keys: ApiKeys, db: sqlite3.Connection) -> None:
    key = keys.issue("acme", "billing job", ["orders:read"])
    db.execute("CREATE TABLE clear_key (value TEXT)")  # the vulnerable design
    db.execute("INSERT INTO clear_key VALUES (?)", (key,))

    stolen = db.execute("SELECT value FROM clear_key").fetchone()[0]
    assert keys.authenticate(stolen) is not None  # usable as it stands

    key_id, secret_hash = db.execute("SELECT key_id, secret_hash FROM api_key").fetchone()
    prefix = "shop_live_" + key_id
    for attempt in (secret_hash.hex(), prefix + secret_hash.hex(), prefix + secret_hash.hex()[:43] + "000000"):
        assert keys.authenticate(attempt) is None
    assert parse(key)[1] not in str(db.execute("SELECT * FROM api_key").fetchall())
# endregion


def test_right_id_with_another_secret_is_refused(keys: ApiKeys) -> None:
    mine, other = keys.issue("acme", "a", []), keys.issue("globex", "b", [])
    mixed = mine[:22] + other[22:-6]
    assert parse(mixed + checksum(mixed)) is not None
    assert keys.authenticate(mixed + checksum(mixed)) is None


def test_expired_key_is_refused(keys: ApiKeys, clock: Clock) -> None:
    key = keys.issue("acme", "a", [], days=1)
    clock.now += 86_399
    assert keys.authenticate(key) is not None
    clock.now += 1
    assert keys.authenticate(key) is None


def test_rotation_without_downtime(keys: ApiKeys, clock: Clock) -> None:
    old = keys.issue("acme", "billing job", ["orders:read"])
    old_id = parse(old)[0]
    new = keys.rotate(old_id)
    assert keys.authenticate(old) is not None and keys.authenticate(new) is not None
    assert keys.authenticate(new).scopes == {"orders:read"}
    trial = keys.issue("acme", "trial", [], environment="test")
    assert keys.rotate(parse(trial)[0]).startswith("shop_test_")

    clock.now += 3 * 86_400
    assert not keys.still_used(old_id, clock.now - 86_400)
    keys.authenticate(old)  # a forgotten cron job
    assert keys.still_used(old_id, clock.now - 86_400)

    clock.now += 4 * 86_400
    assert keys.authenticate(old) is None and keys.authenticate(new) is not None


def test_a_leaked_key_ends_at_once_and_rotation_does_not_revive_it(keys: ApiKeys, clock: Clock) -> None:
    key = keys.issue("acme", "a", [])
    keys.revoke(parse(key)[0])
    assert keys.authenticate(key) is None
    clock.now += 60
    with pytest.raises(LookupError):
        keys.rotate(parse(key)[0])
    assert keys.authenticate(key) is None

    other = keys.issue("acme", "b", [])
    keys.rotate(parse(other)[0])
    with pytest.raises(LookupError):  # a second rotation would move the announced end
        keys.rotate(parse(other)[0])
    keys.revoke(parse(other)[0])  # the leak shows up during the overlap
    assert keys.authenticate(other) is None
