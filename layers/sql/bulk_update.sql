UPDATE city.{table} AS t
SET source_id = %(source)s, source_row = s.source_row, search_text = {search_text},
    geom = CASE WHEN v.moved THEN s.geom ELSE t.geom END{assignments}
FROM pg_temp.import_rows AS s
JOIN pg_temp.import_verdicts AS v ON v.source_row = s.source_row AND v.verdict = 'changed'
WHERE t.id = v.feature_id
