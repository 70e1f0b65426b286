-- One theme table's history and triggers. {table}, {columns}, {theme}, {types} are filled in by
-- gis_core/history.py with quoted names.
CREATE TABLE IF NOT EXISTS city.{history} (LIKE city.{table});
ALTER TABLE city.{history} DROP COLUMN IF EXISTS geom_3857;
ALTER TABLE city.{history}
    ADD COLUMN IF NOT EXISTS superseded_at timestamptz NOT NULL,
    ADD COLUMN IF NOT EXISTS superseded_by bigint NOT NULL,
    ADD COLUMN IF NOT EXISTS operation text NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS {history_key} ON city.{history} (id, version);
CREATE INDEX IF NOT EXISTS {history_set_index} ON city.{history} (change_set_id);
CREATE INDEX IF NOT EXISTS {history_end_index} ON city.{history} (superseded_by);

-- Every version of every feature; live ones have no end.
DROP VIEW IF EXISTS city.{versions};
CREATE VIEW city.{versions} AS
    SELECT {kept}, NULL::timestamptz AS superseded_at, NULL::bigint AS superseded_by FROM city.{table}
    UNION ALL
    SELECT {kept}, superseded_at, superseded_by FROM city.{history};

CREATE OR REPLACE TRIGGER stamp_version BEFORE UPDATE ON city.{table}
    FOR EACH ROW EXECUTE FUNCTION city.stamp_version();
CREATE OR REPLACE TRIGGER check_inserted AFTER INSERT ON city.{table}
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION city.check_new_rows({theme}, {types});
CREATE OR REPLACE TRIGGER check_updated AFTER UPDATE ON city.{table}
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION city.check_new_rows({theme}, {types});
CREATE OR REPLACE TRIGGER keep_updated AFTER UPDATE ON city.{table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION city.keep_old_rows({columns});
CREATE OR REPLACE TRIGGER keep_deleted AFTER DELETE ON city.{table}
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION city.keep_old_rows({columns});
CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON city.{table}
    FOR EACH STATEMENT EXECUTE FUNCTION city.refuse_truncate();
-- By name after the triggers above: they hold the layer's row, so the log of a layer has the order in
-- which its writes come to an end.
CREATE OR REPLACE TRIGGER log_inserted AFTER INSERT ON city.{table}
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION city.log_written();
CREATE OR REPLACE TRIGGER log_updated AFTER UPDATE ON city.{table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION city.log_written();
CREATE OR REPLACE TRIGGER log_deleted AFTER DELETE ON city.{table}
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION city.log_written();
