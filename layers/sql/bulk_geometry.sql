public.ST_ForcePolygonCCW(public.ST_Transform(s.source_geom, {storage_srid}))
