"""The second wall: what the public database login can see, whatever the application forgets.

`gis_public` reads views in schema `public_data` that carry the names of the tables, hold published
public rows only, and show NULL in columns that are not public. It has no right on schema `city`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.utils import ProgrammingError

from gis_core.access import PUBLIC_DATABASE, STAFF_DATABASE, Sensitivity
from gis_core.crs import spatial_ref_sys_rows

# Vietnamese alphabetical order with numbers by their value: "Phường 2" before "Phường 10".
NATURAL_ORDER = "city_vi"
_NATURAL_LOCALE = "vi-u-kn-true"
EXTENSIONS = ("postgis", "unaccent", "pg_trgm", "btree_gist")
# Estimates come from statistics of all rows, so they tell that hidden rows exist.
_ESTIMATORS = (
    "ST_EstimatedExtent(text, text, text, boolean)",
    "ST_EstimatedExtent(text, text, text)",
    "ST_EstimatedExtent(text, text)",
    "_postgis_index_extent(regclass, text)",
    "_postgis_selectivity(regclass, text, geometry, text)",
    "_postgis_stats(regclass, text, text)",
)


@dataclass(frozen=True)
class PublicView:
    """A view of the public schema: rows where `where` holds; hidden columns read NULL."""

    table: str
    where: str
    hidden: frozenset[str] = frozenset()


def published_rows(fields: Mapping[str, Sensitivity], table: str) -> PublicView:
    """Return the view of a theme table whose columns have the given sensitivities."""
    return PublicView(
        table=table,
        where="sensitivity = 0 AND layer_id IN (SELECT id FROM city.layers_layer"
        " WHERE sensitivity = 0 AND publication = 'published')",
        hidden=frozenset(name for name, level in fields.items() if level > Sensitivity.PUBLIC),
    )


def prepare(using: str = STAFF_DATABASE) -> list[str]:
    """Make extensions, schemas, the Vietnamese order and VN-2000 systems; return what was done.

    Raises ImproperlyConfigured with the SQL that an administrator must run where this login has
    no right to do a step itself. Idempotent.
    """
    done: list[str] = []
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        present = {name for (name,) in cursor.fetchall()}
        for name in EXTENSIONS:
            if name not in present:
                _or_tell(cursor, f"CREATE EXTENSION {name} SCHEMA public")
                done.append(f"extension {name}")
        for schema in ("city", "public_data"):
            cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
            if cursor.fetchone() is None:
                _or_tell(cursor, f"CREATE SCHEMA {schema}")
                done.append(f"schema {schema}")
        cursor.execute(
            "SELECT 1 FROM pg_collation WHERE collname = %s"
            " AND collnamespace = 'public'::regnamespace",
            [NATURAL_ORDER],
        )
        if cursor.fetchone() is None:
            _or_tell(
                cursor,
                f"CREATE COLLATION public.{NATURAL_ORDER}"
                f" (provider = icu, locale = '{_NATURAL_LOCALE}')",
            )
            done.append(f"collation {NATURAL_ORDER}")
        done += _reference_systems(cursor)
    return done


def _or_tell(cursor: CursorWrapper, statement: str) -> None:
    try:
        cursor.execute(statement)
    except ProgrammingError as error:
        raise ImproperlyConfigured(
            f"This database login may not do: {statement}; — ask the database administrator"
            f" to run it as a superuser in this database, then start again. ({error})".replace(
                "\n", " "
            )
        ) from error


def _reference_systems(cursor: CursorWrapper) -> list[str]:
    cursor.execute("SELECT srid, proj4text FROM public.spatial_ref_sys WHERE srid >= 900000")
    present = dict(cursor.fetchall())
    added = []
    for row in spatial_ref_sys_rows():
        if row.srid not in present:
            values = cursor.mogrify("(%s, %s, %s, %s, %s)", list(row)).decode()
            _or_tell(
                cursor,
                "INSERT INTO public.spatial_ref_sys"  # noqa: S608 -- values by mogrify
                f" (srid, auth_name, auth_srid, srtext, proj4text) VALUES {values}",
            )
            added.append(f"reference system {row.srid}")
        elif present[row.srid].split() != row.proj4text.split():
            raise ImproperlyConfigured(
                f"spatial_ref_sys holds SRID {row.srid} with other parameters than the official"
                " ones: remove that row, then start again."
            )
    return added


def synchronise_views(views: Sequence[PublicView], using: str = STAFF_DATABASE) -> None:
    """Make the public schema hold exactly `views`, readable by the public login."""
    connection = connections[using]
    login = connections[PUBLIC_DATABASE].settings_dict["USER"]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.views WHERE table_schema = 'public_data'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP VIEW public_data.{connection.ops.quote_name(name)} CASCADE")
        for view in views:
            _create_view(cursor, view)
        _grant(cursor, str(login))


def _create_view(cursor: CursorWrapper, view: PublicView) -> None:
    quote = cursor.db.ops.quote_name
    cursor.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        [f'city."{view.table}"'],
    )
    columns = cursor.fetchall()
    if not columns:
        return
    shown = ", ".join(
        f"NULL::{kind} AS {quote(name)}" if name in view.hidden else quote(name)
        for name, kind in columns
    )
    cursor.execute(
        f"CREATE VIEW public_data.{quote(view.table)} AS"  # noqa: S608 -- quoted names
        f" SELECT {shown} FROM city.{quote(view.table)} WHERE {view.where}"
    )


def _grant(cursor: CursorWrapper, login: str) -> None:
    owner = str(cursor.db.settings_dict["USER"])
    if login == owner:
        return
    role = cursor.db.ops.quote_name(login)
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login])
    if cursor.fetchone() is None:
        raise ImproperlyConfigured(
            f"The public database login {login!r} does not exist: make it with"
            f" CREATE ROLE {role} LOGIN NOINHERIT PASSWORD '…'; and set PUBLIC_DATABASE_URL."
        )
    cursor.execute(f"GRANT USAGE ON SCHEMA public_data TO {role}")
    cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public_data TO {role}")
    cursor.execute(f"REVOKE ALL ON SCHEMA city FROM PUBLIC, {role}")
    # A function of one's own in pg_temp would be called with rows that the views leave out.
    database = cursor.db.ops.quote_name(cursor.db.settings_dict["NAME"])
    cursor.execute(f"GRANT TEMPORARY ON DATABASE {database} TO {cursor.db.ops.quote_name(owner)}")
    cursor.execute(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {role}")


def revoke_statements(login: str) -> list[str]:
    """Return what a superuser runs once so that estimates of hidden rows are out of reach."""
    shared = [f"REVOKE EXECUTE ON FUNCTION public.{name} FROM PUBLIC" for name in _ESTIMATORS]
    return [
        *shared,
        f"ALTER ROLE {login} SET statement_timeout = '8s'",
        f"ALTER ROLE {login} SET default_transaction_read_only = on",
    ]


def public_sql(name: str) -> str:
    """Return the text of an SQL file of this package."""
    return (files("gis_core") / "sql" / name).read_text(encoding="utf-8")
