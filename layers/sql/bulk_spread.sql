-- Where all rows lie: how many of each kind in each square of a grid, at the middle of these rows.
SELECT kind, count(*), avg(lon), avg(lat)
FROM (
    SELECT CASE WHEN v.verdict IN ('new', 'changed', 'same') THEN v.verdict ELSE 'rejected' END AS kind,
           (public.ST_XMin(s.geom) + public.ST_XMax(s.geom)) / 2 AS lon,
           (public.ST_YMin(s.geom) + public.ST_YMax(s.geom)) / 2 AS lat
    FROM pg_temp.import_verdicts AS v
    JOIN pg_temp.import_rows AS s ON s.source_row = v.source_row
) AS placed
GROUP BY kind, floor(lon / {square_deg}), floor(lat / {square_deg})
ORDER BY 2 DESC
LIMIT {most}
