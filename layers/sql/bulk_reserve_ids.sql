COPY (SELECT city.permute_id(nextval('city.feature_id_seq'), k.key_1, k.key_2)
      FROM generate_series(1, {count}), city.id_keys AS k) TO STDOUT (FORMAT binary)
