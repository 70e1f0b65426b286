-- The last version of one feature, and whether it is on the map.
SELECT max(version), coalesce(bool_or(superseded_at IS NULL), false)
FROM city.{versions} WHERE id = %(id)s
