-- Upsert, jsonb, queue and row-level security with assertions; a broken rule stops the script. PostgreSQL 15 and later.
-- psql -X -q -v ON_ERROR_STOP=1 -f features.sql
BEGIN;

CREATE TABLE counters (name text PRIMARY KEY, hits bigint NOT NULL, seen_at timestamptz NOT NULL DEFAULT now());

-- region upsert
-- $1 = name. One statement, no race: insert, or add to the row that is there.
INSERT INTO counters AS c (name, hits) VALUES ('home', 1)
ON CONFLICT (name) DO UPDATE SET hits = c.hits + EXCLUDED.hits, seen_at = now()
RETURNING name, hits, (xmax = 0) AS inserted;   -- a trick; from PostgreSQL 18: (old.name IS NULL) AS inserted
-- endregion

INSERT INTO counters AS c (name, hits) VALUES ('home', 5)
ON CONFLICT (name) DO UPDATE SET hits = c.hits + EXCLUDED.hits;
DO $$ BEGIN
    ASSERT (SELECT hits FROM counters WHERE name = 'home') = 6, 'upsert adds';
END $$;

-- region upsert-guard
-- Write only when something changes and only newer data: a row that fails the WHERE is not returned either.
INSERT INTO counters AS c (name, hits, seen_at) VALUES ('home', 6, '2020-01-01Z')
ON CONFLICT (name) DO UPDATE SET hits = EXCLUDED.hits, seen_at = EXCLUDED.seen_at
WHERE EXCLUDED.seen_at > c.seen_at;
-- endregion
DO $$ BEGIN
    ASSERT (SELECT seen_at > '2021-01-01Z' FROM counters WHERE name = 'home'), 'stale data is ignored';
END $$;

CREATE TABLE get_or_create (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slug text NOT NULL UNIQUE);
INSERT INTO get_or_create (slug) VALUES ('a');
-- region get-or-create
WITH made AS (
    INSERT INTO get_or_create (slug) VALUES ('a') ON CONFLICT (slug) DO NOTHING RETURNING id
)
SELECT id FROM made
UNION ALL
SELECT id FROM get_or_create WHERE slug = 'a'      -- DO NOTHING returns no row for an existing one
LIMIT 1;                                           -- may find none if a racing insert is not visible yet: run it again
-- endregion

CREATE TABLE products (id bigint PRIMARY KEY, attrs jsonb NOT NULL DEFAULT '{}');
INSERT INTO products VALUES (1, '{"color": "red", "sizes": [40, 41], "stock": {"berlin": 3}}'),
                            (2, '{"color": "blue", "sizes": [41], "stock": {}}'), (3, '{"color": null}'), (4, '{}');
-- region jsonb-queries
SELECT id FROM products WHERE attrs @> '{"color": "red"}';             -- containment: the GIN index serves this
SELECT id FROM products WHERE attrs @> '{"sizes": [41]}';              -- also inside arrays
SELECT id FROM products WHERE attrs ->> 'color' = 'red';               -- needs an expression index of its own
SELECT id FROM products WHERE (attrs #>> '{stock,berlin}')::int > 2;   -- range: expression index or a real column
UPDATE products SET attrs = jsonb_set(attrs, '{stock,berlin}', '2') WHERE id = 1;   -- one key, whole value rewritten
UPDATE products SET attrs = attrs - 'sizes' WHERE id = 2;
-- endregion
DO $$ BEGIN
    ASSERT (SELECT array_agg(id ORDER BY id) FROM products WHERE attrs @> '{"sizes": [41]}') = '{1}';
    ASSERT (SELECT count(*) FROM products WHERE attrs ->> 'color' IS NULL) = 2, 'JSON null and a missing key look alike';
    ASSERT (SELECT count(*) FROM products WHERE attrs -> 'color' = 'null') = 1, 'but are different values';
    ASSERT (SELECT attrs FROM products WHERE id = 1) = '{"color": "red", "sizes": [40, 41], "stock": {"berlin": 2}}';
    ASSERT jsonb_set('{}', '{stock,berlin}', '2') = '{}', 'a missing parent is not created';
    ASSERT jsonb_set('{"a": 1}', '{a}', NULL) IS NULL, 'an SQL null wipes the whole document';
END $$;

CREATE TABLE invoices (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, total bigint NOT NULL);
INSERT INTO invoices VALUES (1, 1, 100), (2, 2, 200);
-- region rls
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoices FORCE ROW LEVEL SECURITY;     -- or the owner of the table is exempt
CREATE POLICY tenant ON invoices
    USING      (tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint)
    WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint);
-- In each transaction, because a pooled connection serves the next tenant after COMMIT:
--   BEGIN; SELECT set_config('app.tenant_id', $1, true); …; COMMIT;      true = local to the transaction
-- endregion
CREATE ROLE architect_demo_app;
GRANT SELECT, INSERT, UPDATE ON invoices TO architect_demo_app;
SET LOCAL ROLE architect_demo_app;
DO $$ BEGIN
    ASSERT (SELECT count(*) FROM invoices) = 0, 'no tenant set: nothing';
    PERFORM set_config('app.tenant_id', '2', true);
    ASSERT (SELECT array_agg(id) FROM invoices) = '{2}';
    BEGIN
        INSERT INTO invoices VALUES (3, 1, 300);
        RAISE EXCEPTION 'a row of another tenant was written';
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
    UPDATE invoices SET total = 0 WHERE id = 1;
    ASSERT NOT FOUND, 'foreign rows cannot be updated';
END $$;
RESET ROLE;

DO $$ BEGIN
    ASSERT (SELECT count(*) FROM (VALUES (1), (2)) v (x) WHERE x NOT IN (SELECT NULLIF(y, 3) FROM (VALUES (2), (3)) w (y))) = 0,
        'NOT IN with a null in the list finds nothing';
    ASSERT (SELECT count(*) FROM (VALUES (1), (2)) v (x)
            WHERE NOT EXISTS (SELECT 1 FROM (VALUES (2), (3)) w (y) WHERE NULLIF(y, 3) = x)) = 1, 'NOT EXISTS is right';
END $$;
ROLLBACK;
