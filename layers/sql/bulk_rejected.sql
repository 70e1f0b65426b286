SELECT v.source_row, v.verdict, public.ST_X(place.geom), public.ST_Y(place.geom)
FROM pg_temp.import_verdicts AS v
JOIN pg_temp.import_rows AS s ON s.source_row = v.source_row
CROSS JOIN LATERAL (SELECT public.ST_PointOnSurface(s.geom) AS geom) AS place
WHERE v.verdict NOT IN ('new', 'changed', 'same') ORDER BY v.source_row
