-- Where new and changed areas overlap valid features of their layer that no staged row speaks about;
-- m² in the city's zone, the largest first.
WITH fresh AS MATERIALIZED (
    SELECT s.source_row, s.geom FROM pg_temp.import_rows AS s
    JOIN pg_temp.import_verdicts AS v ON v.source_row = s.source_row AND v.verdict IN ('new', 'changed')
), beside AS MATERIALIZED (
    SELECT f.source_row, t.feature_key, public.ST_Intersection(f.geom, t.geom) AS part
    FROM fresh AS f
    JOIN city.{table} AS t ON t.layer_id = {layer_id} AND t.valid_to IS NULL AND t.geom && f.geom
    WHERE public.ST_Relate(t.geom, f.geom, '2********')
      AND NOT EXISTS (SELECT FROM pg_temp.import_rows AS s WHERE s.feature_key = t.feature_key)
    LIMIT {most}
), measured AS (
    SELECT source_row, feature_key, part, public.ST_Area(public.ST_Transform(part, {zone})) AS area_m2
    FROM beside
)
SELECT source_row, feature_key, area_m2, public.ST_X(place.geom), public.ST_Y(place.geom)
FROM measured
CROSS JOIN LATERAL (SELECT public.ST_PointOnSurface(part) AS geom) AS place
WHERE area_m2 > {least_m2}
ORDER BY area_m2 DESC
