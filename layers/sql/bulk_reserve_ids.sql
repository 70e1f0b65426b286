-- One number of the sequence for each block of ids (layers/feature_ids.py), and the keys of the permutation.
SELECT (SELECT array_agg(nextval('city.feature_id_seq')) FROM generate_series(1, %s)), key_1, key_2
FROM city.id_keys
