-- What only a database superuser may do, for one database of the product. May be repeated.
-- script/setup runs it in the private cluster; on a server of your own an administrator runs
--   psql -v owner=city -v reader=gis_public -d <database> -f deploy/database.sql
-- owner: the product's login (owns the database, no superuser); reader: the login of anonymous
-- visitors. Both must exist. Schemas, views and grants follow in `manage.py prepare_database`.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE EXTENSION IF NOT EXISTS pgrouting;

-- Migrations add the city's own coordinate system (VN-2000 with the official parameters).
GRANT SELECT, INSERT, UPDATE, DELETE ON public.spatial_ref_sys TO :"owner";

-- PostgreSQL 14 lets everybody create in public; 15 and newer do not.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO PUBLIC;
GRANT CREATE ON SCHEMA public TO :"owner";

-- Planner statistics tell the extent and the number of rows of tables that a login cannot read.
-- The reader is left without them, and without large objects; the owner keeps both.
SELECT format('REVOKE ALL ON FUNCTION %1$s FROM PUBLIC', p.oid::regprocedure),
       format('GRANT EXECUTE ON FUNCTION %1$s TO %2$I', p.oid::regprocedure, :'owner')
  FROM pg_proc p
 WHERE p.prokind = 'f'
   AND p.pronamespace IN ('public'::regnamespace, 'pg_catalog'::regnamespace)
   AND (p.proname IN ('st_estimatedextent', 'st_findextent', '_postgis_index_extent',
                      '_postgis_stats', '_postgis_selectivity', '_postgis_join_selectivity',
                      'pg_relation_size', 'pg_table_size', 'pg_total_relation_size',
                      'pg_indexes_size', 'pg_database_size',
                      -- writing without any right on a table: large objects
                      'lo_creat', 'lo_create', 'lo_from_bytea')
        OR p.proname LIKE 'pg\_stat\_get\_%')
\gexec
SELECT format('REVOKE ALL ON pg_catalog.%1$I FROM PUBLIC', c.relname),
       format('GRANT SELECT ON pg_catalog.%1$I TO %2$I', c.relname, :'owner')
  FROM pg_class c
 WHERE c.relnamespace = 'pg_catalog'::regnamespace
   AND (c.relname = 'pg_class' OR (c.relkind = 'v' AND c.relname LIKE 'pg\_stat%'))
   AND c.relname NOT IN ('pg_stats', 'pg_stats_ext', 'pg_stats_ext_exprs')
\gexec
