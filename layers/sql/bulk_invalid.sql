
           WHEN NOT public.ST_IsValid(s.geom) THEN 'invalid_on_the_map'
