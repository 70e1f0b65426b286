SELECT source_row, verdict FROM pg_temp.import_verdicts
WHERE verdict NOT IN ('new', 'changed', 'same') ORDER BY source_row
