COPY pg_temp.import_rows (source_row, feature_key, source_geom{columns}) FROM STDIN (FORMAT binary)
