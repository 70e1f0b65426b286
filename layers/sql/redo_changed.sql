-- Whether somebody took back or changed what a change set that undid another had left, seen in some of
-- its features.
WITH ended AS (
    SELECT id FROM city.{history} WHERE superseded_by = %(change_set)s LIMIT %(most)s
)
SELECT EXISTS (
    SELECT FROM ended AS h
    LEFT JOIN city.{table} AS live ON live.id = h.id
    LEFT JOIN LATERAL (
        SELECT * FROM city.{history} AS after
        WHERE after.id = h.id AND after.change_set_id = %(change_set)s
        ORDER BY after.version DESC LIMIT 1
    ) AS l ON true
    WHERE CASE WHEN live.change_set_id = %(change_set)s THEN false
               WHEN l.id IS NULL THEN live.id IS NOT NULL
               WHEN live.id IS NULL THEN true
               ELSE ({left_values}) IS DISTINCT FROM ({live_values}) END)
