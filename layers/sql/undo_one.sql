-- One feature that goes back to a version of its own.
DROP TABLE IF EXISTS pg_temp.{rows};
CREATE TEMP TABLE {rows} ON COMMIT DROP AS
SELECT %(id)s::bigint AS id, %(version)s::integer AS target_version,
       NULL::integer AS left_version, false AS anew
