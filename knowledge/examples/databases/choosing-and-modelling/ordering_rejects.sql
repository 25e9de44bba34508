-- What the schema of ordering.sql refuses. Run without ON_ERROR_STOP: psql -X -q -f ordering_rejects.sql
\set ON_ERROR_STOP off
INSERT INTO tenants (name) VALUES ('north'), ('south');
INSERT INTO customers (tenant_id, email) VALUES (1, 'ada@example.com'), (2, 'bob@example.com');
INSERT INTO orders (tenant_id, customer_id, currency, total_cents) VALUES (1, 1, 'EUR', 0);
\echo -- region rejects
\echo -- 1. the same address in other letters
INSERT INTO customers (tenant_id, email) VALUES (1, 'Ada@Example.com');
\echo -- 2. an order of tenant 1 for a customer of tenant 2
INSERT INTO orders (tenant_id, customer_id, currency, total_cents) VALUES (1, 2, 'EUR', 100);
\echo -- 3. a second open basket
INSERT INTO orders (tenant_id, customer_id, currency, total_cents) VALUES (1, 1, 'EUR', 100);
\echo -- 4. paid, but never placed
UPDATE orders SET status = 'paid' WHERE id = 1;
\echo -- 5. overlapping bookings
INSERT INTO bookings VALUES (7, '[2026-12-01 10:00Z, 2026-12-01 11:00Z)');
INSERT INTO bookings VALUES (7, '[2026-12-01 10:30Z, 2026-12-01 12:00Z)');
\echo -- endregion
