-- Functions that column defaults and indexes use; they exist before any theme table.

CREATE OR REPLACE FUNCTION city.current_change_set() RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    setting text := current_setting('city.change_set', true);
BEGIN
    IF setting IS NULL OR setting = '' THEN
        RAISE EXCEPTION 'a write without a change set: nothing was written'
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'Write through layers.changes, which sets city.change_set for the transaction.';
    END IF;
    RETURN setting::bigint;
END $$;

-- Ids that say nothing about how many rows were made, or when (a gap would tell that a hidden row
-- exists): a two-round Feistel permutation of a sequence, so without collisions, with 26 bits a half
-- so that an id stays exact in a JavaScript number. The keys are random for each installation.
-- The body is one expression so that INSERT ... SELECT inlines it.
CREATE OR REPLACE FUNCTION city.permute_id(n bigint, key_1 bigint, key_2 bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (((n >> 26) # (hashint8extended(n & 67108863, key_1) & 67108863)) << 26)
         | ((n & 67108863) # (hashint8extended(
               (n >> 26) # (hashint8extended(n & 67108863, key_1) & 67108863), key_2) & 67108863))
$$;

CREATE SEQUENCE IF NOT EXISTS city.feature_id_seq;
CREATE TABLE IF NOT EXISTS city.id_keys (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    key_1 bigint NOT NULL,
    key_2 bigint NOT NULL
);
INSERT INTO city.id_keys (key_1, key_2)
    SELECT ('x' || left(md5(gen_random_uuid()::text), 16))::bit(64)::bigint,
           ('x' || left(md5(gen_random_uuid()::text), 16))::bit(64)::bigint
    ON CONFLICT DO NOTHING;

CREATE OR REPLACE FUNCTION city.new_feature_id() RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN (SELECT city.permute_id(s.n, k.key_1, k.key_2)
            FROM (SELECT nextval('city.feature_id_seq') AS n) AS s, city.id_keys AS k);
END $$;

-- The same folding as gis_core/text_folding.py: no tone marks, d for đ, lower case, single blanks
-- (no-break blanks too, which \s does not match).
CREATE OR REPLACE FUNCTION city.fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT btrim(regexp_replace(
        lower(public.unaccent('public.unaccent'::regdictionary, normalize(value, NFC))), '[\s\u00a0\u2007\u202f]+', ' ', 'g'))
$$;
