"""`script/server` and `script/worker`: services under one supervisor that stops them together."""

import asyncio
import errno
import shutil
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from script.setup.checkout import Checkout
from script.setup.commands import Supervised, start_supervised
from script.setup.console import complain, duration, say
from script.setup.errors import SetupError
from script.setup.front_end import tool_environment
from script.setup.options import Options

BLOCKING_THREADS = 4
STOP_SECONDS = 15.0
LONGEST_PAUSE = 60.0  # seconds between two tries to start a worker that keeps dying
_STABLE = 60.0  # seconds after which a worker counts as healthy again


@dataclass(frozen=True)
class Service:
    """A program to keep running. `restart`: start it again when it dies, else end with it."""

    name: str
    argv: tuple[str, ...]
    restart: bool


def web_server(checkout: Checkout, options: Options) -> Service:
    """Return the web server: granian with two processes of four threads each.

    Backpressure bounds the requests in work, and with them the database connections: each thread
    holds at most one per login, so 2 x 4 x 2 stay far below the cluster's 60.
    """
    arguments = (
        *("--interface", "wsgi", "--http", "1", "--no-ws", "--log-level", "warning"),
        *("--host", options.host, "--port", str(options.port)),
        *("--workers", str(options.web_workers), "--blocking-threads", str(BLOCKING_THREADS)),
        *("--backpressure", str(8 * BLOCKING_THREADS), "--workers-kill-timeout", "10"),
        *("--respawn-failed-workers", "gis_core.wsgi:application"),
    )
    return Service("server", (str(checkout.python), "-m", "granian", *arguments), restart=False)


def background_worker(checkout: Checkout) -> Service:
    """Return the worker that takes tasks from the queue in the database."""
    return Service("worker", (str(checkout.python), "manage.py", "db_worker"), restart=True)


def require_free_port(options: Options) -> None:
    """Raise SetupError when the server could not listen, before anything long is done."""
    try:
        place = socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise SetupError(f"HOST={options.host}: there is no such address here.") from error
    with socket.socket(place[0], socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(place[4])
        except OSError as error:
            raise SetupError(_port_problem(options, error.errno)) from error


def _port_problem(options: Options, number: int | None) -> str:
    if number == errno.EADDRINUSE:
        return (
            f"Port {options.port} of {options.host} is taken by another program: stop it, or choose"
            f" another port, for example PORT={options.port + 1} script/server."
        )
    if number == errno.EACCES:
        return f"Port {options.port} needs administrator rights: choose one from 1024 up."
    return f"HOST={options.host} is no address of this machine: use 127.0.0.1 or 0.0.0.0."


def keep_running(
    checkout: Checkout, services: Sequence[Service], when_up: Callable[[], None], options: Options
) -> int:
    """Run the services until one that is not restarted ends, or until Ctrl+C or TERM.

    Returns the exit code of the service that ended, or 0 after a request to stop. `when_up` is
    called once the server answers (at once when there is no server among the services).
    """
    return asyncio.run(_Supervisor(checkout, options).run(services, when_up))


class _Supervisor:
    def __init__(self, checkout: Checkout, options: Options) -> None:
        self._checkout = checkout
        self._options = options
        self._stop = asyncio.Event()
        self._code = 0

    async def run(self, services: Sequence[Service], when_up: Callable[[], None]) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup keeps its meaning
                loop.add_signal_handler(number, self._stop.set)
        tasks = [asyncio.create_task(self._keep(service)) for service in services]
        if any(not service.restart for service in services):
            tasks.append(asyncio.create_task(self._announce(when_up)))
        else:
            when_up()
        await self._stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return self._code

    async def _keep(self, service: Service) -> None:
        pause = 1.0
        while True:
            started = time.monotonic()
            code = await self._once(service)
            if not service.restart:
                complain(f"The {service.name} ended with code {code}.")
                self._code = code or 1
                self._stop.set()
                return
            pause = 1.0 if time.monotonic() - started > _STABLE else min(pause * 2, LONGEST_PAUSE)
            complain(f"The {service.name} ended with code {code}; again in {duration(pause)}.")
            await asyncio.sleep(pause)

    async def _once(self, service: Service) -> int:
        process = await start_supervised(
            [*_dies_with_parent(), *service.argv],
            env=tool_environment(self._checkout),
            cwd=self._checkout.root,
        )
        try:
            return await process.wait()
        finally:
            await _end(process)

    async def _announce(self, when_up: Callable[[], None]) -> None:
        host = self._options.address.split("/")[2].rsplit(":", 1)[0].strip("[]")
        while True:
            try:
                _, writer = await asyncio.open_connection(host, self._options.port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            when_up()
            return


async def _end(process: Supervised) -> None:
    """Ask a program to stop, and kill it when it does not."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def _dies_with_parent() -> list[str]:
    """Return a prefix that ends a service when the supervisor is killed without warning."""
    return ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []


def announce(options: Options, seconds: float) -> None:
    """Say that the server answers and where."""
    say()
    say(f"The city is served at {options.address} (after {seconds:.1f} s). Ctrl+C stops it.")
