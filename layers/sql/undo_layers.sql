-- The layers of all versions that are read or written, and the highest class among them.
SELECT v.layer_id, max(v.sensitivity)
FROM pg_temp.{rows} AS r
JOIN city.{versions} AS v ON v.id = r.id
    AND (v.superseded_at IS NULL OR v.version IN (r.target_version, r.left_version))
GROUP BY v.layer_id
