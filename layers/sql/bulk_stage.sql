-- Rows of a file before they are features. A binary COPY fills the table; the geometry comes in the
-- file's own system and is transformed once, while it arrives, with the parameters that the private
-- SRID carries. Outer rings are stored counter-clockwise, so equal shapes have equal bytes.
DROP TABLE IF EXISTS pg_temp.import_rows, pg_temp.import_verdicts; -- of an import earlier in the transaction
CREATE TEMP TABLE import_rows (
    source_row integer NOT NULL,
    feature_key text COLLATE "C" NOT NULL,
    source_geom public.geometry(Geometry, {source_srid}) NOT NULL{columns},
    geom public.geometry(Geometry, {storage_srid})
        GENERATED ALWAYS AS (public.ST_ForcePolygonCCW(public.ST_Transform(source_geom, {storage_srid}))) STORED
) ON COMMIT DROP
