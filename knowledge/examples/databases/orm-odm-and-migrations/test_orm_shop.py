"""Statement counts, session scopes and what entities leak."""

import pytest

sqlalchemy = pytest.importorskip("sqlalchemy", minversion="2.1")
from entity_dto import patch, patch_everything, to_json_everything  # noqa: E402
from orm_shop import Customer, Order, open_shop, page_eagerly, page_lazily, statements  # noqa: E402
from pydantic import ValidationError  # noqa: E402
from session_scope import place_order, rename, unit_of_work  # noqa: E402
from sqlalchemy import select  # noqa: E402
from sqlalchemy.exc import IntegrityError, InvalidRequestError, PendingRollbackError  # noqa: E402
from sqlalchemy.orm import Session, joinedload, raiseload, sessionmaker  # noqa: E402
from sqlalchemy.orm.exc import DetachedInstanceError  # noqa: E402


@pytest.fixture
def engine():
    engine = open_shop(orders=50)
    yield engine
    engine.dispose()


def test_lazy_page_costs_101_statements_and_eager_page_two(engine) -> None:
    with Session(engine) as session, statements(engine) as lazy:
        slow = page_lazily(session)
    with Session(engine) as session, statements(engine) as eager:
        fast = page_eagerly(session)
    assert slow == fast
    assert (len(lazy), len(eager)) == (101, 2)


def test_the_counter_fails_the_build(engine) -> None:
    with Session(engine) as session, pytest.raises(AssertionError, match="101 statements, at most 2"):
        with statements(engine, at_most=2):
            page_lazily(session)


def test_raiseload_turns_a_hidden_query_into_an_error(engine) -> None:
    with Session(engine) as session:
        order = session.scalars(select(Order).options(raiseload("*")).limit(1)).one()
        with pytest.raises(InvalidRequestError, match="raise"):
            _ = order.lines


def test_joining_a_collection_multiplies_rows(engine) -> None:
    with Session(engine) as session:
        rows = session.connection().exec_driver_sql("SELECT o.id FROM orders o JOIN lines l ON l.order_id = o.id")
        assert len(rows.all()) == 150
        limited = select(Order).options(joinedload(Order.lines)).limit(2)
        with statements(engine) as seen:
            assert len(session.scalars(limited).unique().all()) == 2
        assert "(SELECT" in seen[0], "LIMIT must move into a subquery, or it would cut lines instead of orders"


def test_lazy_load_after_the_session_is_gone(engine) -> None:
    with Session(engine) as session:
        order = session.get_one(Order, 1)
    with pytest.raises(DetachedInstanceError):
        _ = order.lines


def test_unit_of_work_commits_or_rolls_back(engine) -> None:
    factory = sessionmaker(engine)
    rename(factory, 1, "new@example.com")
    with pytest.raises(RuntimeError), unit_of_work(factory) as session:
        session.get_one(Customer, 1).email = "lost@example.com"
        raise RuntimeError
    with factory() as session:
        assert session.get_one(Customer, 1).email == "new@example.com"
    assert place_order(factory, 99, 1) == {"id": 99, "email": "new@example.com"}


def test_a_global_session_serves_stale_rows_and_one_error_breaks_it_for_all(engine) -> None:
    everyone = Session(engine, expire_on_commit=False)
    kept = everyone.get_one(Customer, 1)
    everyone.commit()
    rename(sessionmaker(engine), 1, "new@example.com")
    with statements(engine, at_most=0):
        assert everyone.get_one(Customer, 1) is kept
    assert kept.email == "c1@example.com", "identity map: the old state, without any query"

    everyone.add(Order(id=1, customer_id=1))
    with pytest.raises(IntegrityError):
        everyone.flush()
    with pytest.raises(PendingRollbackError):
        everyone.scalars(select(Customer).limit(1)).one()  # the next caller, who did nothing wrong
    everyone.rollback()
    everyone.close()


def test_entities_leak_and_accept_too_much_and_dtos_do_not(engine) -> None:
    with Session(engine) as session:
        customer = session.get_one(Customer, 1)
        assert "password_hash" in to_json_everything(customer)
        patch_everything(customer, {"is_admin": True})
        assert customer.is_admin
        session.rollback()
        assert patch(session, 1, {"email": "a@example.com"}).model_dump() == {"id": 1, "email": "a@example.com"}
        with pytest.raises(ValidationError, match="is_admin"):
            patch(session, 1, {"is_admin": True})
