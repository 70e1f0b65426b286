-- Since when a session waits for a lock that another one holds. Who waits for less than a second
-- does so in passing.
SELECT min(waitstart) FROM pg_locks
WHERE pid = %s AND NOT granted AND waitstart < clock_timestamp() - interval '1 second'
