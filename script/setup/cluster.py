"""The private PostgreSQL cluster: made once, started when it is down, closed to other accounts."""

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from script.setup.checkout import Checkout
from script.setup.cluster_places import (
    Places,
    choose_places,
    cluster_account,
    make_folder,
    make_socket_folder,
)
from script.setup.commands import (
    Account,
    CommandError,
    clean_environment,
    run,
    succeeds,
)
from script.setup.errors import SetupError
from script.setup.postgres_programs import (
    PostgresVersion,
    data_major,
    installed_versions,
    usable_version,
)
from script.setup.stamps import write_private

ADMIN = "city_admin"
_FIRST_WITH_LZ4 = 15
START_SECONDS = "120"


@dataclass(frozen=True)
class Cluster:
    """A cluster on this machine; `admin_password` belongs to its superuser `city_admin`."""

    places: Places
    account: Account
    version: PostgresVersion
    key: str
    admin_password: str

    def psql(self, database: str, sql: str, *, variables: Mapping[str, str] | None = None) -> str:
        """Run SQL as the superuser and return its output, one row per line.

        Secrets belong in `sql`, which goes through standard input: arguments are visible to other
        accounts. Raises CommandError when a statement fails.
        """
        options = [f"--set={name}={value}" for name, value in (variables or {}).items()]
        return run(
            [
                self.version.program("psql"),
                *("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"),
                *(f"--host={self.places.socket}", f"--username={ADMIN}", f"--dbname={database}"),
                *options,
            ],
            env=clean_environment({"PGPASSWORD": self.admin_password, "LC_ALL": "C.UTF-8"}),
            stdin=sql,
        )

    def answers(self) -> bool:
        """Return whether the superuser can log in."""
        try:
            self.psql("postgres", "SELECT 1")
        except CommandError:
            return False
        return True

    def pg_ctl(self, *arguments: str) -> None:
        """Run pg_ctl on the data folder as the cluster's account."""
        run(
            [self.version.program("pg_ctl"), "-D", str(self.places.data), *arguments],
            env=clean_environment({"LC_ALL": "C.UTF-8"}),
            account=self.account,
        )


def open_cluster(checkout: Checkout) -> Cluster:
    """Return this checkout's cluster, made when it does not exist; it may still be down.

    Raises SetupError when the installed PostgreSQL does not fit the data.
    """
    account = cluster_account()
    places = _places(checkout, account)
    major = data_major(places.data)
    version = usable_version(installed_versions(), major)
    if version is None:
        raise SetupError(_no_version(places, major))
    kept = _read_keys(checkout)
    keys = kept or {"key": secrets.token_hex(8), "admin_password": secrets.token_urlsafe(24)}
    cluster = Cluster(places, account, version, keys["key"], keys["admin_password"])
    if major is None:
        keys = {"key": secrets.token_hex(8), "admin_password": secrets.token_urlsafe(24)}
        cluster = Cluster(places, account, version, keys["key"], keys["admin_password"])
        _init(cluster)
        write_private(_keys_file(checkout), json.dumps({**keys, "home": str(places.home)}) + "\n")
        _finish_init(cluster)
    elif not kept:
        raise SetupError(
            f"{_keys_file(checkout)} is gone, and with it the password of the database in"
            f" {places.data}: restore the file, or move that folder away to start afresh."
        )
    return cluster


def start(cluster: Cluster) -> bool:
    """Start the cluster when it is down; return whether this call started it.

    A cluster that runs but does not answer under its present address (the checkout was moved, the
    folder in /tmp was cleaned up) is restarted.
    """
    changed = _write_settings(cluster)
    make_socket_folder(cluster.places, cluster.account)
    if not changed and cluster.answers():
        return False
    running = _is_running(cluster)
    if not running:
        # Another program may have this number since a crash or a restart of the machine.
        (cluster.places.data / "postmaster.pid").unlink(missing_ok=True)
    log = cluster.places.data / "start.log"
    action = ["restart", "-m", "fast"] if running else ["start"]
    try:
        cluster.pg_ctl("-w", "-t", START_SECONDS, "-l", str(log), *action)
    except CommandError as error:
        raise SetupError(
            f"The database does not start; the reason is in {log} or in {log.parent / 'log'}."
        ) from error
    return not running


def stop(cluster: Cluster) -> None:
    """Stop the cluster; open connections are closed, nothing committed is lost."""
    if _is_running(cluster):
        cluster.pg_ctl("-w", "-t", START_SECONDS, "-m", "fast", "stop")


def remove(cluster: Cluster) -> None:
    """Stop the cluster and delete all its data."""
    stop(cluster)
    if cluster.places.socket.parent != cluster.places.home:
        shutil.rmtree(cluster.places.socket, ignore_errors=True)
    shutil.rmtree(
        cluster.places.home if cluster.places.is_outside else cluster.places.data,
        ignore_errors=True,
    )


def _keys_file(checkout: Checkout) -> Path:
    return checkout.var / "cluster.json"


def _read_keys(checkout: Checkout) -> dict[str, str] | None:
    try:
        content = json.loads(_keys_file(checkout).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return dict(content)


def _places(checkout: Checkout, account: Account) -> Places:
    """Return the cluster's places, preparing `var/` for a foreign account to pass through."""
    if not account.is_caller:
        # Passing through is all that the database's account may do here; it cannot list or read.
        os.chown(checkout.var, os.geteuid(), account.gid)
        checkout.var.chmod(0o710)

    def may_enter(folder: Path) -> bool:
        return account.is_caller or succeeds(["test", "-x", str(folder)], account=account)

    return choose_places(checkout.var, account.uid, may_enter)


def _no_version(places: Places, major: int | None) -> str:
    if major is not None:
        return (
            f"{places.data} was made by PostgreSQL {major}, which is not installed with all its"
            f" extensions: run apt-get install postgresql-{major}-postgis-3"
            f" postgresql-{major}-pgrouting."
        )
    lacking = [
        f"PostgreSQL {version.major} lacks {', '.join(version.missing_extensions)}"
        for version in installed_versions()
    ]
    return (
        f"No usable PostgreSQL ({'; '.join(lacking) or 'none is installed'}): run apt-get install"
        " postgresql-NN-postgis-3 postgresql-NN-pgrouting with NN as your distribution numbers it."
    )


def _init(cluster: Cluster) -> None:
    """Make the data folder under another name, so that an interruption leaves nothing half-made."""
    places, account = cluster.places, cluster.account
    make_folder(places.home, account) if places.is_outside else None
    partial = places.data.with_name("pg.partial")
    shutil.rmtree(partial, ignore_errors=True)
    make_folder(partial, account)
    password_file = partial.with_name("pg.password")
    _write_as(account, password_file, cluster.admin_password)
    try:
        run(
            [
                cluster.version.program("initdb"),
                *("-D", str(partial), "-U", ADMIN, "-E", "UTF8", "--locale=C.UTF-8"),
                *("--auth-local=scram-sha-256", "--auth-host=reject", "--data-checksums"),
                f"--pwfile={password_file}",
            ],
            env=clean_environment({"LC_ALL": "C.UTF-8"}),
            account=account,
        )
    finally:
        password_file.unlink(missing_ok=True)
    with (partial / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write("include_if_exists = 'city.conf'\n")


def _finish_init(cluster: Cluster) -> None:
    cluster.places.data.with_name("pg.partial").rename(cluster.places.data)


def _write_as(account: Account, path: Path, text: str) -> None:
    """Write a private file that `account` owns; the folder belongs to a trusted account."""
    write_private(path, text)
    if not account.is_caller:
        os.chown(path, account.uid, account.gid)


def _write_settings(cluster: Cluster) -> bool:
    """Write the settings when they differ; return whether they did."""
    fixed = Path(__file__).resolve().parents[2] / "deploy" / "postgres.conf"
    folder = quoted_folder(cluster.places.socket)
    # PostgreSQL 14 has its own compression only, which costs a fifth of each index build.
    compression = "lz4" if cluster.version.major >= _FIRST_WITH_LZ4 else "on"
    # The leader works too: on two cores a second worker makes the build of an index slower.
    workers = max(1, min(4, (os.cpu_count() or 2) - 1))
    text = (
        f"{fixed.read_text(encoding='utf-8')}\nwal_compression = {compression}\n"
        f"max_parallel_maintenance_workers = {workers}\n"
        f"unix_socket_directories = {folder}\n"
    )
    target = cluster.places.data / "city.conf"
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return False
    _write_as(cluster.account, target, text)
    return True


def quoted_folder(folder: Path) -> str:
    """Return a folder as the value of unix_socket_directories, which is a list of names."""
    name = str(folder).replace('"', '""').replace("'", "''")
    return f"'\"{name}\"'"


def _is_running(cluster: Cluster) -> bool:
    """Return whether the process in postmaster.pid is a server in this data folder.

    Another program may have that number since a crash, so its working folder is looked at.
    """
    try:
        pid = (cluster.places.data / "postmaster.pid").read_text(encoding="ascii").split()[0]
        return Path("/proc", pid, "cwd").readlink() == cluster.places.data
    except (OSError, IndexError):
        return False
