-- Has a layer rows, or did any other change set than these ever write in it?
SELECT EXISTS (SELECT FROM city.{table} WHERE layer_id = %(layer)s)
    OR EXISTS (
        SELECT FROM city.{versions}
        WHERE layer_id = %(layer)s
          AND (change_set_id <> ALL (%(own)s) OR superseded_by <> ALL (%(own)s)))
