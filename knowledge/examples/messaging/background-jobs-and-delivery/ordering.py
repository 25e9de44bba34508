"""Order per key: one lane per key, and a version guard for what still arrives late."""
import sqlite3
import zlib


# region lanes
def lane(key: str, lanes: int) -> int:
    """The same key always lands in the same lane (partition, queue, single worker). Not hash(): it is salted."""
    return zlib.crc32(key.encode()) % lanes
# endregion


SCHEMA = "CREATE TABLE product_view (id TEXT PRIMARY KEY, price INTEGER NOT NULL, version INTEGER NOT NULL);"


# region guard
def apply_price(db: sqlite3.Connection, product: str, price: int, version: int) -> bool:
    """Keep the newest version only. False: a late or repeated message, to be acknowledged and forgotten."""
    with db:
        return db.execute(
            "INSERT INTO product_view (id, price, version) VALUES (?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET price = excluded.price, version = excluded.version "
            "WHERE excluded.version > product_view.version",
            (product, price, version),
        ).rowcount == 1
# endregion
