
           WHEN NOT public.ST_IsValid({geometry}) THEN 'invalid_on_the_map'
