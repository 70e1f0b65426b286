SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid = %s
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
