"""The rules of the house that no other tool holds. Each has good and bad lines beside it."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db.backends.postgresql.psycopg_any import is_psycopg3

from layers.registry import themes

ROOT: Path = settings.BASE_DIR
ROOMS = ("gis_core", "layers", "importers", "map_ui")
LONGEST_FILE, LONGEST_FUNCTION = 300, 40
THEME_DOORS = {"layers/selectors.py", "layers/changes.py", "layers/bulk.py", "layers/row_writes.py"}
NO_THEMES = {"layers/management/commands/load_code_lists.py"}  # code lists and lineage only
SQL_HOMES = {
    "layers/tiles.py",
    "layers/search.py",
    "gis_core/history.py",
    "gis_core/database_roles.py",
    "gis_core/time_limit.py",  # reads and sets the time that a statement may take
    "gis_core/health.py",  # one SELECT without values, to see that both logins answer
}
BANNED_MODULES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
Rule = Callable[[ast.AST], Iterator[tuple[int, str]]]


def tracked(*patterns: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def product_files() -> list[str]:
    """Return the Python files of the rooms, without generated migrations."""
    files = tracked(*(f"{room}/*.py" for room in ROOMS))
    return [name for name in files if "/migrations/" not in name]


def found(rule: Rule, files: list[str]) -> list[str]:
    """Return `file:line what` for everything that a rule finds."""
    return [
        f"{name}:{line} {what}"
        for name in files
        for line, what in rule(ast.parse((ROOT / name).read_text(encoding="utf-8")))
    ]


def hits(rule: Rule, code: str) -> int:
    return len(list(rule(ast.parse(code))))


def theme_managers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Find the use of a theme's manager: `.objects` of it or of `model`, `_default_manager`."""
    models = {entry.model.__name__ for entry in themes()}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        owner = node.value
        name = getattr(owner, "id", getattr(owner, "attr", ""))
        if node.attr == "objects" and name in {*models, "model", "Feature"}:
            yield node.lineno, f"{name}.objects"
        if node.attr in {"_default_manager", "_base_manager"} and name != "Code":
            yield node.lineno, f"{name}.{node.attr}"


_VERBS = re.compile(
    r"\s*(SELECT\s|INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|CREATE\s+(OR|TABLE|VIEW|INDEX|"
    r"FUNCTION|TRIGGER|SCHEMA|EXTENSION|ROLE|TEMP)|ALTER\s+(TABLE|ROLE|FUNCTION)|DROP\s+(TABLE|VIEW)"
    r"|GRANT\s+\w+\s+ON|REVOKE\s|WITH\s+\w+\s+AS|COPY\s+\S+\s|TRUNCATE\s)"
)


def sql_text(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Find string constants that begin with an SQL verb; docstrings are prose."""
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            if _VERBS.match(node.value):
                yield node.lineno, node.value[:40]


def srid_numbers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Find integers that are reference systems: 4326, 3857, the EPSG and private VN-2000 ones."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) is int:
            number = node.value
            if number in {4326, 3857, 4756, 3405, 3406} or 900_000 < number < 999_000:
                yield node.lineno, str(number)
            elif 9205 <= number <= 9218 or 5896 <= number <= 5899:
                yield node.lineno, str(number)


def inner_imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Find imports inside functions, AppConfig.ready excepted."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name != "ready":
            for inner in ast.walk(node):
                if isinstance(inner, (ast.Import, ast.ImportFrom)):
                    yield inner.lineno, f"import in {node.name}"


def broad_handlers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Find `except Exception`, `except BaseException`, bare `except`, without a bare `raise`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            if isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None:
                continue
            names = ast.walk(node.type) if node.type else []
            broad = {getattr(name, "id", "") for name in names} & {"Exception", "BaseException"}
            if node.type is None or broad:
                yield node.lineno, "broad except"


def long_functions(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Find functions whose body has more than 40 lines, the docstring not counted."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0]
            prose = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            start = (first.end_lineno or 0) + 1 if prose else first.lineno
            lines = (node.end_lineno or 0) - start + 1
            if lines > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name}: {lines} lines"


EXAMPLES: list[tuple[Rule, list[str], list[str]]] = [
    (
        theme_managers,
        ["Code.objects.all()", "Layer.objects.using('public')", "features(entry).count()"],
        [
            "Parcel.objects.all()",
            "theme.model.objects.filter(pk=1)",
            "models.SecurityZone.objects.count()",
            "entry.theme.model._default_manager.all()",
        ],
    ),
    (
        sql_text,
        ["x('Select a layer')", "def f():\n    'SELECT is prose here'", "x('update the map')"],
        [
            "x('SELECT 1')",
            "f'INSERT INTO {t} VALUES (1)'",
            "x('UPDATE city.x SET a = 1')",
            "x('GRANT SELECT ON x')",
        ],
    ),
    (
        srid_numbers,
        ["bbox_4326 = 1", "'EPSG:4326'", "LIMIT = 9000", "x = 900_000.0"],
        ["Point(1, 2, srid=4326)", "t = 3857", "zone = 910210", "epsg = 9210"],
    ),
    (
        inner_imports,
        ["import a", "class C(AppConfig):\n    def ready(self):\n        import b"],
        ["def f():\n    import a", "def f():\n    if x:\n        from a import b"],
    ),
    (
        broad_handlers,
        [
            "try:\n    f()\nexcept (OSError, ValueError):\n    pass",
            "try:\n    f()\nexcept BaseException:\n    g()\n    raise",
        ],
        [
            "try:\n    f()\nexcept Exception:\n    pass",
            "try:\n    f()\nexcept (OSError, BaseException):\n    pass",
            "try:\n    f()\nexcept Exception as error:\n    raise ValueError from error",
            "try:\n    f()\nexcept:\n    pass",
        ],
    ),
    (
        long_functions,
        ["def f():\n" + "    x = 1\n" * 40],
        ["def f():\n" + "    x = 1\n" * 41, "async def f():\n" + "    x = 1\n" * 90],
    ),
]


@pytest.mark.parametrize(
    ("rule", "good", "bad"), EXAMPLES, ids=lambda item: getattr(item, "__name__", "")
)
def test_rules_know_good_from_bad(rule: Rule, good: list[str], bad: list[str]):
    assert [code for code in good if hits(rule, code)] == []
    assert [code for code in bad if not hits(rule, code)] == []


def test_import_arrow():
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]


def test_theme_managers_are_used_inside_the_doors_only():
    outside = [name for name in product_files() if name not in THEME_DOORS | NO_THEMES]
    assert found(theme_managers, outside) == []


def test_sql_text_stays_at_home():
    outside = [name for name in product_files() if name not in SQL_HOMES]
    assert found(sql_text, outside) == []


def test_tiles_are_encoded_in_one_place():
    places = {
        name: (ROOT / name).read_text(encoding="utf-8").count("ST_AsMVT(")
        for name in [*product_files(), *tracked("*.sql")]
    }
    assert {name: count for name, count in places.items() if count} == {"layers/tiles.py": 1}


def test_srid_numbers_stand_in_crs_only():
    outside = [name for name in product_files() if not name.startswith("gis_core/crs")]
    assert found(srid_numbers, outside) == []


def test_imports_stand_at_the_top():
    assert found(inner_imports, product_files()) == []


def test_no_broad_except():
    assert found(broad_handlers, [*product_files(), *tracked("script/*.py")]) == []


def test_modules_are_named_after_what_they_give():
    assert [name for name in tracked("*.py") if Path(name).stem in BANNED_MODULES] == []


def test_files_and_functions_stay_short():
    code = [*product_files(), *tracked("script/*.py", "*.ts", "*.mjs", "*.html", "*.css", "*.sql")]
    lines = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in code}
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}
    assert found(long_functions, [name for name in code if name.endswith(".py")]) == []


def test_the_database_driver_is_psycopg_2():
    """Django takes psycopg 3 silently when some package brings it along."""
    assert not is_psycopg3
