-- Is a place, before or after, outside all of the named wards?
SELECT EXISTS (
    SELECT FROM pg_temp.{rows} AS r
    JOIN city.{versions} AS v ON v.id = r.id
        AND (v.superseded_at IS NULL OR v.version = r.target_version)
    WHERE v.layer_id = %(layer)s AND NOT EXISTS (
        SELECT FROM city.{wards} AS ward
        WHERE ward.code = ANY (%(codes)s) AND ward.level = 'commune' AND ward.valid_to IS NULL
          AND ST_Covers(ward.geom, v.geom)))
