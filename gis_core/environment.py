"""Typed readers for the environment and for `instance.json`, the settings of one installation."""

import json
import os
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

REPOSITORY = Path(__file__).resolve().parent.parent


def text(name: str, default: str) -> str:
    """Return the environment variable `name`, or `default` when it is unset or blank."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool) -> bool:
    """Return a yes/no environment variable; raises ImproperlyConfigured for any other word."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"", "1", "true", "yes", "on", "0", "false", "no", "off"}:
        return default if value == "" else value in {"1", "true", "yes", "on"}
    raise ImproperlyConfigured(f"{name}={value!r}: write 1 or 0")


def data_dir() -> Path:
    """Return the folder of everything that this installation writes (`DATA_DIR`, else `var/`)."""
    return Path(text("DATA_DIR", str(REPOSITORY / "var"))).resolve()


def instance() -> dict[str, str]:
    """Return the secrets that the set-up wrote to `instance.json`; empty where there is none."""
    path = data_dir() / "instance.json"
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"{path}: cannot be read ({error})") from error
    return {str(key): str(value) for key, value in loaded.items()}


def database(url: str, *, search_path: str, statement_timeout_ms: int) -> dict[str, object]:
    """Return a Django DATABASES entry for `postgres://user:password@host:port/name?host=/socket`.

    `search_path` fixes which schema a login sees first. jit is off because it doubles the time of
    tile queries; parallel workers are off because ST_AsMVT then gives other bytes each time; a
    prepared statement is planned once, not for every tile.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql", "postgis"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres://")
    query = parse_qs(parts.query)
    options = (
        f"-c search_path={search_path} -c jit=off -c max_parallel_workers_per_gather=0"
        f" -c statement_timeout={statement_timeout_ms} -c plan_cache_mode=force_generic_plan"
    )
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": os.environ.get("DATABASE_NAME") or unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [unquote(parts.hostname or "")])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": options, "application_name": "city"},
        "TEST": {"MIRROR": None},
    }


def wheel_library(package: str, pattern: str) -> str | None:
    """Return the path of a shared library that the wheel of `package` carries, or None.

    The GDAL of Debian 12 (3.6) lets a hostile SRS text open files and addresses (Django's
    gis.W001); the wheels carry a newer one.
    """
    for folder in (Path(entry) for entry in sys.path):
        found = sorted((folder / f"{package}.libs").glob(pattern))
        if found:
            return str(found[0])
    return None
