COPY city.{table} (id, layer_id, change_set_id, source_id, source_row, feature_key, search_text, geom{columns}) FROM STDIN (FORMAT binary)
