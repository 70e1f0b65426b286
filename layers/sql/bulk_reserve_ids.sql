-- The number is made below OFFSET 0: as an argument nextval would be volatile, and the function not inlined.
COPY (SELECT city.permute_id(s.n, k.key_1, k.key_2)
      FROM (SELECT nextval('city.feature_id_seq') AS n FROM generate_series(1, {count}) OFFSET 0) AS s,
           city.id_keys AS k) TO STDOUT (FORMAT binary)
