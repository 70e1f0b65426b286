SELECT objid::bigint
FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid = %s AND objid = ANY (%s)
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
