"""`script/test`: every check and test, one closing line."""

import os
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from script.setup.browser import find_chromium
from script.setup.checkout import Checkout
from script.setup.commands import show
from script.setup.console import duration, say
from script.setup.front_end import ROOMS, npm, npm_scripts, tool_environment

_TEST_GROUPS = ("unit", "import", "database", "browser")  # as pytest_groups.py names them
# These run in line beside the database tests. A test keeps one processor busy, its own or the
# database's, so there is one to spare; a browser test keeps two.
_BESIDE = ("unit", "import")
_NO_TESTS = 5  # pytest's exit code when no test was selected
# Settings of this installation that must not change what the tests see.
_FOREIGN = (
    *("CITY_PROFILE", "DATABASE_URL", "DEBUG", "HOST", "PORT", "PUBLIC_DATABASE_URL"),
    *("PUBLIC_ORIGIN", "SECRET_KEY", "DATABASE_NAME", "WEB_WORKERS"),
)


@dataclass(frozen=True)
class Check:
    """One group of checks; `report` is where pytest writes its figures.

    A group with a `record` runs beside the next without, and that file takes what it prints.
    """

    name: str
    argv: tuple[str, ...]
    report: Path | None = None
    database: str | None = None
    record: Path | None = None


@dataclass(frozen=True)
class Outcome:
    """How a group ended. `tests`, `skipped`: figures of a pytest group, else 0."""

    name: str
    passed: bool
    seconds: float
    tests: int = 0
    skipped: int = 0


def forget_installation_settings() -> None:
    """Make the tests independent of how this installation is set up."""
    for name in _FOREIGN:
        os.environ.pop(name, None)


def all_checks(checkout: Checkout, *, slow: bool) -> list[Check]:
    """Return every group, quick ones first."""
    python = str(checkout.python)
    rooms = [room for room in ROOMS if any((checkout.root / room).glob("*.py"))]
    concise = ("--no-cache", "--output-format", "concise", ".")
    checks = [
        Check("formatting", (python, "-m", "ruff", "format", "--check", *concise)),
        Check("lint", (python, "-m", "ruff", "check", *concise)),
        Check("import contract", (python, "-c", _LINT_IMPORTS, "--no-cache")),
        Check("types", (python, "-m", "mypy", *rooms, "script")),
        Check("migrations", (python, "manage.py", "makemigrations", "--check", "--dry-run")),
        Check("system check", (python, "manage.py", "check", "--fail-level", "WARNING")),
    ]
    scripts = npm_scripts(checkout)
    for script, name in (("check", "TypeScript types"), ("test", "TypeScript unit tests")):
        if script in scripts:
            checks.append(Check(name, tuple(npm(checkout, "run", "--silent", script))))
    quick = [] if slow else ["-m", "not slow"]
    for group in _TEST_GROUPS:
        check = pytest_check(checkout, f"{group} tests", ["--group", group, *quick])
        record = checkout.logs / f"{group}-tests.log" if group in _BESIDE else None
        checks.append(replace(check, record=record))
    return checks


_LINT_IMPORTS = (
    "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
)


def pytest_check(checkout: Checkout, name: str, arguments: Sequence[str]) -> Check:
    """Return one pytest run with a database of its own."""
    word = name.split(maxsplit=1)[0]
    report = checkout.logs / f"pytest-{word}.xml"
    plugin = ("-p", "script.setup.pytest_groups")
    argv = (str(checkout.python), "-m", "pytest", *plugin, f"--junitxml={report}", *arguments)
    return Check(name, argv, report, f"test_city_{os.getpid()}_{word}")


def run_checks(checkout: Checkout, checks: Sequence[Check]) -> int:
    """Run every group, also after a failure; print the total; return 0 when all passed."""
    started = time.monotonic()
    outcomes = list(_run_all(checkout, checks))
    say()
    for outcome in outcomes:
        say(_line(outcome))
    say(total_line(outcomes, time.monotonic() - started))
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def total_line(outcomes: Sequence[Outcome], seconds: float) -> str:
    """Return the closing line: groups, tests, failures, time."""
    failed = [outcome.name for outcome in outcomes if not outcome.passed]
    tests = sum(outcome.tests for outcome in outcomes)
    skipped = sum(outcome.skipped for outcome in outcomes)
    verdict = f"FAILED: {', '.join(failed)}" if failed else "all passed"
    return (
        f"script/test: {len(outcomes)} groups, {tests} tests ({skipped} skipped), {verdict},"
        f" {duration(seconds)}"
    )


def _run_all(checkout: Checkout, checks: Sequence[Check]) -> Iterator[Outcome]:
    beside: list[tuple[Check, Future[Outcome]]] = []
    with ThreadPoolExecutor(max_workers=1) as pool:
        for check in checks:
            say(f"\n== {check.name}")
            if check.record:
                say(f"beside other groups, into {check.record}")
                beside.append((check, pool.submit(_run, checkout, check)))
                continue
            yield _run(checkout, check)
            yield from _ended(beside)
        yield from _ended(beside)


def _ended(beside: list[tuple[Check, Future[Outcome]]]) -> Iterator[Outcome]:
    """Wait for the groups that ran beside another, and print what they wrote."""
    while beside:
        check, future = beside.pop(0)
        outcome = future.result()
        if check.record:
            say(f"\n== {check.name}\n{check.record.read_text(errors='replace').rstrip()}")
        yield outcome


def _run(checkout: Checkout, check: Check) -> Outcome:
    if check.report:
        check.report.unlink(missing_ok=True)
    started = time.monotonic()
    code = show(
        check.argv, env=_environment(checkout, check), cwd=checkout.root, record=check.record
    )
    seconds = time.monotonic() - started
    tests, skipped = _figures(check.report)
    passed = code == 0 or (check.report is not None and code == _NO_TESTS)
    return Outcome(check.name, passed, seconds, tests, skipped)


def _environment(checkout: Checkout, check: Check) -> dict[str, str]:
    env = tool_environment(checkout)
    env["DJANGO_SETTINGS_MODULE"] = "gis_core.settings"
    env["CHROMIUM_PATH"] = find_chromium(checkout) or ""
    if check.database:
        env["TEST_DATABASE_NAME"] = check.database
    return env


def _figures(report: Path | None) -> tuple[int, int]:
    """Return (tests run, tests skipped) of a pytest report; zeros without one."""
    if report is None or not report.exists():
        return 0, 0
    suites = ET.parse(report).getroot().iter("testsuite")  # noqa: S314 - our own pytest wrote it
    tests = skipped = 0
    for suite in suites:
        tests += int(suite.get("tests", "0"))
        skipped += int(suite.get("skipped", "0"))
    return tests, skipped


def _line(outcome: Outcome) -> str:
    tests = f", {outcome.tests} tests" if outcome.tests else ""
    mark = "passed" if outcome.passed else "FAILED"
    return f"  {mark}  {outcome.name} ({duration(outcome.seconds)}{tests})"
