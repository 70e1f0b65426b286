-- The same as bulk_log.sql for rows of one level whose box is known: reading a million shapes takes longer.
INSERT INTO city.gis_core_featurechange
    (layer_id, level, west_3857, south_3857, east_3857, north_3857, written_at, transaction_id)
SELECT {layer_id}, %(level)s, public.ST_XMin(box), public.ST_YMin(box), public.ST_XMax(box), public.ST_YMax(box),
       clock_timestamp(), pg_current_xact_id()::text::bigint
-- x depends on the longitude alone and y on the latitude, so the corners of the box suffice.
FROM public.ST_Transform(
    public.ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(stored)s), %(tiles)s) AS box;
UPDATE city.layers_layer SET data_version = data_version + 1 WHERE id = {layer_id}
