-- Built-in full-text search: column, index, ranking, and what it does not do. PostgreSQL 15; psql -X -q -v ON_ERROR_STOP=1 -f fulltext.sql
\pset format unaligned
\pset tuples_only on
\pset fieldsep '  '
SET client_min_messages = warning;
-- region ddl
CREATE TABLE articles (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title  text NOT NULL,
    body   text NOT NULL,
    search tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'B')) STORED
);
CREATE INDEX articles_search ON articles USING gin (search);
-- endregion
INSERT INTO articles (title, body) VALUES
    ('Retrying payments', 'How to retry a charge without charging twice'),
    ('Queues', 'Workers retried the job; payments are unaffected'),
    ('Indexes', 'B-tree and GIN');
\echo -- region queries
\echo '-- stems: retry finds Retrying and retried; titles weigh more'
SELECT id, title, round(ts_rank(search, q)::numeric, 2) FROM articles, websearch_to_tsquery('english', 'retry payment') q
WHERE search @@ q ORDER BY ts_rank(search, q) DESC;
\echo '-- user syntax is safe: quotes, or, minus'
SELECT id, title FROM articles WHERE search @@ websearch_to_tsquery('english', 'payment -charge');
\echo '-- a typo finds nothing; trigrams would'
SELECT count(*) FROM articles WHERE search @@ websearch_to_tsquery('english', 'paymnet');
\echo '-- prefix of what is being typed'
SELECT id, title FROM articles WHERE search @@ to_tsquery('english', 'pay:*') ORDER BY id;
\echo -- endregion
DROP TABLE articles;
