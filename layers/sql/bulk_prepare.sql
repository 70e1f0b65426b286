-- Whole tables are joined here. A nested loop is what the planner takes when it believes that a table
-- is empty because nobody has counted it yet, and that costs hours instead of seconds.
SET LOCAL enable_nestloop = off;
SET LOCAL default_statistics_target = 10; -- the numbers of rows matter, not how values are spread
ANALYZE pg_temp.import_rows (source_row, feature_key)
