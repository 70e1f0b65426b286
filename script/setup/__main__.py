"""The commands behind script/bootstrap, server, test, worker and bare-machine."""

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence

from script.setup import bare_machine, checks, cluster, leftovers, serve
from script.setup.bootstrap import Ready, Wanted, set_up
from script.setup.checkout import Checkout, find_checkout, open_var
from script.setup.console import complain, say
from script.setup.databases import drop_left_test_databases
from script.setup.errors import SetupError
from script.setup.locks import Use, in_use
from script.setup.options import Options, load_settings, read_options
from script.setup.product import show_accounts

HELP = {
    "bootstrap": "script/bootstrap [--development]\n"
    "Set everything up and start the database; serve nothing and leave the database running.",
    "server": "script/server\n"
    "Set up what is missing, then serve the city and run a worker until Ctrl+C.\n"
    "Settings (environment or deploy/settings.env): HOST, PORT, CITY_PROFILE, DATABASE_URL,\n"
    "PUBLIC_DATABASE_URL, PUBLIC_ORIGIN, SECRET_KEY, DATA_DIR, DEMO_DATA, WEB_WORKERS, DEBUG.",
    "worker": "script/worker\nRun one more background worker until Ctrl+C.",
    "test": "script/test [--slow] [arguments of pytest]\n"
    "Set up what is missing, then run every check and test; with arguments only pytest.",
    "bare-machine": bare_machine.HELP,
}


def bootstrap(arguments: Sequence[str]) -> int:
    """Set up and leave the database running."""
    checkout, options = _prepare()
    wanted = Wanted(development="--development" in arguments)
    set_up(checkout, options, wanted, leave=lambda _ready: None)
    return 0


def server(arguments: Sequence[str]) -> int:
    """Set up and serve until told to stop."""
    return _serve(list(arguments), with_server=True)


def worker(arguments: Sequence[str]) -> int:
    """Set up and run one background worker until told to stop."""
    return _serve(list(arguments), with_server=False)


def test(arguments: Sequence[str]) -> int:
    """Set up for tests and run them."""
    checks.forget_installation_settings()
    checkout = find_checkout(os.environ.get("DATA_DIR"))
    open_var(checkout)
    slow = "--slow" in arguments
    rest = [word for word in arguments if word != "--slow"]
    passing = "CI" in os.environ
    wanted = Wanted(development=True, browser=True, schema=False, demo=False, passing=passing)
    leftovers.clean_up()
    with in_use(checkout.var) as use:

        def leave(ready: Ready) -> None:
            _leave(ready, use, passing=passing)

        ready = set_up(checkout, read_options(os.environ), wanted, leave)
        try:
            if ready.cluster:
                drop_left_test_databases(ready.cluster)
            chosen = checks.all_checks(checkout, slow=slow)
            if rest:
                chosen = [checks.pytest_check(checkout, "chosen tests", rest)]
            return checks.run_checks(checkout, chosen)
        finally:
            leave(ready)


def _prepare() -> tuple[Checkout, Options]:
    load_settings(os.environ)
    options = read_options(os.environ)
    checkout = find_checkout(options.data_dir)
    open_var(checkout)
    leftovers.clean_up()
    return checkout, options


def _serve(arguments: list[str], *, with_server: bool) -> int:
    if arguments:
        raise SetupError(f"Unknown argument {arguments[0]}: this command takes none (see --help).")
    began = time.monotonic()
    checkout, options = _prepare()
    if with_server:
        serve.require_free_port(options)
    with in_use(checkout.var) as use:
        ready = set_up(checkout, options, Wanted(), lambda ready: _leave(ready, use))
        services = [serve.background_worker(checkout)]
        if with_server:
            services.insert(0, serve.web_server(checkout, options))

        def when_up() -> None:
            if not with_server:
                say("A worker takes background tasks. Ctrl+C stops it.")
                return
            serve.announce(options, time.monotonic() - began)
            show_accounts(checkout.accounts_file)

        try:
            return serve.keep_running(checkout, services, when_up, options)
        finally:
            _leave(ready, use)


def _leave(ready: Ready, use: Use, *, passing: bool = False) -> None:
    """Stop the database if this command started it and no other command still uses it.

    `passing`: a cluster outside `var/` that this command made is deleted as well, because nobody
    would find it when a checkout of continuous integration is thrown away.
    """
    if ready.cluster is None or not ready.started_cluster or not use.is_last():
        return
    if passing and ready.made_cluster and ready.cluster.places.is_outside:
        cluster.remove(ready.cluster)
    else:
        cluster.stop(ready.cluster)


def _interrupt(_number: int, _frame: object) -> None:
    """Let TERM end a set-up step as Ctrl+C does."""
    raise KeyboardInterrupt


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "bootstrap": bootstrap,
    "server": server,
    "worker": worker,
    "test": test,
    "bare-machine": bare_machine.main,
}


def main(argv: Sequence[str]) -> int:
    """Run one command; problems that a person can solve end with one line and code 1."""
    name, arguments = argv[0], argv[1:]
    if arguments[:1] in (["--help"], ["-h"]):
        say(HELP[name])
        return 0
    os.umask(0o077)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return COMMANDS[name](arguments)
    except SetupError as error:
        complain(f"script/{name}: {error}")
    except OSError as error:
        complain(f"script/{name}: {error.strerror or error}: {error.filename or 'no file named'}")
    except KeyboardInterrupt:
        complain(f"script/{name}: interrupted; start it again to go on where it stopped.")
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
