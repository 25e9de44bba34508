#!/usr/bin/env bash
# region drill
# Nightly: restore last night's dump into an empty server, ask questions only live data can answer, time it.
set -euo pipefail
dump=$1 target=$2 # a dump file; a URL of a throw-away server, never production
max_age_hours=${MAX_AGE_HOURS:-26} min_orders=${MIN_ORDERS:-1000}

started=$(date +%s)
psql "$target/postgres" -qX -v ON_ERROR_STOP=1 -c 'DROP DATABASE IF EXISTS drill WITH (FORCE)' -c 'CREATE DATABASE drill'
pg_restore --exit-on-error --no-owner --jobs=4 --dbname="$target/drill" "$dump" # the first error fails the drill
psql "$target/drill" -qX -v ON_ERROR_STOP=1 -v age="$max_age_hours" -v rows="$min_orders" <<'SQL'
SELECT set_config('drill.age', :'age', false), set_config('drill.rows', :'rows', false) \g /dev/null
DO $$
BEGIN
  ASSERT (SELECT count(*) FROM orders) >= current_setting('drill.rows')::int, 'orders are missing';
  ASSERT (SELECT max(placed_at) FROM orders) > now() - make_interval(hours => current_setting('drill.age')::int),
         'the newest order is too old: the backup is stale';
  ASSERT NOT EXISTS (SELECT FROM order_lines l LEFT JOIN orders o ON o.id = l.order_id WHERE o.id IS NULL),
         'lines without an order';
END $$;
SQL
echo "restored in $(($(date +%s) - started)) s" # this number is your recovery time; alert when it grows
# endregion drill
