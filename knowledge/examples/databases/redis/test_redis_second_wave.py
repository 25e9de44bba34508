import redis_big_keys as big
import redis_pipeline
import redis_sessions
from redis_keys import Kind
from redis_slots import same_node_guaranteed
from test_redis_recipes import client, server  # noqa: F401  the fixtures: a real server where one is installed


def test_one_failing_command_does_not_stop_the_pipeline(client):
    client.set("product:jam", "a string, not a hash")
    failed = redis_pipeline.set_prices(client, {"tea": 100, "jam": 200, "oil": 300}, batch=2)
    assert failed == ["jam"]
    assert client.hget("product:tea", "cents") == "100" and client.hget("product:oil", "cents") == "300"


def test_members_spread_over_buckets_and_are_found_again(client):
    members = [f"user-{n}" for n in range(3_000)]
    assert all(big.add(client, "seen", m) for m in members)
    assert not big.add(client, "seen", "user-7")
    assert big.contains(client, "seen", "user-2999") and not big.contains(client, "seen", "nobody")
    sizes = [client.scard(key) for key in client.scan_iter(match="seen:*")]
    assert sum(sizes) == 3_000 and max(sizes) < 40


def test_a_sharded_counter_adds_up(client):
    for _ in range(200):
        big.count_view(client, "home")
    assert big.views(client, "home") == 200
    assert len(list(client.scan_iter(match="views:home:*"))) > 1


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_session_slides_but_not_past_its_absolute_end(client):
    clock = Clock()
    store = redis_sessions.Sessions(client, idle=600, absolute=1_000, clock=clock)
    sid = store.create("ada")
    assert store.load(sid)["user"] == "ada"
    assert 598 <= client.ttl(store._key(sid)) <= 600
    clock.now += 900
    assert store.load(sid) and client.ttl(store._key(sid)) <= 100
    clock.now += 101
    assert store.load(sid) is None and client.dbsize() == 0


def test_the_store_never_holds_the_cookie_value(client):
    store = redis_sessions.Sessions(client)
    sid = store.create("ada")
    assert not any(sid in key for key in client.scan_iter())


def test_revoking_all_ends_every_device_and_new_logins_work(client):
    store = redis_sessions.Sessions(client)
    phone, laptop, other = store.create("ada"), store.create("ada"), store.create("bob")
    store.revoke_all("ada")
    assert store.load(phone) is None and store.load(laptop) is None
    assert store.load(other)["user"] == "bob"
    assert store.load(store.create("ada"))["user"] == "ada"


def test_a_late_write_does_not_bring_a_revoked_session_back(client):
    store = redis_sessions.Sessions(client)
    sid = store.create("ada")
    assert store.put(sid, "cart", "42") and store.load(sid)["cart"] == "42"
    store.revoke(sid)
    assert store.put(sid, "cart", "43") is False and store.load(sid) is None


def test_the_naive_write_back_does_bring_it_back(client):
    store = redis_sessions.Sessions(client)
    sid = store.create("ada")
    session = store.load(sid)
    store.revoke(sid)
    client.hset(store._key(sid), mapping=session)          # what "save the session at the end of the request" does
    assert store.load(sid) is not None                     # logged out, and logged in again


def test_keys_cannot_be_forged_and_have_a_lifetime(client):
    price = Kind("price", version=3, ttl=300)
    assert price.key("acme", "tea") == "shop:price:v3:{acme:tea}"
    assert price.key("acme", "tea:x") != price.key("acme:tea", "x")
    assert "}" not in price.key("a}b")[:-1] and "\n" not in price.key("a\nb")
    assert len(price.key("u" * 5_000)) < 100
    price.put(client, "100", "acme", "tea")
    assert 298 <= client.ttl("shop:price:v3:{acme:tea}") <= 300


def test_a_new_version_is_another_key_and_kinds_of_one_entity_stay_together():
    price, stock = Kind("price", 3, 300), Kind("stock", 1, 60)
    assert price.key("tea") != Kind("price", 4, 300).key("tea")
    assert same_node_guaranteed(price.key("tea"), stock.key("tea"))
