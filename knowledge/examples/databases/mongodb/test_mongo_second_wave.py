import asyncio
import copy

import mongo_changes
import pytest
from mongo_explain import stages, verdict
from mongo_join import order_page, with_customers
from mongo_versions import CURRENT, migrate, upgrade


def explained(plan, returned, docs, keys):
    return {"queryPlanner": {"winningPlan": plan},
            "executionStats": {"nReturned": returned, "totalDocsExamined": docs, "totalKeysExamined": keys}}


IXSCAN = {"stage": "FETCH", "inputStage": {"stage": "IXSCAN", "indexName": "tenantId_1_status_1_createdAt_-1"}}


def test_a_good_plan_passes_in_both_shapes():
    assert verdict(explained(IXSCAN, 50, 50, 50)) == []
    assert verdict(explained({"queryPlan": IXSCAN, "slotBasedPlan": {}}, 50, 50, 51)) == []


def test_collection_scan_sort_and_waste_are_named():
    bad = {"stage": "SORT", "inputStage": {"stage": "COLLSCAN"}}
    assert [text.split(":")[0] for text in verdict(explained(bad, 3, 40_000, 0))] == [
        "COLLSCAN", "SORT", "40000 documents read for 3"]
    assert "keys read" in verdict(explained(IXSCAN, 2, 2, 9_000))[0]
    merged = {"stage": "SUBPLAN", "inputStages": [IXSCAN, {"stage": "COLLSCAN"}]}
    assert "COLLSCAN" in set(stages(merged))


def test_the_limit_comes_before_the_join():
    names = [next(iter(stage)) for stage in order_page("t1")]
    assert names.index("$limit") < names.index("$lookup")


class Customers:
    def __init__(self, *rows):
        self.rows, self.calls = rows, 0

    def find(self, query, projection):
        self.calls += 1
        return [{k: c[k] for k in ("_id", *projection) if k in c} for c in self.rows if c["_id"] in query["_id"]["$in"]]


def test_one_second_query_for_all_and_a_missing_customer_is_none():
    customers = Customers({"_id": 1, "name": "Ada", "email": "a@example.com", "notes": "x" * 1000})
    page = with_customers([{"_id": 7, "customerId": 1}, {"_id": 8, "customerId": 1}, {"_id": 9, "customerId": 2}], customers)
    assert customers.calls == 1
    assert [o["customer"] and o["customer"]["name"] for o in page] == ["Ada", "Ada", None]
    assert "notes" not in page[0]["customer"]


class Lost(Exception):
    code = 286


class Oplog:
    """Events with growing tokens; `watch` starts after a token, or now."""
    def __init__(self, count=0):
        self.events, self.first = [{"_id": n, "operationType": "insert"} for n in range(count)], 0

    async def watch(self, pipeline, *, start_after=None, full_document=None):
        if start_after is not None and start_after + 1 < self.first:
            raise Lost
        return Stream(self, len(self.events) - 1 if start_after is None else start_after)


class Stream:
    def __init__(self, log, token):
        self.log, self.resume_token = log, token

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return None

    @property
    def alive(self):
        return self.resume_token + 1 < len(self.log.events)

    async def try_next(self):
        self.resume_token += 1
        event = self.log.events[self.resume_token]
        return None if event["operationType"] == "filtered" else event


class Tokens(dict):
    async def find_one(self, query):
        return {"token": self[query["_id"]]} if query["_id"] in self else None

    async def update_one(self, query, change, upsert):
        self[query["_id"]] = change["$set"]["token"]

    async def delete_one(self, query):
        self.pop(query["_id"], None)


def follow(log, tokens, handle, resync):
    asyncio.run(mongo_changes.follow(log, tokens, "mirror", handle, resync))


def test_it_resumes_after_a_crash_and_repeats_only_the_event_in_hand():
    log, tokens, seen = Oplog(6), Tokens(mirror=0), []

    async def crash_once(event):
        seen.append(event["_id"])
        if event["_id"] == 3 and seen.count(3) == 1:
            raise RuntimeError("pod killed")

    async def no_resync():
        raise AssertionError("not needed")

    with pytest.raises(RuntimeError):
        follow(log, tokens, crash_once, no_resync)
    follow(log, tokens, crash_once, no_resync)
    assert seen == [1, 2, 3, 3, 4, 5]


def test_the_token_moves_while_only_filtered_events_pass():
    log, tokens = Oplog(5), Tokens(mirror=0)
    for event in log.events[1:]:
        event["operationType"] = "filtered"

    async def never(*_):
        raise AssertionError

    follow(log, tokens, never, never)
    assert tokens == {"mirror": 4}


def test_the_first_start_copies_while_the_stream_is_already_open():
    log, tokens, seen = Oplog(3), Tokens(), []

    async def resync():
        log.events.append({"_id": 3, "operationType": "insert"})   # written during the copy

    async def handle(event):
        seen.append(event["_id"])

    follow(log, tokens, handle, resync)
    assert seen == [3]


def test_a_token_older_than_the_oplog_forces_a_new_copy():
    log, tokens = Oplog(10), Tokens(mirror=2)
    log.first = 8

    async def never(*_):
        raise AssertionError

    with pytest.raises(Lost):
        follow(log, tokens, never, never)
    assert tokens == {}


OLD = {"_id": 1, "name": "Ada Lovelace", "phone": "1"}


def test_every_old_shape_becomes_the_current_one():
    before = copy.deepcopy(OLD)
    new = upgrade(OLD)
    assert new == {"_id": 1, "firstName": "Ada", "lastName": "Lovelace", "phones": ["1"], "schemaVersion": 3}
    assert OLD == before and upgrade(new) == new
    assert upgrade({"_id": 2, "schemaVersion": 2, "firstName": "B", "lastName": ""})["phones"] == []


def test_a_newer_document_is_refused_instead_of_damaged():
    with pytest.raises(ValueError):
        upgrade({"_id": 1, "schemaVersion": CURRENT + 1})


class Collection:
    def __init__(self, *docs):
        self.docs = {d["_id"]: d for d in docs}
        self.before_write = lambda: None

    def find(self, _query):
        rows = [dict(d) for d in self.docs.values() if d.get("schemaVersion", 1) < CURRENT]
        return type("Cursor", (), {"limit": lambda _, n: rows[:n]})()

    def replace_one(self, query, new):
        self.before_write()
        hit = self.docs[query["_id"]].get("rev") == query["rev"]
        if hit:
            self.docs[query["_id"]] = new
        return type("Result", (), {"modified_count": int(hit)})()


def test_migration_leaves_a_document_that_changed_meanwhile_for_the_next_round():
    rows = Collection(OLD, {"_id": 2, "name": "Bob", "rev": 4})
    rows.before_write = lambda: rows.docs[2].update(rev=5, name="Bobby")
    assert migrate(rows) == 1
    rows.before_write = lambda: None
    assert migrate(rows) == 1 and migrate(rows) == 0
    assert rows.docs[2]["firstName"] == "Bobby" and rows.docs[2]["rev"] == 6
