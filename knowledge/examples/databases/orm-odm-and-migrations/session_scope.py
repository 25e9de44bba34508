"""One session per unit of work, against one session for the whole process. Python 3.11, SQLAlchemy 2.1."""

from collections.abc import Iterator
from contextlib import contextmanager

from orm_shop import Customer, Order
from sqlalchemy.orm import Session, sessionmaker


# region scope
@contextmanager
def unit_of_work(factory: sessionmaker[Session]) -> Iterator[Session]:
    """One request, one job run or one message: one session, one transaction, closed in every case."""
    with factory() as session, session.begin():  # COMMIT at the end, ROLLBACK on an exception, then close()
        yield session


def rename(factory: sessionmaker[Session], customer_id: int, email: str) -> None:
    with unit_of_work(factory) as session:
        session.get_one(Customer, customer_id).email = email


def place_order(factory: sessionmaker[Session], order_id: int, customer_id: int) -> dict:
    with unit_of_work(factory) as session:
        order = Order(id=order_id, customer_id=customer_id)
        session.add(order)
        session.flush()  # errors of the database appear here, inside the unit
        return {"id": order.id, "email": order.customer.email}  # plain data leaves the session, entities do not
# endregion
