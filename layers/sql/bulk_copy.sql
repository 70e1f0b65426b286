COPY pg_temp.import_rows (source_row, feature_key, geom{columns}) FROM STDIN (FORMAT binary)
