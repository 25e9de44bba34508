"""Two root fields of one mutation: serial, but not one transaction."""

from __future__ import annotations

import sqlite3

from graphql import GraphQLError, build_schema

SCHEMA = build_schema(
    """
    type Query { balance(account: ID!): Int }
    type Mutation {
      withdraw(account: ID!, cents: Int!): Int
      deposit(account: ID!, cents: Int!): Int
      transfer(from: ID!, to: ID!, cents: Int!): Int
    }
    """
)


def connect() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE accounts (id TEXT PRIMARY KEY, cents INTEGER CHECK (cents >= 0), frozen INTEGER)")
    db.executemany("INSERT INTO accounts VALUES (?, ?, ?)", [("a", 500, 0), ("b", 0, 1)])
    db.commit()
    return db


def book(db, account: str, cents: int) -> int:
    row = db.execute("SELECT frozen FROM accounts WHERE id = ?", (account,)).fetchone()
    if cents > 0 and row[0]:
        raise GraphQLError("account is frozen", extensions={"code": "FROZEN"})
    return db.execute("UPDATE accounts SET cents = cents + ? WHERE id = ? RETURNING cents", (cents, account)).fetchone()[0]


# region transaction
def resolve_withdraw(_root, info, account: str, cents: int):
    with info.context["db"] as db:  # committed before the next root field starts
        return book(db, account, -cents)


def resolve_deposit(_root, info, account: str, cents: int):
    with info.context["db"] as db:
        return book(db, account, cents)


def resolve_transfer(_root, info, **arguments):
    with info.context["db"] as db:  # one business action, one root field, one transaction
        left = book(db, arguments["from"], -arguments["cents"])
        book(db, arguments["to"], arguments["cents"])
        return left
# endregion


for name, resolver in (("withdraw", resolve_withdraw), ("deposit", resolve_deposit), ("transfer", resolve_transfer)):
    SCHEMA.mutation_type.fields[name].resolve = resolver
