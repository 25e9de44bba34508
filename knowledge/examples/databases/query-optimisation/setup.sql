-- Test data for the plans of this guide: 50,000 customers and 1,000,000 orders, always the same rows.
-- psql -v ON_ERROR_STOP=1 -f setup.sql   (PostgreSQL 15 or later; about 200 MB)
DROP TABLE IF EXISTS orders, customers;
SELECT setseed(0.42);

CREATE TABLE customers (
    id       integer PRIMARY KEY,
    email    text NOT NULL,
    country  text NOT NULL,
    currency text NOT NULL              -- depends on country: the planner does not know that
);
INSERT INTO customers
SELECT n, 'User' || n || '@Example.com',
       (ARRAY['DE','FR','IT','GB','US','JP','SE','PL'])[1 + n % 8],
       (ARRAY['EUR','EUR','EUR','GBP','USD','JPY','SEK','PLN'])[1 + n % 8]
FROM generate_series(1, 50000) AS n;

CREATE TABLE orders (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customers (id),   -- a foreign key makes no index on this side
    status      text NOT NULL,
    total_cents integer NOT NULL,
    created_at  timestamptz NOT NULL,
    note        text NOT NULL
);
INSERT INTO orders (customer_id, status, total_cents, created_at, note)
SELECT 1 + floor(random() ^ 2 * 50000)::int,                  -- some customers buy much more than others
       CASE WHEN n % 1000 = 0 THEN 'pending' WHEN n % 10 = 0 THEN 'refunded' ELSE 'paid' END,
       (random() * 20000)::int,
       timestamptz '2025-01-01 00:00Z' + n * interval '30 seconds',
       repeat('x', 80)
FROM generate_series(1, 1000000) AS n;
VACUUM ANALYZE customers;
VACUUM ANALYZE orders;
