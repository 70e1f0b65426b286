
           WHEN NOT s.geom OPERATOR(public.@) public.ST_MakeEnvelope(-180, -85.06, 180, 85.06, {storage_srid})
           THEN 'out_of_bounds'
