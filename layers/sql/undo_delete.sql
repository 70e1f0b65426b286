DELETE FROM city.{table} AS live USING pg_temp.{rows} AS r
WHERE live.id = r.id AND (r.anew OR r.target_version IS NULL)
