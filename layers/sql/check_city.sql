-- Keys of the edited shapes that do not lie inside the wards of the city; none where no ward is known.
WITH wards AS MATERIALIZED (
    SELECT geom FROM city.{wards}
    WHERE code = ANY (%(codes)s) AND level = 'commune' AND valid_to IS NULL AND sensitivity = 0
)
SELECT e.key
FROM unnest(%(keys)s::text[], %(shapes)s::bytea[]) AS e (key, wkb)
CROSS JOIN LATERAL (SELECT public.ST_GeomFromWKB(e.wkb, {storage}) AS geom) AS shape
WHERE EXISTS (SELECT FROM wards)
  AND NOT coalesce((SELECT public.ST_Covers(public.ST_Union(w.geom), shape.geom)
                    FROM wards AS w WHERE w.geom && shape.geom), false)
