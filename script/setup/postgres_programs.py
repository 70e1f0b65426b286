"""Finding PostgreSQL's programs and extensions as Debian and Ubuntu install them."""

import re
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql")
SHARED = Path("/usr/share/postgresql")
OLDEST_MAJOR = 14
EXTENSIONS = ("postgis", "pg_trgm", "unaccent", "btree_gist", "pgcrypto", "pgrouting")


@dataclass(frozen=True)
class PostgresVersion:
    """One installed major version and the needed extensions that it lacks."""

    major: int
    missing_extensions: tuple[str, ...]

    def program(self, name: str) -> str:
        """Return the path of one of its programs."""
        return str(PROGRAMS / str(self.major) / "bin" / name)


def installed_versions(
    programs: Path = PROGRAMS, shared: Path = SHARED
) -> tuple[PostgresVersion, ...]:
    """Return the installed major versions that have a server, newest first."""
    majors = [
        int(folder.name)
        for folder in programs.glob("*")
        if re.fullmatch(r"\d+", folder.name) and (folder / "bin" / "initdb").exists()
    ]
    return tuple(
        PostgresVersion(
            major,
            tuple(
                name
                for name in EXTENSIONS
                if not (shared / str(major) / "extension" / f"{name}.control").exists()
            ),
        )
        for major in sorted(majors, reverse=True)
        if major >= OLDEST_MAJOR
    )


def usable_version(
    versions: tuple[PostgresVersion, ...], data_major: int | None
) -> PostgresVersion | None:
    """Return the version for a cluster: that of its data, else the newest that has all extensions.

    None when no installed version will do.
    """
    for version in versions:
        if data_major in (None, version.major) and not version.missing_extensions:
            return version
    return None


def data_major(data: Path) -> int | None:
    """Return the major version that made a data folder, or None when there is no cluster yet."""
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
