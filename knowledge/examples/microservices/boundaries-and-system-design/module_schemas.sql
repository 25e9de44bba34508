-- region schemas
CREATE ROLE orders_rw   NOLOGIN;
CREATE ROLE payments_rw NOLOGIN;
CREATE SCHEMA orders   AUTHORIZATION orders_rw;     -- the owner has all rights, nobody else has any
CREATE SCHEMA payments AUTHORIZATION payments_rw;
CREATE ROLE shop_app LOGIN NOINHERIT CONNECTION LIMIT 40 IN ROLE orders_rw, payments_rw;

-- One login, one pool. Each module takes its own role; the role ends with the transaction.
BEGIN;
SET LOCAL ROLE orders_rw;                           -- SELECT … FROM payments.charges: ERROR, permission denied
INSERT INTO orders.orders (id) VALUES ('o-1');      -- qualified names: SET ROLE changes no search_path
SET LOCAL ROLE payments_rw;                         -- a transaction over two modules is possible, and visible
INSERT INTO payments.charges (order_id) VALUES ('o-1');
COMMIT;
-- endregion schemas
