UPDATE city.{table} AS live SET {assignments}
FROM pg_temp.{rows} AS r
JOIN city.{history} AS h ON h.id = r.id AND h.version = r.target_version
WHERE live.id = r.id
