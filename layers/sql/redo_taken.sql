-- Whether other features have the keys that some features of an undone change set would have again.
WITH ended AS (
    SELECT * FROM city.{history} WHERE superseded_by = %(change_set)s LIMIT %(most)s
)
SELECT EXISTS (
    SELECT FROM ended AS h
    JOIN city.{table} AS live ON {same_key} AND live.valid_to IS NULL AND live.id <> h.id
    WHERE h.valid_to IS NULL AND NOT EXISTS (
        SELECT FROM city.{history} AS own
        WHERE own.id = live.id AND own.superseded_by = %(change_set)s))
