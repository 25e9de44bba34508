"""Orders with customers and lines in SQLAlchemy 2.1, and a counter for the statements they cost. Python 3.11, SQLite."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, ForeignKey, create_engine, event, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    joinedload,
    mapped_column,
    raiseload,
    relationship,
    selectinload,
)
from sqlalchemy.pool import StaticPool


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    password_hash: Mapped[str] = mapped_column(default="x")
    is_admin: Mapped[bool] = mapped_column(default=False)


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    customer: Mapped[Customer] = relationship()
    lines: Mapped[list["Line"]] = relationship()


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    sku: Mapped[str]


def open_shop(orders: int = 50) -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add_all(Customer(id=n, email=f"c{n}@example.com") for n in range(1, orders + 1))
        session.add_all(Order(id=n, customer_id=n) for n in range(1, orders + 1))
        session.add_all(Line(order_id=n, sku=f"sku{k}") for n in range(1, orders + 1) for k in range(3))
    return engine


# region count
@contextmanager
def statements(engine: Engine, at_most: int | None = None) -> Iterator[list[str]]:
    """Records every statement; with a limit it fails the test that sends more, and shows them."""
    seen: list[str] = []

    def record(_conn, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", record)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", record)
    if at_most is not None and len(seen) > at_most:
        raise AssertionError(f"{len(seen)} statements, at most {at_most} allowed:\n" + "\n".join(seen[:5]))
# endregion


# region n-plus-one
def page_lazily(session: Session) -> list[dict]:
    orders = session.scalars(select(Order).order_by(Order.id)).all()  # 1 statement
    return [
        {"id": o.id, "email": o.customer.email, "skus": [line.sku for line in o.lines]}  # 2 more for each order
        for o in orders
    ]


def page_eagerly(session: Session) -> list[dict]:
    query = (
        select(Order)
        .order_by(Order.id)
        .options(
            joinedload(Order.customer, innerjoin=True),  # to-one: the same statement
            selectinload(Order.lines),  # to-many: one more statement with IN (…), no multiplied rows
            raiseload("*"),  # anything else that is touched raises instead of querying
        )
    )
    return [
        {"id": o.id, "email": o.customer.email, "skus": [line.sku for line in o.lines]}
        for o in session.scalars(query)
    ]
# endregion
