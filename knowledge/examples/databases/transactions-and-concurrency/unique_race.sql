-- Insert if not exists, decided by the index. PostgreSQL 15; $1 … are parameters.
-- region reserve
INSERT INTO usernames (name, user_id) VALUES (lower($1), $2)
ON CONFLICT (name) DO NOTHING
RETURNING user_id;                       -- a row: it is yours. No row: taken, answer 409

-- same request repeated? Compare the owner instead of failing
SELECT user_id = $2 AS mine FROM usernames WHERE name = lower($1);
-- endregion
