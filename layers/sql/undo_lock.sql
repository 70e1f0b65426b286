-- In the order of ids, so that two of these never wait for each other.
SELECT count(*) FROM (
    SELECT live.id FROM city.{table} AS live JOIN pg_temp.{rows} AS r ON r.id = live.id
    ORDER BY live.id FOR UPDATE OF live
) AS locked
