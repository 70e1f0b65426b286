"""The measured city: the generated parcels, imported by the product into a database of its own."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import psycopg2
from psycopg2.extensions import connection as Connection

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"
WORK = REPOSITORY / "var/bench"
PYTHON = sys.executable
LAYER = "bench-parcels"


@dataclass(frozen=True)
class Server:
    """Where the database server of this installation listens, and the owner's login."""

    host: str
    port: str
    user: str
    password: str

    def connect(self, name: str) -> Connection:
        """Open a connection to the named database."""
        return psycopg2.connect(
            host=self.host,
            port=self.port or None,
            user=self.user,
            password=self.password,
            dbname=name,
            options="-c jit=off -c max_parallel_workers_per_gather=0",
        )

    def url(self, name: str) -> str:
        """Return a libpq URL of the named database."""
        # A socket folder stands where the host does, because tipg accepts no empty host.
        return f"postgresql://{self.user}:{self.password}@{quote(self.host, safe='')}/{name}"


def server() -> Server:
    """Return the server that script/bootstrap set up."""
    url = json.loads((REPOSITORY / "var/instance.json").read_text())["database_url"]
    parts = urlsplit(os.environ.get("DATABASE_URL", url))
    host = parse_qs(parts.query).get("host", [parts.hostname or "localhost"])[0]
    return Server(
        host, str(parts.port or ""), unquote(parts.username or ""), unquote(parts.password or "")
    )


def parcels_file(count: int) -> Path:
    """Return the generated shapefile of `count` parcels, made when it is not there."""
    name = "parcels_1m" if count == 1_000_000 else f"parcels_{count // 1000}k"
    path = WORK / "city" / name / f"{name}.shp"
    if not path.exists():
        generator = SHARED / "bench/gen_city.py"
        if not generator.exists():
            raise SystemExit("The generator of the measured city is not here (../shared/bench).")
        subprocess.run(
            [PYTHON, generator, WORK / "city", "--parcels", str(count)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return path


def environment(name: str) -> dict[str, str]:
    """Return the environment in which the product uses the named database."""
    return {**os.environ, "DATABASE_NAME": name, "DJANGO_SETTINGS_MODULE": "gis_core.settings"}


def manage(name: str, *arguments: str) -> str:
    """Run a management command on the named database and return what it printed."""
    done = subprocess.run(
        [PYTHON, REPOSITORY / "manage.py", *arguments],
        env=environment(name),
        check=True,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
    )
    return done.stdout


def make_database(name: str) -> None:
    """Make an empty, migrated database, replacing one of the same name."""
    connection = server().connect("city")
    connection.autocommit = True
    with connection.cursor() as cursor:
        for _attempt in range(60):
            try:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                break
            except psycopg2.errors.InsufficientPrivilege:  # an autovacuum is at work in it
                time.sleep(0.5)
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE city_template')
    connection.close()
    for command in ("prepare_database", "migrate", "load_code_lists"):
        manage(name, command)


def import_parcels(name: str, count: int) -> float:
    """Import the generated parcels as a published public layer.

    Returns the seconds until the report, which comes when the rows are committed and both indexes
    of shapes stand; those of the search and the attribute table are built after it, before this
    returns.
    """
    options = ("--title-vi", "Thửa đất đo tốc độ", "--sensitivity", "public")
    start = time.perf_counter()
    with subprocess.Popen(
        [
            *(
                PYTHON,
                REPOSITORY / "manage.py",
                "import_layer",
                str(parcels_file(count)),
                "--apply",
            ),
            *("--theme", "parcels", "--layer", LAYER, "--create-layer", *options),
            *("--publication", "published"),
        ],
        env=environment(name),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=REPOSITORY,
    ) as running:
        report = running.stdout.readline() if running.stdout else b""
        seconds = time.perf_counter() - start
        running.communicate()
    if running.returncode or not report:
        raise SystemExit("The import failed: run it by hand to see why.")
    return seconds


def ready_database(count: int) -> str:
    """Return the name of a database that holds the imported parcels; made once and kept."""
    name = f"bench_{count // 1000}k"
    try:
        connection = server().connect(name)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM city.layers_parcel")
            complete = cursor.fetchone()[0] == count
        connection.close()
    except psycopg2.Error:
        complete = False
    if not complete:
        make_database(name)
        import_parcels(name, count)
        connection = server().connect(name)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE city.layers_parcel")
        connection.close()
    return name
