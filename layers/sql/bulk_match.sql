    -- the source says nothing of validity: a row meets the feature that is valid now
    SELECT s.source_row, live.id AS feature_id
    FROM pg_temp.import_rows AS s
    JOIN city.{table} AS live
        ON live.layer_id = {layer_id} AND live.feature_key = s.feature_key AND live.valid_to IS NULL
