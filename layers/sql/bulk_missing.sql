-- Features of the layer that are valid now and that no staged row speaks about: {what}.
SELECT {what} FROM city.{table} AS t
WHERE t.layer_id = {layer_id} AND t.valid_to IS NULL
  AND NOT EXISTS (SELECT FROM pg_temp.import_rows AS s WHERE s.feature_key = t.feature_key)
