-- What becomes of each staged row: 'new', 'changed', 'same', or the reason why it is rejected.
-- Of several rows with one key (and one last day) the first counts. `moved` tells of a changed row
-- whether its shape differs.
CREATE TEMP TABLE import_verdicts ON COMMIT DROP AS
WITH repeated AS (
    SELECT s.feature_key, {valid_to} AS valid_to, min(s.source_row) AS first_row
    FROM pg_temp.import_rows AS s GROUP BY 1, 2 HAVING count(*) > 1
), matched AS (
{matched}
)
SELECT s.source_row, matched.feature_id, t.geom IS DISTINCT FROM s.geom AS moved,
       CASE
           WHEN repeated.first_row < s.source_row THEN 'duplicate_key'{refusals}
           WHEN matched.feature_id IS NULL THEN 'new'
           WHEN t.geom IS DISTINCT FROM s.geom OR {differs} THEN 'changed'
           ELSE 'same'
       END AS verdict
FROM pg_temp.import_rows AS s
LEFT JOIN repeated ON repeated.feature_key = s.feature_key
    AND repeated.valid_to IS NOT DISTINCT FROM {valid_to}
LEFT JOIN matched ON matched.source_row = s.source_row
LEFT JOIN city.{table} AS t ON t.id = matched.feature_id;
ANALYZE pg_temp.import_verdicts
