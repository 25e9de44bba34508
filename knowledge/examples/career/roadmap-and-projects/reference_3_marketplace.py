"""Reference for project 3 on SQLite, to prove the acceptance test. The project itself asks for PostgreSQL."""

import hashlib
import json
import os
import re
import sqlite3
import threading
import time
import uuid
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

BREAK = os.environ.get("BREAK", "")
USERS = {"Bearer seller-a": "a", "Bearer seller-b": "b"}
app = FastAPI()
db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
db.row_factory = sqlite3.Row
lock = threading.Lock()  # one shared in-memory connection; PostgreSQL would use a pool
db.executescript("""
CREATE TABLE items (id TEXT PRIMARY KEY, owner TEXT, title TEXT, description TEXT, cents INTEGER, currency TEXT,
                    stock INTEGER NOT NULL CHECK (stock >= 0));
CREATE TABLE orders (id TEXT PRIMARY KEY, item TEXT REFERENCES items, buyer TEXT, quantity INTEGER);
""")


def run(sql: str, *values: object) -> list[sqlite3.Row]:
    with lock:
        return db.execute(sql, values).fetchall()


class Price(BaseModel):
    amount: str = Field(pattern=r"^\d{1,9}\.\d{2}$")
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class Item(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=5000)
    price: Price
    stock: int = Field(ge=0)


class Change(BaseModel):
    price: Price | None = None
    stock: int | None = Field(default=None, ge=0)


class Order(BaseModel):
    quantity: int = Field(ge=1, le=100)


def user(authorization: Annotated[str, Header()] = "") -> str:
    if authorization not in USERS:
        raise HTTPException(401, "Sign in", {"WWW-Authenticate": "Bearer"})
    return USERS[authorization]


User = Annotated[str, Depends(user)]


def public(row: sqlite3.Row) -> dict:
    price = {"amount": f"{Decimal(row['cents']) / 100:.2f}", "currency": row["currency"]}
    return {key: row[key] for key in ("id", "title", "description", "stock")} | {"price": price}


def cents(price: Price) -> int:
    return int(Decimal(price.amount) * 100)


def one(table: str, key: str) -> sqlite3.Row:
    rows = run(f"SELECT * FROM {table} WHERE id = ?", key)  # table is a constant of this file
    if not rows:
        raise HTTPException(404, "Not found")
    return rows[0]


@app.post("/items")
def offer(item: Item, owner: User) -> JSONResponse:
    key = str(uuid.uuid4())
    run("INSERT INTO items VALUES (?,?,?,?,?,?,?)", key, owner, item.title, item.description, cents(item.price), item.price.currency, item.stock)
    return JSONResponse(public(one("items", key)), 201, {"Location": f"/items/{key}"})


@app.get("/items")
def search(_: User, q: Annotated[str, Field(max_length=200)] = "", sort: str = "price") -> dict:
    order = {"price": "cents", "-price": "cents DESC"}.get(sort)
    if order is None:
        raise HTTPException(400, "sort is price or -price")
    words = re.findall(r"\w+", q.lower())
    rows = run(f"SELECT * FROM items ORDER BY {order}")
    hits = [r for r in rows if all(w in re.findall(r"\w+", f"{r['title']} {r['description']}".lower()) for w in words)]
    return {"items": [public(row) for row in hits[:50]]}


@app.get("/items/{key}")
def item(key: str, _: User, if_none_match: Annotated[str, Header()] = "") -> Response:
    body = public(one("items", key))
    tag = f'"{hashlib.sha256(json.dumps(body).encode()).hexdigest()[:16]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    return Response(status_code=304, headers=headers) if if_none_match == tag else JSONResponse(body, headers=headers)


@app.patch("/items/{key}")
def change(key: str, new: Change, who: User) -> dict:
    if one("items", key)["owner"] != who and BREAK != "owner":
        raise HTTPException(404, "Not found")
    if new.price:
        run("UPDATE items SET cents = ?, currency = ? WHERE id = ?", cents(new.price), new.price.currency, key)
    if new.stock is not None:
        run("UPDATE items SET stock = ? WHERE id = ?", new.stock, key)
    return public(one("items", key))


@app.post("/items/{key}/orders")
def buy(key: str, order: Order, buyer: User) -> JSONResponse:
    if BREAK == "oversell":  # check, then act: the gap between the two statements sells the same lamp twice
        left = one("items", key)["stock"]
        time.sleep(0.05)
        taken = left >= order.quantity and run("UPDATE items SET stock = ? WHERE id = ? RETURNING id", left - order.quantity, key)
    else:
        taken = run("UPDATE items SET stock = stock - ? WHERE id = ? AND stock >= ? RETURNING id", order.quantity, key, order.quantity)
    if not taken:
        one("items", key)
        raise HTTPException(409, "Not enough stock")
    order_id = str(uuid.uuid4())
    run("INSERT INTO orders VALUES (?,?,?,?)", order_id, key, buyer, order.quantity)
    return JSONResponse({"id": order_id, "quantity": order.quantity}, 201, {"Location": f"/orders/{order_id}"})


@app.get("/orders/{key}")
def order(key: str, who: User) -> dict:
    row = one("orders", key)
    if row["buyer"] != who:
        raise HTTPException(404, "Not found")
    return {"id": row["id"], "quantity": row["quantity"]}
