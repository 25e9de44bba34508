"""Hand-written SQL in the same transaction as the ORM. Python 3.11, SQLAlchemy 2.1."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session


# region raw
@dataclass(frozen=True)
class CustomerTotal:
    id: int
    email: str
    orders: int


SORTABLE = {"email": "c.email", "orders": "orders"}  # identifiers cannot be bound: look them up


def customer_totals(session: Session, search: str, sort: str, descending: bool = False) -> list[CustomerTotal]:
    order = SORTABLE[sort] + (" DESC" if descending else "")  # KeyError: answer 400
    session.flush()  # pending ORM changes become visible to this statement
    rows = session.execute(
        text(f"""
            SELECT c.id, c.email, count(o.id) AS orders
            FROM customers c LEFT JOIN orders o ON o.customer_id = c.id
            WHERE c.email LIKE :pattern ESCAPE '!'
            GROUP BY c.id, c.email ORDER BY {order}, c.id"""),
        {"pattern": "%" + search.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"},
    )
    return [CustomerTotal(**row) for row in rows.mappings()]
# endregion
