"""Ways to write many rows, from slow to fast. Python 3.11, SQLAlchemy 2.1; COPY with psycopg 3 on PostgreSQL."""

from collections.abc import Iterable, Iterator
from itertools import islice

from orm_shop import Line
from sqlalchemy import Engine, insert


def batches(rows: Iterable[dict], size: int) -> Iterator[list[dict]]:
    source = iter(rows)
    while part := list(islice(source, size)):
        yield part


# region bulk
def load(engine: Engine, rows: Iterable[dict], size: int = 5_000) -> int:
    """No entities, no identity map: dictionaries in batches, one transaction for each, memory stays flat."""
    done = 0
    for part in batches(rows, size):
        with engine.begin() as db:
            db.execute(insert(Line), part)  # one prepared statement, many rows per round trip
        done += len(part)
    return done


def copy(url: str, rows: Iterable[tuple]) -> None:
    """PostgreSQL, first load or staging table: nothing is faster. One bad row fails the whole COPY."""
    import psycopg

    with psycopg.connect(url) as db, db.cursor() as cursor:
        with cursor.copy("COPY lines_copy (id, order_id, sku) FROM STDIN") as stream:
            for row in rows:
                stream.write_row(row)
# endregion
