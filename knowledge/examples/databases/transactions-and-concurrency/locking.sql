-- Row locks as used from code. PostgreSQL 15; $1 … are parameters.

-- region for-update
BEGIN;
SELECT id, status, total_cents FROM orders WHERE id = $1 FOR NO KEY UPDATE;   -- others wait here; readers do not
-- … decide with the row in hand: no other session can change it now …
UPDATE orders SET status = 'paid' WHERE id = $1;
COMMIT;                                                                       -- the lock ends here, not before

SELECT id FROM orders WHERE id = $1 FOR UPDATE NOWAIT;                        -- 55P03 at once when it is taken
SELECT id FROM jobs WHERE state = 'ready' ORDER BY id LIMIT 10 FOR UPDATE SKIP LOCKED;  -- a work queue
-- endregion

-- region ordered
BEGIN;
-- take all locks first, in one order that every transaction uses
SELECT id FROM accounts WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE;
UPDATE accounts SET balance = balance - $2 WHERE id = $3;
UPDATE accounts SET balance = balance + $2 WHERE id = $4;
COMMIT;
-- endregion
