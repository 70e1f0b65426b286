-- One version of a feature that is not the live one any more, if the reader's level allows it.
SELECT {columns}, public.ST_AsBinary(geom)
FROM city.{history}
WHERE id = %(feature_id)s AND version = %(version)s AND layer_id = %(layer_id)s AND sensitivity <= %(level)s
