-- What no staged row speaks about ends on a day; what begins later stays.
UPDATE city.{table} AS t SET valid_to = %(retire_on)s
WHERE t.layer_id = {layer_id} AND t.valid_to IS NULL
  AND (t.valid_from IS NULL OR t.valid_from <= %(retire_on)s)
  AND NOT EXISTS (SELECT FROM pg_temp.import_rows AS s WHERE s.feature_key = t.feature_key)
