-- The same id, and the version after the last one: the chain of versions stays whole. All come back at
-- one moment, which lies behind the deletion that may have gone before in a statement of its own.
INSERT INTO city.{table} (id, version, changed_at, change_set_id, {columns})
SELECT h.id, (SELECT max(last.version) FROM city.{history} AS last WHERE last.id = h.id) + 1,
       statement_timestamp(), %(change_set)s, {contents}
FROM pg_temp.{rows} AS r
JOIN city.{history} AS h ON h.id = r.id AND h.version = r.target_version
WHERE NOT EXISTS (SELECT FROM city.{table} AS live WHERE live.id = r.id)
