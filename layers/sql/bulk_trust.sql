-- The rows of a first load have been judged by the importer, and all belong to one layer and change set.
ALTER TABLE city.{table} DROP CONSTRAINT {rule};
ALTER TABLE city.{table} DISABLE TRIGGER check_inserted
