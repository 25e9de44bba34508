-- Keyset pagination, PostgreSQL dialect (the statements also run on SQLite 3.15 or newer).
-- region index
CREATE INDEX orders_account_created_id ON orders (account_id, created_at DESC, id DESC);
-- endregion

-- region first-page
SELECT id, created_at, total_cents
FROM orders
WHERE account_id = :account_id
ORDER BY created_at DESC, id DESC
LIMIT :limit_plus_one;
-- endregion

-- region next-page
SELECT id, created_at, total_cents
FROM orders
WHERE account_id = :account_id
  AND (created_at, id) < (:created_at, :id)   -- row comparison: both sort keys descend, so "after" is "less than"
ORDER BY created_at DESC, id DESC
LIMIT :limit_plus_one;
-- endregion

-- region mixed
-- total_cents descends, id ascends: no row comparison fits, so write it out. The first line is what the index can seek to.
SELECT id, created_at, total_cents
FROM orders
WHERE account_id = :account_id
  AND total_cents <= :total_cents
  AND (total_cents < :total_cents OR id > :id)
ORDER BY total_cents DESC, id ASC
LIMIT :limit_plus_one;
-- endregion

-- region previous-page
SELECT id, created_at, total_cents
FROM (
  SELECT id, created_at, total_cents
  FROM orders
  WHERE account_id = :account_id
    AND (created_at, id) > (:created_at, :id)   -- everything turned round …
  ORDER BY created_at ASC, id ASC
  LIMIT :limit_plus_one
) AS page
ORDER BY created_at DESC, id DESC;              -- … and the page turned back
-- endregion

-- region bounded-count
SELECT count(*) AS n
FROM (SELECT 1 FROM orders WHERE account_id = :account_id LIMIT 1001) AS capped;   -- 1001 means "more than 1000"
-- endregion
