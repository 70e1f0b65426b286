-- A row that does not say since when it is valid speaks about the feature that is valid now: it takes
-- its key. {stem} is that feature's key without its first day.
UPDATE pg_temp.import_rows AS s SET {taken}
FROM (
    SELECT {stem} AS stem, min(t.feature_key) AS feature_key, min(t.valid_from) AS valid_from
    FROM city.{table} AS t
    WHERE t.layer_id = {layer_id} AND t.valid_to IS NULL
    GROUP BY 1 HAVING count(*) = 1
) AS live
WHERE s.feature_key = live.stem AND live.feature_key <> live.stem
