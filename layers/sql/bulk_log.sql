-- What the suspended triggers of a first load would have done: the table holds the loaded rows only.
INSERT INTO city.gis_core_featurechange
    (layer_id, level, west_3857, south_3857, east_3857, north_3857, written_at, transaction_id)
SELECT layer_id, sensitivity, public.ST_XMin(box), public.ST_YMin(box), public.ST_XMax(box), public.ST_YMax(box),
       clock_timestamp(), pg_current_xact_id()::text::bigint
FROM (SELECT layer_id, sensitivity, public.ST_Extent(geom_3857) AS box
      FROM city.{table} GROUP BY layer_id, sensitivity) AS extents;
UPDATE city.layers_layer SET data_version = data_version + 1 WHERE id = {layer_id}
