from sqlalchemy import Connection, Engine, ForeignKey, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker

# region session
from flask import Flask, current_app, g


def init_app(app: Flask, bind: Engine | Connection) -> None:
    # create_savepoint matters only in tests, where bind is a connection with an open transaction
    app.extensions["shop_sessions"] = sessionmaker(bind, join_transaction_mode="create_savepoint")

    @app.teardown_appcontext
    def close_session(error: BaseException | None) -> None:
        if (session := g.pop("shop_session", None)) is not None:
            session.close()  # gives the connection back and rolls back what nobody committed


def db() -> Session:
    """The session of this request: opened at first use, closed when the application context ends."""
    if "shop_session" not in g:
        g.shop_session = current_app.extensions["shop_sessions"]()
    return g.shop_session
# endregion


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (UniqueConstraint("account_id", "reference"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    reference: Mapped[str]
    lines: Mapped[list["Line"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    sku: Mapped[str]
    quantity: Mapped[int]
