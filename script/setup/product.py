"""The steps that the product itself does: schema, code lists, demo data, demo accounts."""

import json
from pathlib import Path

from script.setup.checkout import Checkout
from script.setup.commands import CommandError, run
from script.setup.console import say, skipped, step
from script.setup.errors import SetupError
from script.setup.front_end import ROOMS, tool_environment
from script.setup.stamps import Stamps, files_below, fingerprint

SCHEMA_COMMANDS = ("prepare_database", "migrate", "load_code_lists")
_MESSAGE_LENGTH = 400


def manage(checkout: Checkout, *arguments: str) -> str:
    """Run one manage.py command and return what it wrote.

    Raises SetupError with the last line that the command wrote.
    """
    log = checkout.logs / f"{arguments[0]}.log"
    try:
        return run(
            [str(checkout.python), "manage.py", *arguments],
            env=tool_environment(checkout),
            cwd=checkout.root,
            log=log,
        )
    except CommandError as error:
        lines = [line.strip() for line in error.output.splitlines() if line.strip()]
        said = lines[-1][-_MESSAGE_LENGTH:] if lines else "it gave no reason"
        raise SetupError(
            f"`manage.py {' '.join(arguments)}` failed: {said} (details in {log})"
        ) from error


def prepare_schema(checkout: Checkout, stamps: Stamps, database: str | None) -> None:
    """Bring tables, views, rights and code lists to the state of this code.

    `database` identifies the private cluster; None (a server of the operator's own, which may be
    replaced behind our back) runs the commands at every start.
    """
    files = [
        path
        for room in ROOMS
        for path in files_below(checkout.root / room, (".py", ".sql", ".csv", ".toml"))
    ]
    mark = fingerprint([*files, checkout.root / "requirements.txt"], database or "")
    if database is not None and stamps.is_current("schema", mark):
        skipped("Database schema and code lists")
        return
    for command in SCHEMA_COMMANDS:
        with step(f"Database schema: manage.py {command}"):
            manage(checkout, *([command, "--noinput"] if command == "migrate" else [command]))
    stamps.set("schema", mark)


def load_demo(checkout: Checkout, stamps: Stamps, database: str | None) -> None:
    """Import the demo city through the real importer and make the demo accounts, once."""
    mark = fingerprint(files_below(checkout.root / "fixtures"), database or "")
    if database is not None and stamps.is_current("demo", mark) and checkout.accounts_file.exists():
        skipped("Demo data and accounts")
        return
    with step("Demo data: importing the shapefiles of fixtures/"):
        manage(checkout, "load_demo")
    with step("Demo accounts: one per role"):
        manage(checkout, "make_demo_accounts")
    stamps.set("demo", mark)


def show_accounts(path: Path) -> None:
    """Print the demo accounts of a file that `make_demo_accounts` wrote."""
    accounts = demo_accounts(path)
    if not accounts:
        return
    say(f"Demo accounts (kept in {path}):")
    widths = [max(len(row[column]) for row in accounts) for column in range(3)]
    for row in accounts:
        say("  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)))


def demo_accounts(path: Path) -> list[tuple[str, str, str]]:
    """Return (role, name, password) of the demo accounts; empty when there is no such file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [(entry["role"], name, entry["password"]) for name, entry in content.items()]
