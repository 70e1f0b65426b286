-- History of every theme table: a version is stored exactly once. The live row carries its version,
-- the change set that made it and the time; when it is changed or deleted, the old row moves to
-- <table>_history with the change set that ended it. Statement-level triggers with transition tables
-- see COPY, bulk writes and raw SQL alike, and cost one INSERT ... SELECT a statement.

CREATE OR REPLACE FUNCTION city.stamp_version() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id <> OLD.id THEN
        RAISE EXCEPTION 'the id of a feature never changes';
    END IF;
    NEW.version := OLD.version + 1;
    NEW.change_set_id := city.current_change_set();
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END $$;

-- Rules that span rows and that a CHECK cannot see: the layer exists, belongs to the table's theme and
-- holds one geometry type; every row names the change set of this transaction.
-- Arguments: theme key; 'any' where the column admits several geometry types, else 'one'.
CREATE OR REPLACE FUNCTION city.check_new_rows() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    current_set bigint := city.current_change_set();
    wrong text;
    foreign_set boolean;
    layers bigint[];
BEGIN
    -- One pass over the new rows, which may be a million.
    SELECT bool_or(change_set_id <> current_set), array_agg(DISTINCT layer_id)
    INTO foreign_set, layers FROM new_rows;
    IF foreign_set THEN
        RAISE EXCEPTION 'rows must carry the change set of their transaction';
    END IF;
    IF NOT EXISTS (SELECT FROM city.gis_core_changeset WHERE id = current_set) THEN
        RAISE EXCEPTION 'change set % does not exist', current_set;
    END IF;
    SELECT 'layer ' || used.layer_id INTO wrong
    FROM unnest(layers) AS used (layer_id)
    LEFT JOIN city.layers_layer AS layer ON layer.id = used.layer_id
    WHERE layer.id IS NULL OR layer.theme <> TG_ARGV[0] LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '% is not a layer of theme %', wrong, TG_ARGV[0];
    END IF;
    IF TG_ARGV[1] = 'any' THEN
        SELECT GeometryType(row_.geom) INTO wrong
        FROM new_rows AS row_ JOIN city.layers_layer AS layer ON layer.id = row_.layer_id
        WHERE GeometryType(row_.geom) <> upper(layer.geometry_type) LIMIT 1;
        IF wrong IS NOT NULL THEN
            RAISE EXCEPTION 'the layer does not hold geometries of type %', wrong;
        END IF;
    END IF;
    UPDATE city.layers_layer AS layer SET data_version = layer.data_version + 1
    WHERE layer.id = ANY (layers);
    RETURN NULL;
END $$;

-- An old row ends at the moment at which the new one begins: at any moment there is one version.
CREATE OR REPLACE FUNCTION city.keep_old_rows() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO city.%I (%s, superseded_at, superseded_by, operation)
         SELECT %s, %s, city.current_change_set(), %L FROM old_rows %s',
        TG_TABLE_NAME || '_history', TG_ARGV[0], TG_ARGV[0],
        CASE TG_OP WHEN 'UPDATE' THEN 'following.began_at' ELSE 'clock_timestamp()' END,
        lower(TG_OP),
        CASE TG_OP WHEN 'UPDATE' THEN
            'JOIN (SELECT id AS new_id, changed_at AS began_at FROM new_rows) AS following
                ON following.new_id = old_rows.id'
        END);
    UPDATE city.layers_layer AS layer SET data_version = layer.data_version + 1
    WHERE layer.id IN (SELECT layer_id FROM old_rows);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION city.refuse_truncate() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'TRUNCATE would lose history: delete rows through layers.changes';
END $$;
