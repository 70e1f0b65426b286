-- Rows of a file before they are features; a binary COPY fills the table.
DROP TABLE IF EXISTS pg_temp.import_rows, pg_temp.import_verdicts; -- of an import earlier in the transaction
CREATE TEMP TABLE import_rows (
    source_row integer NOT NULL,
    feature_key text COLLATE "C" NOT NULL,
    geom public.geometry(Geometry, {srid}) NOT NULL{columns}
) ON COMMIT DROP
