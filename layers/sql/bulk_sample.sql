-- At most {most} rows of each kind, spread evenly over the file, and the rows that are asked for; with
-- the shape for a map and, of changed rows, the new values of what differs.
WITH kinds AS (
    SELECT source_row, feature_id,
           CASE WHEN verdict IN ('new', 'changed', 'same') THEN verdict ELSE 'rejected' END AS kind
    FROM pg_temp.import_verdicts
), numbered AS (
    SELECT kinds.*, row_number() OVER (PARTITION BY kind ORDER BY source_row) AS n,
           count(*) OVER (PARTITION BY kind) AS total
    FROM kinds
)
SELECT s.source_row, n.kind, s.feature_key, n.feature_id,
       public.ST_AsGeoJSON(CASE WHEN public.ST_NPoints(s.geom) > {many_corners}
                                THEN public.ST_SimplifyPreserveTopology(s.geom, {tolerance_deg})
                                ELSE s.geom END, 7),
       CASE WHEN n.kind = 'changed' THEN '{{}}'::jsonb{differences} END
FROM numbered AS n
JOIN pg_temp.import_rows AS s ON s.source_row = n.source_row
LEFT JOIN city.{table} AS t ON t.id = n.feature_id
WHERE n.n * {most} / n.total <> (n.n - 1) * {most} / n.total OR n.source_row = ANY(%(rows)s)
ORDER BY s.source_row
