-- Ids are drawn here and not by the column's default: the default is a function call for each row,
-- the permutation below is inlined.
INSERT INTO city.{table} (id, layer_id, change_set_id, source_id, source_row, feature_key, search_text, geom{columns})
SELECT city.permute_id(s.n, k.key_1, k.key_2), {layer_id}, %(change_set)s, %(source)s, s.source_row,
       s.feature_key, {search_text}, s.geom{values}
FROM (SELECT r.*, nextval('city.feature_id_seq') AS n
      FROM pg_temp.import_rows AS r
      JOIN pg_temp.import_verdicts AS v ON v.source_row = r.source_row AND v.verdict = 'new') AS s,
     city.id_keys AS k
