import asyncio
import sqlite3

import pytest
from batch_loader import SCHEMA, BatchLoader, author_batch, author_batched, author_one_by_one, request_context, resolve_books
from graphql import graphql

QUERY = "{ books { title author { name } } }"


class Database:
    """SQLite behind an async interface that counts statements."""

    def __init__(self):
        self.statements = []
        self._db = sqlite3.connect(":memory:")
        self._db.row_factory = sqlite3.Row
        self._db.execute("CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT, tenant_id INTEGER)")
        self._db.execute("CREATE TABLE books (title TEXT, author_id INTEGER)")
        self._db.executemany("INSERT INTO authors VALUES (?, ?, 1)", [(n, f"Author {n}") for n in range(1, 6)])
        self._db.executemany("INSERT INTO books VALUES (?, ?)", [(f"Book {n:02}", 6 - n % 6) for n in range(30)])

    async def fetch(self, sql, args):
        self.statements.append(sql)
        await asyncio.sleep(0)
        return [dict(row) for row in self._db.execute(sql, args)]

    def close(self):
        self._db.close()


@pytest.fixture
def db():
    database = Database()
    yield database
    database.close()


# region count
def run(db, author_resolver):
    SCHEMA.type_map["Query"].fields["books"].resolve = resolve_books
    SCHEMA.type_map["Book"].fields["author"].resolve = author_resolver

    async def main():
        return await graphql(SCHEMA, QUERY, context_value=request_context(db, {"tenant_id": 1}))

    return asyncio.run(main())


def test_statement_count(db):
    run(db, author_one_by_one)
    assert len(db.statements) == 31  # 1 for the books, 30 for their authors
    db.statements.clear()
    result = run(db, author_batched)
    assert len(db.statements) == 2  # however many books there are
    assert result.errors is None


# endregion


def test_order_and_missing_keys(db):
    books = run(db, author_batched).data["books"]
    by_title = {book["title"]: book["author"] for book in books}
    assert by_title["Book 01"] == {"name": "Author 5"}
    assert by_title["Book 03"] == {"name": "Author 3"}
    assert by_title["Book 00"] is None  # author 6 does not exist


def test_results_in_database_order_land_at_the_wrong_keys():
    async def unordered(keys):
        return sorted(keys)  # what "WHERE id IN (…)" may give back

    async def main():
        loader = BatchLoader(unordered)
        return await asyncio.gather(loader.load(3), loader.load(1))

    assert asyncio.run(main()) == [1, 3]  # asked for 3 and 1


def test_short_batch_is_an_error():
    async def short(keys):
        return keys[:1]

    async def main():
        loader = BatchLoader(short)
        return await asyncio.gather(loader.load(1), loader.load(2), return_exceptions=True)

    assert all(isinstance(value, ValueError) for value in asyncio.run(main()))


def test_a_loader_shared_between_requests_leaks_across_tenants(db):
    async def main():
        shared = BatchLoader(author_batch(db, {"tenant_id": 1}))  # created at start-up, not per request
        await shared.load(1)  # first caller: tenant 1
        leaked = await shared.load(1)  # second caller: tenant 2, same instance
        own = await BatchLoader(author_batch(db, {"tenant_id": 2})).load(1)
        return leaked, own

    leaked, own = asyncio.run(main())
    assert leaked["name"] == "Author 1"
    assert own is None


def test_same_key_is_loaded_once_and_failures_are_not_cached():
    calls = []

    async def flaky(keys):
        calls.append(list(keys))
        if len(calls) == 1:
            raise RuntimeError("connection lost")
        return [key * 10 for key in keys]

    async def main():
        loader = BatchLoader(flaky)
        with pytest.raises(RuntimeError):
            await loader.load(1)
        return await asyncio.gather(loader.load(1), loader.load(1))

    assert asyncio.run(main()) == [10, 10]
    assert calls == [[1], [1]]
