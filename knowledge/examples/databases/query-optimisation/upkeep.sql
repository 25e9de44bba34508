-- Index upkeep and a materialised view. PostgreSQL 15 and later, data of setup.sql.
-- region unused
SELECT s.relname AS table_name, s.indexrelname AS index_name,
       pg_size_pretty(pg_relation_size(s.indexrelid)) AS size, s.idx_scan
FROM pg_stat_user_indexes s
JOIN pg_index i USING (indexrelid)
WHERE s.idx_scan = 0
  AND NOT i.indisunique                                   -- enforces a rule even when never read
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = s.indexrelid)
ORDER BY pg_relation_size(s.indexrelid) DESC;
-- endregion

-- region duplicates
SELECT indrelid::regclass AS table_name, array_agg(indexrelid::regclass) AS same_definition
FROM pg_index
GROUP BY indrelid, indkey, indclass, indoption, indcollation, indisunique,
         pg_get_expr(indexprs, indrelid), pg_get_expr(indpred, indrelid)
HAVING count(*) > 1;
-- endregion

-- region matview
CREATE MATERIALIZED VIEW revenue_by_day AS
SELECT (created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS orders, sum(total_cents) AS total_cents
FROM orders WHERE status = 'paid' GROUP BY 1;

CREATE UNIQUE INDEX revenue_by_day_key ON revenue_by_day (day);  -- needed by CONCURRENTLY

REFRESH MATERIALIZED VIEW CONCURRENTLY revenue_by_day;           -- readers see the old rows until it is done
-- endregion
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT (created_at AT TIME ZONE 'UTC')::date AS day, sum(total_cents) FROM orders WHERE status = 'paid' GROUP BY 1;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT day, total_cents FROM revenue_by_day;
DROP MATERIALIZED VIEW revenue_by_day;
