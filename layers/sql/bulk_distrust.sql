-- From now on each row is judged again; NOT VALID spares those that are there a second look.
ALTER TABLE city.{table} ENABLE TRIGGER check_inserted;
ALTER TABLE city.{table} ENABLE TRIGGER log_inserted;
ALTER TABLE city.{table} ADD CONSTRAINT {rule} {definition} NOT VALID
