"""The documentation says what the code has: settings, commands, codes, themes, routes, files."""

import argparse
import importlib
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.urls import get_resolver

import gis_core
import importers
import layers
import map_ui
from gis_core import channels, errors, geometry_refusal, tile_grid
from importers import issues, refusals
from importers.issues import in_each_language
from layers.data_dictionary import data_dictionary
from layers.registry import themes
from script.setup.options import NAMES

ROOT = settings.BASE_DIR
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])
CODE_LINE = re.compile(r"^\| `([a-z_]+)` \|", re.MULTILINE)
# What a path of the repository looks like; `var/` and the tools' folders exist only after set-up.
TOP_LEVEL = r"gis_core|layers|importers|map_ui|fixtures|tests|script|deploy|docs|benchmarks|\.ci"
PATH = re.compile(rf"(?:{TOP_LEVEL})/[\w./-]*")
ROOT_FILE = re.compile(
    r"(?:manage\.py|[A-Z]+\.md|[\w-]+\.(?:toml|json)|requirements[\w-]*\.txt|tsconfig\.json)"
)
NOT_IN_GIT = {"deploy/settings.env", "docs/screenshots/"}


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def ticked(text: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", text))


def test_the_data_dictionary_is_current() -> None:
    assert page("data-dictionary.md") == data_dictionary(), "run manage.py write_data_dictionary"


def test_every_setting_is_explained() -> None:
    reader = re.compile(r"""(?:text|flag|environ\.(?:get|pop))\(\s*f?"([A-Z_]+)\"""")
    source = "".join(
        (ROOT / "gis_core" / name).read_text(encoding="utf-8")
        for name in ("environment.py", "settings.py")
    )
    read = set(reader.findall(source)) | NAMES
    assert {"PORT", "SECRET_KEY", "DATABASE_NAME"} <= read
    assert read - ticked(page("configuration.md")) == set()


def test_the_example_settings_are_known() -> None:
    example = (ROOT / "deploy/settings.env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)) <= NAMES


def test_every_key_of_a_city_profile_is_explained() -> None:
    profile = tomllib.loads(settings.CITY_PROFILE.read_text(encoding="utf-8"))
    keys = profile.keys() - {"basemaps"} | {key for map_ in profile["basemaps"] for key in map_}
    assert keys - ticked(page("configuration.md")) == set()


def own_commands() -> dict[str, str]:
    rooms = {"gis_core", "layers", "importers", "map_ui"}
    return {name: app for name, app in get_commands().items() if app in rooms}


def test_every_command_is_explained() -> None:
    scripts = {
        f"script/{path.name}"
        for path in (ROOT / "script").iterdir()
        if path.is_file() and path.suffix == ""
    }
    wanted = own_commands().keys() | scripts
    assert wanted - ticked(page("configuration.md") + page("../CONTRIBUTING.md")) == set()


@pytest.mark.parametrize("name", ["import_layer", "import_raster"])
def test_every_option_of_an_import_is_explained(name: str) -> None:
    parser = load_command_class(own_commands()[name], name).create_parser("manage.py", name)
    base = argparse.ArgumentParser()
    shared = {"--version", "--verbosity", "--settings", "--pythonpath", "--traceback"}
    shared |= {"--no-color", "--force-color", "--skip-checks", *base._option_string_actions}
    own = {option for option in parser._option_string_actions if option.startswith("--")} - shared
    text = page("configuration.md")
    assert {option for option in own if option not in text} == set()


def test_issue_codes_are_those_of_the_code() -> None:
    text = page("issue-codes.md")
    rows, geometry, services = (part for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:4])
    assert set(CODE_LINE.findall(rows)) == set(issues.CODES)
    assert set(CODE_LINE.findall(geometry)) == set(get_args(geometry_refusal.Code))
    assert set(CODE_LINE.findall(services)) == error_codes()


def test_every_refusal_of_a_file_is_told_in_both_languages() -> None:
    section = (
        page("issue-codes.md").partition("## Files that are refused\n")[2].partition("\n## ")[0]
    )
    wanted = {refusal_row(code) for code in refusals.REFUSALS}
    found = {row for row in section.splitlines() if row.startswith("| `")}
    assert found == wanted, "put these rows into the page:\n" + "\n".join(sorted(wanted - found))


def refusal_row(code: str) -> str:
    """Return a row of the table: what stands in for a fact of the file is in braces."""
    words = in_each_language(refusals.REFUSALS[code])
    shown = [re.sub(r"%\((\w+)\)[sd]", r"{\1}", words[language]) for language in ("vi", "en")]
    return f"| `{code}` | {' | '.join(shown)} |"


def error_codes() -> set[str]:
    def below(kind: type[errors.CityError]) -> Iterator[str]:
        yield kind.code
        for child in kind.__subclasses__():
            yield from below(child)

    # Errors are declared beside what raises them, which nothing may have loaded yet.
    for room in (gis_core, layers, importers, map_ui):
        for found in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            importlib.import_module(found.name)
    get_resolver().check()  # loads every view
    return {*below(errors.CityError), tile_grid.InvalidTile.code}


def test_every_theme_is_described() -> None:
    described = ticked(page("architecture.md"))
    assert {theme.key for theme in themes()} <= described


def addresses() -> dict[str, list[str]]:
    """Return channel name → address patterns."""
    found: dict[str, list[str]] = {}
    for route, pattern in channels._patterns(get_resolver()):
        for view in views_of(pattern.callback):
            declared = getattr(view, "channel", None)
            if declared is not None:
                plain = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
                known = found.setdefault(declared.name, [])
                if plain not in known:
                    known.append(plain)
    return found


def views_of(callback: object) -> Iterator[object]:
    yield callback
    for cell in getattr(callback, "__closure__", None) or ():
        for operation in getattr(cell.cell_contents, "operations", ()):
            yield operation.view_func


def route_rows() -> list[str]:
    """Return the rows of docs/routes.md that the register asks for."""
    places = addresses()
    return [
        f"| `{entry.name}` | {', '.join(f'`{place}`' for place in places[entry.name])}"
        f" | {', '.join(entry.methods)} | {', '.join(sorted(entry.roles)) or 'everybody'}"
        f" | {entry.cache} | {entry.cost} | {entry.audit} |"
        for entry in channels.channels()
        if entry.name in places
    ]


def test_the_list_of_routes_is_the_register() -> None:
    wanted = route_rows()
    written = [line for line in page("routes.md").splitlines() if line.startswith("| `")]
    assert written == wanted, "docs/routes.md needs these rows:\n" + "\n".join(wanted)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_are_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = {word for tick in ticked(text) for word in tick.split() if PATH.fullmatch(word)}
    named |= {word for word in ticked(text) if ROOT_FILE.fullmatch(word)} - {"package.json"}
    missing = {word for word in named - NOT_IN_GIT if not exists(word, path)}
    assert missing == set()


def exists(word: str, page_path: Path) -> bool:
    places = (ROOT, page_path.parent, ROOT / "fixtures", ROOT / "var")
    return any((place / word).exists() for place in places)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    assert {t for t in targets if not (path.parent / t).exists()} == set()


def test_every_decision_is_listed() -> None:
    listed = set(re.findall(r"\(decisions/([\w.-]+)\)", page("architecture.md")))
    assert listed == {path.name for path in (DOCS / "decisions").glob("*.md")}


def test_every_page_is_reachable_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [path.name for path in DOCS.glob("*.md") if f"docs/{path.name}" not in readme]
    assert missing == []


def test_apps_are_the_rooms_of_the_architecture() -> None:
    rooms = {config.name for config in apps.get_app_configs()} & {
        path.name for path in ROOT.iterdir() if path.is_dir()
    }
    assert {f"{room}/" for room in rooms} <= ticked(page("architecture.md"))
