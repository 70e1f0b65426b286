-- At most {most} rows of each kind, spread evenly over the file, and the rows that are asked for; with
-- the shape for a map and, of changed rows, the new values of what differs.
WITH kinds AS (
    SELECT source_row, feature_id, moved,
           CASE WHEN verdict IN ('new', 'changed', 'same') THEN verdict ELSE 'rejected' END AS kind
    FROM pg_temp.import_verdicts
), numbered AS (
    SELECT kinds.*, row_number() OVER (PARTITION BY kind ORDER BY source_row) AS n,
           count(*) OVER (PARTITION BY kind) AS total
    FROM kinds
)
SELECT s.source_row, v.kind, s.feature_key, v.feature_id,
       public.ST_AsGeoJSON(CASE WHEN public.ST_NPoints(s.geom) > {many_corners}
                                THEN public.ST_SimplifyPreserveTopology(s.geom, {tolerance_deg})
                                ELSE s.geom END, 7),
       CASE WHEN v.kind = 'changed' THEN '{{}}'::jsonb{differences} END
FROM numbered AS v
JOIN pg_temp.import_rows AS s ON s.source_row = v.source_row
LEFT JOIN city.{table} AS t ON t.id = v.feature_id
WHERE v.n * {most} / v.total <> (v.n - 1) * {most} / v.total OR v.source_row = ANY(%(rows)s)
ORDER BY s.source_row
