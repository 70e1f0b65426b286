"""A real PostGIS database for the tests: made from the template, migrated, dropped at the end.

`database` gives the empty, migrated database; `db` rolls one test back; `world` holds the demo
city, committed, because anonymous readers have a database login (and connection) of their own.
"""

import os
from collections.abc import Callable, Iterator

import django
import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.test import Client
from private_installation import Installation, installation
from psycopg2 import sql
from staff_roles import STAFF_ROLES

DATABASE_NAME = os.environ.get("TEST_DATABASE_NAME", f"test_city_{os.getpid()}")
_real_name = os.environ.pop("DATABASE_NAME", None)
os.environ["DATABASE_NAME"] = DATABASE_NAME
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_core.settings")
django.setup()

TEMPLATE = "city_template"


def _administer(statement: str, name: str) -> None:
    entry = settings.DATABASES["default"]
    for maintenance in ("city", "postgres", "template1"):
        try:
            connection = psycopg2.connect(
                host=entry["HOST"],
                port=entry["PORT"] or None,
                user=entry["USER"],
                password=entry["PASSWORD"],
                dbname=_real_name or maintenance,
            )
            break
        except psycopg2.OperationalError:
            continue
    else:
        pytest.exit("The database server does not answer: run script/bootstrap first.", 2)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
        template = TEMPLATE if cursor.fetchone() else "template1"
        cursor.execute(
            sql.SQL(statement).format(name=sql.Identifier(name), template=sql.Identifier(template))
        )
    connection.close()


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty, migrated database with code lists, on both logins."""
    settings.ALLOWED_HOSTS = ["*"]
    # In-process tests need no collected files; the browser tests use the real storage.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # Files of a running server's collection may be replaced while WhiteNoise looks at them.
    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    settings.RASTER_ROOT = tmp_path_factory.mktemp("rasters")
    _administer("DROP DATABASE IF EXISTS {name} WITH (FORCE)", DATABASE_NAME)
    _administer("CREATE DATABASE {name} TEMPLATE {template}", DATABASE_NAME)
    call_command("prepare_database", verbosity=0)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_code_lists", verbosity=0)
    yield DATABASE_NAME
    connections.close_all()
    # Not FORCE: ending the public login's closing connection is a superuser's right; this waits.
    _administer("DROP DATABASE IF EXISTS {name}", DATABASE_NAME)


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation with a cluster and a server of its own, for tests that kill them."""
    with installation(tmp_path_factory.mktemp("alone")) as made:
        yield made


@pytest.fixture
def db(database: str) -> Iterator[None]:
    """Everything that the test writes with the staff login is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def world(database: str) -> str:
    """The demo city, imported by the real importer and committed."""
    call_command("load_demo", verbosity=0)
    return database


@pytest.fixture(scope="session")
def accounts(database: str) -> dict[str, int]:
    """One committed account for each role; role → user id."""
    from gis_core.models import RoleGrant, User

    made = {}
    for role in STAFF_ROLES:
        user = User.objects.create_user(f"test-{role}", password="Ba-Tri-Ben-Tre-68")
        RoleGrant.objects.create(user=user, role=role)
        made[role] = user.pk
    return made


@pytest.fixture
def sign_in(accounts: dict[str, int]) -> Callable[[str], Client]:
    """Return a client of somebody with the named role; `anonymous` signs nobody in."""
    from gis_core.models import User

    def client_of(role: str) -> Client:
        client = Client()
        if role != "anonymous":
            client.force_login(User.objects.get(pk=accounts[role]))
        return client

    return client_of


@pytest.fixture(autouse=True)
def fresh_layers() -> None:
    """Each test sees the layers that it made, not those of half a second ago, and nothing kept."""
    from gis_core.change_log import look_again
    from layers import presence, tile_cache
    from layers.selectors import forget_recent_layers

    forget_recent_layers()
    presence.forget_recent()
    tile_cache.forget()
    look_again()
