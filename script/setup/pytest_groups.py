"""A pytest plugin: run the tests of one group only (`--group unit|import|database|browser`).

A test belongs to `browser` by its mark or its folder, to `database` when it asks for the database
by a fixture (of the importers to `import`), and to `unit` otherwise. Generated examples have no
time limit here: how long one takes on a busy machine says nothing about the code.
"""

from collections.abc import Sequence

import hypothesis
import pytest

GROUPS = ("unit", "import", "database", "browser")
DATABASE_FIXTURE = "database"
BROWSER_FOLDER, IMPORT_FOLDER = "browser", "importers"


def group_of(marks: Sequence[str], fixtures: Sequence[str], folder: str) -> str:
    """Return the group of a test with these marks and fixtures in the folder of this name."""
    if "browser" in marks or folder == BROWSER_FOLDER:
        return "browser"
    if DATABASE_FIXTURE not in fixtures:
        return "unit"
    return "import" if folder == IMPORT_FOLDER else "database"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption("--group", choices=GROUPS, help="run the tests of this group only")


def pytest_configure() -> None:
    """Take the time limit from generated examples that do not set one themselves."""
    hypothesis.settings.register_profile("busy machine", deadline=None)
    hypothesis.settings.load_profile("busy machine")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the other groups' tests out, counted as deselected."""
    wanted = config.getoption("--group")
    if wanted is None:
        return
    chosen: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        marks = [mark.name for mark in item.iter_markers()]
        group = group_of(marks, getattr(item, "fixturenames", ()), item.path.parent.name)
        (chosen if group == wanted else others).append(item)
    items[:] = chosen
    config.hook.pytest_deselected(items=others)
