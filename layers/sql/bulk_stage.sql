-- Rows of a file before they are features. A binary COPY fills the table; the shape is transformed with
-- the parameters of its private SRID while the importer prepares the next rows. Outer rings are turned
-- counter-clockwise, so that equal shapes have equal bytes.
DROP TABLE IF EXISTS pg_temp.import_rows, pg_temp.import_verdicts; -- of an import earlier in the transaction
CREATE TEMP TABLE import_rows (
    source_row integer NOT NULL,
    feature_key text COLLATE "C" NOT NULL,
    source_geom public.geometry(Geometry, {source_srid}) NOT NULL,
    geom public.geometry(Geometry, {storage_srid}) NOT NULL
        GENERATED ALWAYS AS (public.ST_ForcePolygonCCW(public.ST_Transform(source_geom, {storage_srid}))) STORED{columns}
) ON COMMIT DROP
