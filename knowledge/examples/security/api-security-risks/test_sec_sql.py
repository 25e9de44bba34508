from __future__ import annotations

import pytest
from sec_sql import SORTS, BadRequest, connect, list_products, list_products_vulnerable, search_products


@pytest.fixture
def db():
    connection = connect()
    yield connection
    connection.close()


def test_a_secret_is_read_through_the_order_of_rows(db) -> None:
    """No error, no UNION: the attacker asks one yes-or-no question per request and reads the answer off the order."""
    stolen = ""
    for position in (1, 2):
        for guess in "0123456789abcdef":
            question = f"(SELECT substr(reset_token,{position},1) FROM app_user WHERE id=1)='{guess}'"
            order = list_products_vulnerable(db, f"CASE WHEN {question} THEN id ELSE -id END", "1,2,3")
            if order == [1, 2, 3]:
                stolen += guess
    assert stolen == "b7"


def test_the_in_list_is_open_too(db) -> None:
    assert list_products_vulnerable(db, "id", "1) OR (1=1") == [1, 2, 3]


@pytest.mark.parametrize("sort", ["price; DROP TABLE product", "(SELECT 1)", "price--", "", "PRICE"])
def test_only_listed_sorts_exist(db, sort: str) -> None:
    with pytest.raises(BadRequest):
        list_products(db, sort, [1])


def test_fixed_sorts_and_in(db) -> None:
    assert list_products(db, "-price", [1, 2, 3]) == [1, 2, 3]
    assert list_products(db, "price", [1, 3]) == [3, 1]
    assert list_products(db, "name", ["1) OR (1=1"]) == []  # a value stays a value
    for ids in ([], list(range(101))):
        with pytest.raises(BadRequest):
            list_products(db, "name", ids)
    assert all(", id " in f", {sql.split(', ')[1]} " for sql in SORTS.values())


def test_like_wildcards_are_data(db) -> None:
    assert search_products(db, "%") == [3]
    assert search_products(db, "_") == []
    assert search_products(db, "pea") == [2]
