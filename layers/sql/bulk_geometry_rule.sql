-- Name and text of the rule that judges each geometry of the table.
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = 'city.{table}'::regclass AND contype = 'c' AND conname LIKE '%geom\_fits'
