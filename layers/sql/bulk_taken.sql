
           WHEN (s.{column}, s.source_row) NOT IN (SELECT first.{column}, min(first.source_row)
                                                   FROM pg_temp.import_rows AS first GROUP BY 1)
             OR EXISTS (SELECT FROM city.{table} AS other
                        WHERE other.{column} = s.{column} AND other.valid_to IS NULL
                          AND other.id IS DISTINCT FROM matched.feature_id) THEN 'taken'
