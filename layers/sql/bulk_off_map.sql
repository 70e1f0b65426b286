
           WHEN public.ST_XMin(s.geom) < -180 OR public.ST_XMax(s.geom) > 180
             OR public.ST_YMin(s.geom) < -85.06 OR public.ST_YMax(s.geom) > 85.06 THEN 'out_of_bounds'
