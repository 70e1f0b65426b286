-- A row that holds now what another row takes back must let go of it first, whatever the order.
UPDATE pg_temp.{rows} AS holder SET anew = true
FROM pg_temp.{rows} AS taker
JOIN city.{history} AS h ON h.id = taker.id AND h.version = taker.target_version
JOIN city.{table} AS live ON {same_key} AND live.valid_to IS NULL AND live.id <> h.id
WHERE h.valid_to IS NULL AND holder.id = live.id AND holder.target_version IS NOT NULL
