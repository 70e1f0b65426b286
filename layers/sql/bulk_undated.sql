-- New rows with a first day beside a valid feature of the same key without one. {stem} is the row's key
-- without its first day.
SELECT s.source_row, live.feature_key, public.ST_X(place.geom), public.ST_Y(place.geom)
FROM pg_temp.import_rows AS s
JOIN pg_temp.import_verdicts AS v ON v.source_row = s.source_row AND v.verdict = 'new'
JOIN city.{table} AS live ON live.layer_id = {layer_id} AND live.feature_key = {stem}
    AND live.valid_from IS NULL AND live.valid_to IS NULL
CROSS JOIN LATERAL (SELECT public.ST_PointOnSurface(s.geom) AS geom) AS place
WHERE s.valid_from IS NOT NULL
ORDER BY s.source_row LIMIT {most}
