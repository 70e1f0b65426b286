-- Rows of a file before they are features. A binary COPY fills the table; the geometry stays in the
-- file's own system and is transformed where it is compared or written (bulk_geometry.sql).
DROP TABLE IF EXISTS pg_temp.import_rows, pg_temp.import_verdicts; -- of an import earlier in the transaction
CREATE TEMP TABLE import_rows (
    source_row integer NOT NULL,
    feature_key text COLLATE "C" NOT NULL,
    source_geom public.geometry(Geometry, {source_srid}) NOT NULL{columns}
) ON COMMIT DROP
