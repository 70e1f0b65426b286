-- In how many rows each field differs from what is there.
SELECT {counts}
FROM pg_temp.import_verdicts AS v
JOIN pg_temp.import_rows AS s ON s.source_row = v.source_row
JOIN city.{table} AS t ON t.id = v.feature_id
WHERE v.verdict = 'changed'
