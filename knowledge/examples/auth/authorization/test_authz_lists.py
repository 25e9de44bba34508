from __future__ import annotations

import sqlite3

import pytest
from authz_lists import SCHEMA, page, page_vulnerable


@pytest.fixture
def db():
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    connection.executemany(
        "INSERT INTO doc VALUES (?, ?, ?)", [(n, "ann" if n % 10 == 0 else "bob", f"plan {n}") for n in range(1, 101)]
    )
    connection.execute("INSERT INTO share VALUES (7, 'ann')")
    yield connection
    connection.close()


def test_filtering_after_the_query_gives_holes_and_leaks_the_total(db) -> None:
    reply = page_vulnerable(db, "ann", 5)
    assert reply["items"] == [] and reply["total"] == 100  # ann owns ten and sees an empty first page


def test_filtering_in_the_query_gives_full_pages(db) -> None:
    first = page(db, "ann", 5)
    assert first == {"items": [7, 10, 20, 30, 40], "next": 40}
    second = page(db, "ann", 10, after=first["next"])
    assert second == {"items": [50, 60, 70, 80, 90, 100], "next": None}


def test_search_finds_only_what_the_caller_may_see(db) -> None:
    assert page(db, "ann", 10, search="plan 8")["items"] == [80]
    assert page(db, "eve", 10, search="plan")["items"] == []
