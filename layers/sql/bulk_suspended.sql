-- What judges or logs each new row of the table: how to take it away, and how to bring it back.
-- A trigger with a table of new rows has to go wholly: even disabled it makes every statement keep its rows
-- a second time, in a temporary file.
SELECT format('ALTER TABLE city.{table} DROP CONSTRAINT %I', conname),
       format('ALTER TABLE city.{table} ADD CONSTRAINT %I %s NOT VALID', conname,
              regexp_replace(pg_get_constraintdef(oid), ' NOT VALID$', ''))
FROM pg_constraint
WHERE conrelid = 'city.{table}'::regclass AND contype = 'c' AND conname LIKE '%geom\_fits'
UNION ALL
SELECT format('DROP TRIGGER %I ON city.{table}', tgname), pg_get_triggerdef(oid)
FROM pg_trigger
WHERE tgrelid = 'city.{table}'::regclass AND tgtype & 4 > 0 AND tgnewtable IS NOT NULL
