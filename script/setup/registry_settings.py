"""The package registries' settings of this machine, for a machine that sees nothing else of it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

COPIED_TO = "/etc/package-registries"
_PREFIXES = ("PIP_", "NPM_CONFIG_")
_NAMES = {
    *("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
}
# npm's own places are those of the other machine.
_LEFT_OUT = {"NPM_CONFIG_PREFIX", "NPM_CONFIG_CACHE", "NPM_CONFIG_USERCONFIG", "PIP_CACHE_DIR"}
_PATH = re.compile(r"(?<![\w/:.])(?:file://)?(/[^\s\"',;]+)")
# (file on this machine, its place below a home folder there, or an absolute place)
_FILES = (
    ("/etc/pip.conf", "/etc/pip.conf"),
    ("~/.config/pip/pip.conf", ".config/pip/pip.conf"),
    ("~/.pip/pip.conf", ".pip/pip.conf"),
    ("~/.npmrc", ".npmrc"),
)


@dataclass
class RegistrySettings:
    """What pip and npm need there. `copies`: path there → file here; `folders`: shown read-only."""

    environment: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    copies: dict[str, Path] = field(default_factory=dict)
    folders: set[Path] = field(default_factory=set)


def collect(
    environment: Mapping[str, str], home: Path, system: Path = Path("/")
) -> RegistrySettings:
    """Return the settings of pip and npm in an environment and in their usual files.

    Files that they name (certificates) are copied to a place of their own, folders (local wheels)
    keep their path.
    """
    settings = RegistrySettings()
    for name, value in environment.items():
        upper = name.upper()
        if (upper.startswith(_PREFIXES) or upper in _NAMES) and upper not in _LEFT_OUT:
            settings.environment[name] = _moved(value, settings)
    for source, target in _FILES:
        path = home / source[2:] if source.startswith("~") else system / source.lstrip("/")
        if path.is_file() and os.access(path, os.R_OK):
            settings.texts[target] = _moved(path.read_text(encoding="utf-8"), settings)
    return settings


def _moved(text: str, settings: RegistrySettings) -> str:
    """Return the text with the files it names at their new place; note files and folders."""

    def move(match: re.Match[str]) -> str:
        path = Path(match[1])
        if path.is_dir():
            # The pages of a local index, by custom in `simple/`, link to files beside them.
            settings.folders.add(path.parent if path.name == "simple" else path)
        if not path.is_file():
            return match[0]
        target = f"{COPIED_TO}/{path.name}"
        settings.copies[target] = path
        return match[0].replace(match[1], target)

    return _PATH.sub(move, text)
