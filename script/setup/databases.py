"""The roles and databases of the private cluster, and the addresses the product finds them by."""

import json
import secrets
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from script.setup.checkout import Checkout
from script.setup.cluster import Cluster
from script.setup.stamps import Stamps, fingerprint, write_private

OWNER = "city"
READER = "gis_public"
DATABASE = "city"
TEMPLATE = "city_template"
_SQL_FILE = Path(__file__).resolve().parents[2] / "deploy" / "database.sql"


def database_url(user: str, password: str, database: str, socket: Path) -> str:
    """Return the address of a database behind a unix socket; every part is percent-encoded."""
    login = f"{user}:{quote(password, safe='')}"
    return f"postgres://{login}@/{database}?host={quote(str(socket), safe='')}"


def password_in(url: str | None) -> str | None:
    """Return the password in an address, or None."""
    found = urlsplit(url or "").password
    return unquote(found) if found else None


def read_instance(checkout: Checkout) -> dict[str, str]:
    """Return the installation's secrets and addresses, empty before the first start."""
    try:
        content = json.loads(checkout.instance_file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return dict(content)


def write_instance(checkout: Checkout, cluster: Cluster | None) -> dict[str, str]:
    """Write and return the secrets and addresses; what exists is kept, the socket's place follows.

    Without a cluster (DATABASE_URL replaces it) only the secret key is made.
    """
    old = read_instance(checkout)
    new = {**old, "secret_key": old.get("secret_key") or secrets.token_urlsafe(50)}
    if cluster is not None:
        for key, user in (("database_url", OWNER), ("public_database_url", READER)):
            password = password_in(old.get(key)) or secrets.token_urlsafe(24)
            new[key] = database_url(user, password, DATABASE, cluster.places.socket)
    if new != old:
        write_private(checkout.instance_file, json.dumps(new, indent=1) + "\n")
    return new


def prepare_databases(cluster: Cluster, instance: dict[str, str], stamps: Stamps) -> bool:
    """Make the roles, the city's database and the template of test databases.

    Returns False when nothing had to be done. May be repeated after an interruption.
    """
    passwords = {
        OWNER: password_in(instance["database_url"]) or "",
        READER: password_in(instance["public_database_url"]) or "",
    }
    mark = fingerprint([_SQL_FILE, Path(__file__)], cluster.key, *passwords.values())
    if stamps.is_current("databases", mark):
        return False
    for role, options in ((OWNER, "CREATEDB"), (READER, "NOCREATEDB NOINHERIT")):
        _ensure_role(cluster, role, passwords[role], options)
    for database, owner in ((DATABASE, OWNER), (TEMPLATE, None)):
        _ensure_database(cluster, database, owner)
        variables = {"owner": OWNER, "reader": READER}
        cluster.psql(database, _SQL_FILE.read_text(encoding="utf-8"), variables=variables)
    cluster.psql("postgres", f"ALTER DATABASE {TEMPLATE} IS_TEMPLATE true")
    stamps.set("databases", mark)
    return True


def drop_left_test_databases(cluster: Cluster) -> None:
    """Drop the databases of test runs that were killed: `test_city_<process>_…`."""
    names = cluster.psql(
        "postgres", r"SELECT datname FROM pg_database WHERE datname ~ '^test_city_[0-9]+(_|$)'"
    ).split()
    for name in names:
        if not Path("/proc", name.split("_")[2]).exists():
            cluster.psql("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _ensure_role(cluster: Cluster, role: str, password: str, options: str) -> None:
    exists = cluster.psql("postgres", f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'").strip()  # noqa: S608 - constants
    verb = "ALTER" if exists else "CREATE"
    # The password is of URL-safe characters only: it needs no quoting.
    cluster.psql("postgres", f"{verb} ROLE {role} LOGIN {options} PASSWORD '{password}'")


def _ensure_database(cluster: Cluster, database: str, owner: str | None) -> None:
    found = f"SELECT 1 FROM pg_database WHERE datname = '{database}'"  # noqa: S608 - constants
    if not cluster.psql("postgres", found).strip():
        # Bytes have the order of C.UTF-8; an index on keys takes three quarters of the time.
        order = "LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
        made = f"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8' {order}"
        cluster.psql("postgres", made)
    if owner is not None:
        cluster.psql("postgres", f"ALTER DATABASE {database} OWNER TO {owner}")
