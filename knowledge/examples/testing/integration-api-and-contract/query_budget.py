"""A performance gate that no noisy runner can shake: how many statements does one request send?"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event, text


# region counter
@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Every SQL statement the engine sends inside the block; a count is the same on a laptop and on a busy runner."""
    sent: list[str] = []

    def seen(connection, cursor, statement, parameters, context, executemany) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", seen)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", seen)
# endregion counter


def page_naive(engine: Engine) -> list[tuple[int, str]]:
    with engine.connect() as db:
        rooms = db.execute(text("SELECT id, guest_id FROM bookings ORDER BY id")).all()
        name = text("SELECT name FROM guests WHERE id = :id")
        return [(id, db.scalar(name, {"id": guest})) for id, guest in rooms]  # one more statement for each row


def page_joined(engine: Engine) -> list[tuple[int, str]]:
    query = "SELECT b.id, g.name FROM bookings b JOIN guests g ON g.id = b.guest_id ORDER BY b.id"
    with engine.connect() as db:
        return [tuple(row) for row in db.execute(text(query))]
