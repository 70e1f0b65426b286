-- The change log: where something was written lately, for caches and open maps (gis_core/change_log.py).

-- A few rows are logged one by one, many with one box for each layer and level. What was there and what
-- is there are logged apart, each under its own level: somebody from whom a row is hidden now learns that
-- it went, and not where it went to.
CREATE OR REPLACE FUNCTION city.log_written() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    written text := CASE TG_OP
        WHEN 'INSERT' THEN 'new_rows'
        WHEN 'DELETE' THEN 'old_rows'
        ELSE '(SELECT layer_id, sensitivity, geom_3857 FROM old_rows
               UNION ALL SELECT layer_id, sensitivity, geom_3857 FROM new_rows)' END;
    many boolean;
BEGIN
    EXECUTE format('SELECT count(*) > 200 FROM (SELECT FROM %s AS w LIMIT 201) AS first_ones', written)
        INTO many;
    EXECUTE format(
        'INSERT INTO city.gis_core_featurechange
             (layer_id, level, west_3857, south_3857, east_3857, north_3857, written_at, transaction_id)
         SELECT layer_id, sensitivity, min(west), min(south), max(east), max(north), clock_timestamp(),
                pg_current_xact_id()::text::bigint
         FROM (SELECT layer_id, sensitivity, public.ST_XMin(geom_3857) AS west, public.ST_YMin(geom_3857) AS south,
                      public.ST_XMax(geom_3857) AS east, public.ST_YMax(geom_3857) AS north
               FROM %s AS w) AS boxes
         GROUP BY layer_id, sensitivity %s',
        written, CASE WHEN many THEN '' ELSE ', west, south, east, north' END);
    -- The log is of use for a day. Rows that somebody else is deleting are left to them.
    IF random() < 0.01 THEN
        DELETE FROM city.gis_core_featurechange WHERE id IN (
            SELECT id FROM city.gis_core_featurechange WHERE written_at < now() - interval '1 day'
            LIMIT 5000 FOR UPDATE SKIP LOCKED);
    END IF;
    RETURN NULL;
END $$;

-- A layer that is shown, hidden or drawn in another way is a change of all its tiles.
CREATE OR REPLACE FUNCTION city.log_layer() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO city.gis_core_featurechange
        (layer_id, level, west_3857, south_3857, east_3857, north_3857, written_at, transaction_id)
    VALUES (NEW.id, 0, -20037508.35, -20037508.35, 20037508.35, 20037508.35, clock_timestamp(),
            pg_current_xact_id()::text::bigint);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER log_layer
    AFTER UPDATE OF slug, theme, geometry_type, sensitivity, publication, current_only, style
    ON city.layers_layer FOR EACH ROW
    WHEN ((to_jsonb(OLD) - 'data_version') IS DISTINCT FROM (to_jsonb(NEW) - 'data_version'))
    EXECUTE FUNCTION city.log_layer();

-- The moment that counts for readers is the end of the transaction: an import may take minutes.
CREATE OR REPLACE FUNCTION city.stamp_end() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE city.gis_core_featurechange SET written_at = clock_timestamp() WHERE id = NEW.id;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS stamp_end ON city.gis_core_featurechange;
CREATE CONSTRAINT TRIGGER stamp_end AFTER INSERT ON city.gis_core_featurechange
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION city.stamp_end();
