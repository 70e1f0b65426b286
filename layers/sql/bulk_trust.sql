-- The rows of a first load have been judged by the importer, and all belong to one layer and change set.
ALTER TABLE city.{table} DROP CONSTRAINT {rule};
ALTER TABLE city.{table} DISABLE TRIGGER check_inserted;
-- The log of the load is one box: its trigger would keep every row a second time until the end of COPY.
ALTER TABLE city.{table} DISABLE TRIGGER log_inserted
