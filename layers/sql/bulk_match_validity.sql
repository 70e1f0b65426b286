    -- a row meets the feature with its last day; where there is none and it is the last of its key, it
    -- ends the feature that is valid now
    SELECT s.source_row, coalesce(same_day.id, live.id) AS feature_id
    FROM pg_temp.import_rows AS s
    JOIN (SELECT feature_key, max(valid_to) AS last_day, bool_or(valid_to IS NULL) AS stays_valid
          FROM pg_temp.import_rows GROUP BY 1) AS span ON span.feature_key = s.feature_key
    LEFT JOIN city.{table} AS same_day
        ON same_day.layer_id = {layer_id} AND same_day.feature_key = s.feature_key
        AND coalesce(same_day.valid_to, 'infinity') = coalesce(s.valid_to, 'infinity')
    LEFT JOIN city.{table} AS live
        ON live.layer_id = {layer_id} AND live.feature_key = s.feature_key AND live.valid_to IS NULL
        AND NOT span.stays_valid AND s.valid_to = span.last_day
    WHERE same_day.id IS NOT NULL OR live.id IS NOT NULL
