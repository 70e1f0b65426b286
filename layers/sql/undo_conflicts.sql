-- Features that are no longer as the change set left them. Changed and changed back is no conflict.
SELECT r.id, coalesce(live.layer_id, l.layer_id), live.version
FROM pg_temp.{rows} AS r
LEFT JOIN city.{table} AS live ON live.id = r.id
LEFT JOIN city.{history} AS l ON l.id = r.id AND l.version = r.left_version
WHERE CASE WHEN live.id IS NULL THEN r.left_version IS NOT NULL
           WHEN r.left_version IS NULL THEN true
           WHEN live.version = r.left_version THEN false
           ELSE ({left_values}) IS DISTINCT FROM ({live_values}) END
ORDER BY r.id LIMIT %(limit)s
