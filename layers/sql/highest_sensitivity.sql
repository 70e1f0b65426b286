-- How sensitive features are, or have ever been: who must not know of a row must not read drafts of it.
SELECT id, max(sensitivity)
FROM (
    SELECT id, sensitivity FROM city.{table} WHERE id = ANY (%(ids)s)
    UNION ALL
    SELECT id, sensitivity FROM city.{history} WHERE id = ANY (%(ids)s)
) AS every_version
GROUP BY id
