import pytest
from query_budget import page_joined, page_naive, statements
from sqlalchemy import Engine, create_engine, text


@pytest.fixture
def filled(tmp_path):
    engines = []

    def make(rows: int) -> Engine:
        engine = create_engine(f"sqlite:///{tmp_path}/{rows}.db")
        engines.append(engine)
        with engine.begin() as db:
            db.execute(text("CREATE TABLE guests (id INTEGER PRIMARY KEY, name TEXT)"))
            db.execute(text("CREATE TABLE bookings (id INTEGER PRIMARY KEY, guest_id INT)"))
            for n in range(rows):
                db.execute(text("INSERT INTO guests VALUES (:n, :name)"), {"n": n, "name": f"guest {n}"})
                db.execute(text("INSERT INTO bookings VALUES (:n, :n)"), {"n": n})
        return engine

    yield make
    for engine in engines:
        engine.dispose()


# region budget
def cost(engine: Engine, page) -> int:
    with statements(engine) as sent:
        page(engine)  # in a real suite: client.get("/bookings")
    return len(sent)


def test_a_page_costs_the_same_for_3_rows_and_for_30(filled) -> None:
    small, large = filled(3), filled(30)
    assert cost(small, page_joined) == cost(large, page_joined) == 1
    assert (cost(small, page_naive), cost(large, page_naive)) == (4, 31)  # N+1, seen without a clock
# endregion budget


def test_both_pages_show_the_same(filled) -> None:
    engine = filled(5)
    assert page_naive(engine) == page_joined(engine)


def test_the_counter_stops_at_the_end_of_the_block(filled) -> None:
    engine = filled(2)
    with statements(engine) as sent:
        pass
    page_joined(engine)
    assert sent == []
