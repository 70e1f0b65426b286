-- What is new in the log: entries of transactions that had not ended at the last look, and the first
-- transaction that has not ended now. No entry is missed, however long its transaction took.
-- Without a schema: visitors read the view of the public schema.
SELECT moment.horizon, c.layer_id, c.level, c.west_3857, c.south_3857, c.east_3857, c.north_3857,
       (extract(epoch FROM c.written_at) * 1000000)::bigint, c.transaction_id
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon) AS moment
LEFT JOIN gis_core_featurechange AS c
    ON c.transaction_id >= %(horizon)s AND c.written_at > now() - interval '1 day'
ORDER BY c.written_at DESC
LIMIT %(most)s
