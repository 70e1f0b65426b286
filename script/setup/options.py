"""Settings from the environment or from one file, `deploy/settings.env`."""

import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from script.setup.errors import SetupError

SETTINGS_FILE = Path(__file__).resolve().parents[2] / "deploy" / "settings.env"
# What an operator may set; docs/configuration.md explains each.
NAMES = frozenset(
    {
        "CITY_PROFILE",
        "DATABASE_URL",
        "DATA_DIR",
        "DEBUG",
        "DEMO_DATA",
        "HOST",
        "IMPORT_ISOLATION",
        "IMPORT_MAX_MB",
        "OVERPASS_URL",
        "PORT",
        "PUBLIC_DATABASE_URL",
        "PUBLIC_ORIGIN",
        "SECRET_KEY",
        "WEB_WORKERS",
    }
)
_LINE = re.compile(r"(?:export\s+)?([A-Z_]+)\s*=\s*(.*)")
_HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Options:
    """How this installation runs."""

    host: str
    port: int
    web_workers: int
    database_url: str | None
    data_dir: str | None
    demo_data: bool

    @property
    def address(self) -> str:
        """The address to open in a browser on this machine."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", ""} else self.host  # noqa: S104 - compared, not bound
        host = "::1" if host == "::" else host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"


def parse_settings(text: str, source: str) -> dict[str, str]:
    """Return the NAME=value lines of a settings file; quotes around a value are dropped.

    Raises SetupError for a line of another form and for an unknown name.
    """
    found: dict[str, str] = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise SetupError(f"{source}, line {number}: write NAME=value.")
        name, value = match[1], match[2].strip()
        if name not in NAMES:
            raise SetupError(
                f"{source}, line {number}: {name} is no setting;"
                f" known are {', '.join(sorted(NAMES))}."
            )
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        found[name] = value
    return found


def load_settings(environment: MutableMapping[str, str], path: Path = SETTINGS_FILE) -> None:
    """Put the file's settings into an environment; what the environment has already wins."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    except PermissionError as error:
        raise SetupError(f"{path} cannot be read by this account.") from error
    for name, value in parse_settings(text, str(path)).items():
        environment.setdefault(name, value)


def read_options(environment: Mapping[str, str]) -> Options:
    """Return the options of an environment; raises SetupError for a value of the wrong kind."""
    profile = environment.get("CITY_PROFILE", "")
    if profile and not Path(profile).is_file():
        raise SetupError(f"CITY_PROFILE={profile}: there is no such file.")
    return Options(
        host=environment.get("HOST", "").strip() or "127.0.0.1",
        port=_number(environment, "PORT", 8000, _HIGHEST_PORT),
        web_workers=_number(environment, "WEB_WORKERS", 2, 64),
        database_url=environment.get("DATABASE_URL", "").strip() or None,
        data_dir=environment.get("DATA_DIR", "").strip() or None,
        demo_data=environment.get("DEMO_DATA", "1").strip().lower()
        not in {"0", "false", "no", "off"},
    )


def _number(environment: Mapping[str, str], name: str, default: int, highest: int) -> int:
    text = environment.get(name, "").strip() or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= highest:
        raise SetupError(f"{name}={text}: write a number from 1 to {highest}.")
    return int(text)
