-- The features that a change set wrote: the version of each before it (none: it created the feature)
-- and the one that it left (none: it deleted it). `anew`: deleted and inserted again, not updated.
DROP TABLE IF EXISTS pg_temp.{rows};
CREATE TEMP TABLE {rows} ON COMMIT DROP AS
WITH wrote AS (
    SELECT DISTINCT ON (id) id, version, superseded_by IS NOT DISTINCT FROM %(change_set)s AS gone
    FROM city.{versions} WHERE change_set_id = %(change_set)s
    ORDER BY id, version DESC
), ended AS (
    SELECT id, version FROM city.{history}
    WHERE superseded_by = %(change_set)s AND change_set_id <> %(change_set)s
)
SELECT id, ended.version AS target_version,
       CASE WHEN NOT wrote.gone THEN wrote.version END AS left_version, false AS anew
FROM wrote FULL JOIN ended USING (id)
WHERE ended.version IS NOT NULL OR NOT wrote.gone;
ANALYZE pg_temp.{rows}
