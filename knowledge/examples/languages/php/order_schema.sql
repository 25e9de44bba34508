-- What the checks and OrderStoreTest need of the schema (SQLite).
CREATE TABLE stock (sku TEXT PRIMARY KEY, available INTEGER NOT NULL);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, account_id INTEGER, order_key TEXT, sku TEXT, quantity INTEGER, UNIQUE (account_id, order_key)
);
