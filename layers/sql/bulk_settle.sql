-- A shape whose vertices all lie within {unmoved_deg} degrees of the stored ones, part by part and ring by
-- ring, has not moved. It is compared with the stored shape, which stays, so small steps never add up.
UPDATE pg_temp.import_verdicts AS v
SET moved = false, verdict = CASE WHEN {differs} THEN 'changed' ELSE 'same' END
FROM pg_temp.import_rows AS s, city.{table} AS t
WHERE v.verdict = 'changed' AND v.moved AND s.source_row = v.source_row AND t.id = v.feature_id
  AND NOT EXISTS (
      SELECT FROM ROWS FROM (public.ST_DumpPoints(s.geom), public.ST_DumpPoints(t.geom))
          AS vertex (path, here, stored_path, stored)
      WHERE path IS DISTINCT FROM stored_path
         OR abs(public.ST_X(here) - public.ST_X(stored)) > {unmoved_deg}
         OR abs(public.ST_Y(here) - public.ST_Y(stored)) > {unmoved_deg}
  )
