"""Promise C6: hostile SQL typed as the public login gets no hidden row, extent or count."""

import re
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connections
from django.db.backends.utils import CursorWrapper
from sample_features import SECRET, add, committed, make_layer

from layers.registry import themes

HIDDEN = "Kinkin"  # in the name of every hidden row
HIDDEN_ROWS = 37


@pytest.fixture(scope="module")
def hidden(database: str) -> Iterator[None]:
    """Hidden rows of each sort, and statistics of the tables that hold them."""
    with committed() as made:
        zones = make_layer("zr-zones", "security", "MultiPolygon", sensitivity=2)
        lamps = make_layer("zr-lamps", "infrastructure", "Point", sensitivity=1)
        plots = make_layer("zr-plots", "parcels")
        made += [zones, lamps, plots]
        for number in range(HIDDEN_ROWS):
            add(zones, f"vung{number}", number, sensitivity=2, name=f"{HIDDEN} vùng {number}")
            add(lamps, f"den{number}", number, name=f"{HIDDEN} đèn {number}")
        add(plots, "mo", 1)
        add(plots, "kin", 2, sensitivity=2, name=f"{HIDDEN} thửa")
        with connections["default"].cursor() as owner:
            for theme in themes():
                owner.execute(f'ANALYZE city."{theme.table}"')
        yield


@pytest.fixture
def reader(hidden: None) -> Iterator[CursorWrapper]:
    with connections["public"].cursor() as cursor:
        yield cursor
    connections["public"].close()


ZONES, LAMPS = "city.layers_securityzone", "city.layers_infrastructure"
REFUSED = [
    f"SELECT * FROM {ZONES}",
    f"SELECT count(*) FROM {ZONES}_history",
    "SELECT * FROM city.gis_core_user",
    "SELECT * FROM gis_core_rolegrant",
    "SELECT * FROM layers_sourcefile",
    "SELECT last_value FROM city.feature_id_seq",
    "SELECT nextval('city.feature_id_seq')",
    "SELECT * FROM city.id_keys",
    "SELECT city.current_change_set()",
    "SELECT reltuples, relpages FROM pg_class",
    "SELECT * FROM pg_statistic",
    "SELECT * FROM pg_stat_user_tables",
    "SELECT * FROM pg_stat_all_tables",
    "SELECT * FROM pg_stat_activity",
    "SELECT * FROM pg_stat_database",
    f"SELECT pg_stat_get_live_tuples('{ZONES}'::regclass)",
    "SELECT pg_relation_size(16400)",
    "SELECT pg_database_size(current_database())",
    "SELECT ST_EstimatedExtent('city', 'layers_securityzone', 'geom')",
    "SELECT ST_EstimatedExtent('layers_securityzone', 'geom')",
    "SELECT ST_FindExtent('city', 'layers_securityzone', 'geom')",
    "SELECT _postgis_stats(16400::regclass, 'geom')",
    "SELECT _postgis_index_extent(16400::regclass, 'geom')",
    f"SELECT table_to_xml('{ZONES}', true, false, '')",
    f"SELECT query_to_xml('SELECT * FROM {ZONES}', true, false, '')",
    f"SELECT ST_AsMVT(t) FROM {ZONES} AS t",
    "SET ROLE city",
    "SET SESSION AUTHORIZATION city",
    "SELECT set_config('role', 'city', false)",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "COPY (SELECT 1) TO '/tmp/x'",
    "CREATE TABLE public.mine (a int)",
    "CREATE TABLE public_data.mine (a int)",
    "CREATE TEMP TABLE mine (a int)",
    "CREATE FUNCTION public.leak(text) RETURNS bool LANGUAGE sql AS 'SELECT true'",
    "CREATE FUNCTION pg_temp.leak(text) RETURNS bool LANGUAGE sql AS 'SELECT true'",
    "CREATE SCHEMA mine",
    "CREATE EXTENSION file_fdw",
    "UPDATE layers_station SET name = 'x'",
    "DELETE FROM layers_parcel",
    "INSERT INTO layers_code (code_list, code, label_vi) VALUES ('a', 'b', 'c')",
    "UPDATE spatial_ref_sys SET proj4text = ''",
    "ALTER VIEW layers_parcel RENAME TO mine",
    "SELECT lo_from_bytea(0, 'fills the disk')",
    "SELECT lo_create(0)",
    "ALTER ROLE gis_public SUPERUSER",
]
EMPTY = [
    "SELECT * FROM layers_securityzone",
    f"SELECT * FROM layers_infrastructure WHERE name LIKE '%{HIDDEN}%'",
    f"SELECT * FROM layers_parcel WHERE name LIKE '%{HIDDEN}%'",
    "SELECT * FROM layers_parcel WHERE sensitivity > 0 OR owner_name IS NOT NULL",
    "SELECT * FROM layers_layer WHERE sensitivity > 0 OR data_version IS NOT NULL",
    "SELECT ST_Extent(geom) AS e FROM layers_securityzone HAVING ST_Extent(geom) IS NOT NULL",
    "SELECT * FROM pg_stats WHERE schemaname IN ('city', 'public_data')",
    "SELECT * FROM pg_stats_ext",
    "SELECT * FROM pg_sequences WHERE last_value IS NOT NULL",
    "SELECT * FROM information_schema.columns WHERE table_schema = 'city'",
    "SELECT * FROM geometry_columns WHERE f_table_schema = 'city'",
    "SELECT passwd FROM pg_user WHERE passwd <> '********'",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_refused(reader: CursorWrapper, sql: str):
    with pytest.raises(DatabaseError) as refusal:
        reader.execute(sql)
    assert HIDDEN not in str(refusal.value)
    told = r"permission denied|must be (owner|superuser)|does not exist|read-only|not found"
    assert re.search(told, str(refusal.value)), str(refusal.value)


@pytest.mark.parametrize("sql", EMPTY)
def test_nothing_there(reader: CursorWrapper, sql: str):
    reader.execute(sql)
    assert reader.fetchall() == []


@pytest.mark.parametrize("theme", themes(), ids=lambda theme: theme.key)
def test_every_view_shows_public_rows_and_no_secret(reader: CursorWrapper, theme):
    reader.execute(f'SELECT t::text FROM "{theme.table}" AS t')
    told = " ".join(text for (text,) in reader.fetchall())
    assert HIDDEN not in told
    assert SECRET not in told


def test_only_what_a_page_needs_has_a_view(reader: CursorWrapper):
    """A new table is not public by accident."""
    reader.execute(
        "SELECT table_name FROM information_schema.views WHERE table_schema = 'public_data'"
    )
    shown = {name for (name,) in reader.fetchall()}
    needed = {"layers_layer", "layers_raster", "layers_code", "layers_adminunitlineage"}
    needed.add("gis_core_featurechange")
    assert shown == needed | {theme.table for theme in themes()}


def test_the_tables_of_people_are_out_of_reach(reader: CursorWrapper):
    reader.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'city'")
    tables = [name for (name,) in reader.fetchall()]
    assert {"gis_core_user", "gis_core_changeset", "django_session"} <= set(tables)
    for name in tables:
        with pytest.raises(DatabaseError, match="permission denied"):
            reader.execute(f'SELECT * FROM city."{name}" LIMIT 1')


def test_slow_questions_are_ended(reader: CursorWrapper):
    reader.execute("SHOW statement_timeout")
    assert reader.fetchone() == ("8s",)


# What PostgreSQL gives away through views that are inlined, which the GiST index needs. Each is
# explained in docs/security.md; strict: the day one is closed, this test says so. Other rows may be
# in the tables (the demo city): the questions are such that these change nothing.
KNOWN_LEAKS = [
    # A cast that fails on a row is evaluated before the layer of the row is looked at.
    f"SELECT 1 FROM layers_infrastructure"
    f" WHERE CASE WHEN name LIKE '{HIDDEN}%' THEN name::int = 1 END",
]


@pytest.fixture
def row_by_row(reader: CursorWrapper) -> CursorWrapper:
    """The login asks for plans that look at every row, as anybody may."""
    reader.execute("SET enable_indexscan = off")
    reader.execute("SET enable_bitmapscan = off")
    return reader


@pytest.mark.xfail(strict=True, reason="views are inlined; see docs/security.md")
@pytest.mark.parametrize("sql", KNOWN_LEAKS)
def test_error_messages_tell_no_hidden_value(row_by_row: CursorWrapper, sql: str):
    try:
        row_by_row.execute(sql)
    except DatabaseError as error:
        assert HIDDEN not in str(error)


@pytest.fixture
def hidden_zones(hidden: None) -> int:
    """How many rows of the zones are hidden: those of this module and whatever else is there."""
    with connections["default"].cursor() as owner:
        owner.execute(f"SELECT count(*) FROM {ZONES} WHERE sensitivity > 0")
        return int(owner.fetchone()[0])


@pytest.mark.xfail(strict=True, reason="EXPLAIN cannot be revoked; see docs/security.md")
def test_plans_tell_no_count_of_hidden_rows(row_by_row: CursorWrapper, hidden_zones: int):
    row_by_row.execute("EXPLAIN ANALYZE SELECT * FROM layers_securityzone")
    plan = " ".join(line for (line,) in row_by_row.fetchall())
    assert f"Rows Removed by Filter: {hidden_zones}" not in plan
