    -- the layer is empty
    SELECT NULL::integer AS source_row, NULL::bigint AS feature_id WHERE false
