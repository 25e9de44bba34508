-- Take :n pieces out of stock in one statement. Executed by test_transactions.py on SQLite.
-- region decrement
CREATE TABLE stock_items (
    id    INTEGER PRIMARY KEY,
    stock INTEGER NOT NULL CHECK (stock >= 0)   -- the last line: no writer can go below zero
);

UPDATE stock_items
   SET stock = stock - :n                       -- arithmetic in the statement, on the current row
 WHERE id = :id AND stock >= :n;                -- the rule; concurrent buyers queue at the row
-- row count 1: taken, insert the order line and commit.  0: sold out (or no such id), answer 409
-- endregion
