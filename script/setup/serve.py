"""`script/server` and `script/worker`: services under one supervisor that stops them together."""

import asyncio
import contextlib
import errno
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from script.setup.checkout import Checkout
from script.setup.commands import Supervised, dies_with_parent, start_supervised
from script.setup.console import complain, duration, say
from script.setup.errors import SetupError
from script.setup.front_end import tool_environment
from script.setup.options import Options

BLOCKING_THREADS = 4
# Of one process. The server counts a connection that a browser keeps open as one in work, so with
# few of them some dozens of open maps would keep everybody else out.
OPEN_CONNECTIONS = 512
STOP_SECONDS = 15.0
LONGEST_PAUSE = 60.0  # seconds between two tries to start a worker that keeps dying
_LOOK_AGAIN = 0.05  # seconds between two questions whether the server answers
_STABLE = 60.0  # seconds after which a worker counts as healthy again


@dataclass(frozen=True)
class Service:
    """A program to keep running. `restart`: start it again when it dies, else end with it."""

    name: str
    argv: tuple[str, ...]
    restart: bool


def web_server(checkout: Checkout, options: Options) -> Service:
    """Return the web server: granian with two processes of four threads each.

    The threads bound the requests in work, and with them the database connections: each thread
    holds at most one per login, so 2 x 4 x 2 stay far below the cluster's 60.
    """
    arguments = (
        *("--interface", "wsgi", "--http", "1", "--no-ws", "--log-level", "warning"),
        *("--host", options.host, "--port", str(options.port)),
        *("--workers", str(options.web_workers), "--blocking-threads", str(BLOCKING_THREADS)),
        *("--backpressure", str(OPEN_CONNECTIONS), "--workers-kill-timeout", "10"),
        *("--respawn-failed-workers", "gis_core.wsgi:application"),
    )
    return Service("server", (str(checkout.python), "-m", "granian", *arguments), restart=False)


def background_worker(checkout: Checkout) -> Service:
    """Return the worker that takes tasks from the queue in the database."""
    return Service("worker", (str(checkout.python), "manage.py", "worker"), restart=True)


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
            f"Port {options.port} of {options.host} is taken by another program or by a server of"
            f" this checkout: stop it, or choose another: PORT={options.port + 1} script/server."
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
        # Workers wait for the server: on a small machine they would slow its start down.
        first = [service for service in services if not service.restart]
        tasks = [asyncio.create_task(self._keep(service)) for service in first]
        tasks.append(asyncio.create_task(self._rest(services, when_up)))
        await self._stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return self._code

    async def _rest(self, services: Sequence[Service], when_up: Callable[[], None]) -> None:
        if any(not service.restart for service in services):
            await self._answered()
        when_up()
        await asyncio.gather(*(self._keep(service) for service in services if service.restart))

    async def _keep(self, service: Service) -> None:
        pause = 1.0
        while True:
            started = time.monotonic()
            code = await self._once(service)
            if not service.restart:
                complain(f"The {service.name} ended with code {code}.")
                self._code = exit_code(code)
                self._stop.set()
                return
            pause = 1.0 if time.monotonic() - started > _STABLE else min(pause * 2, LONGEST_PAUSE)
            complain(f"The {service.name} ended with code {code}; again in {duration(pause)}.")
            await asyncio.sleep(pause)

    async def _once(self, service: Service) -> int:
        process = await start_supervised(
            [*dies_with_parent("TERM"), *service.argv],
            env=tool_environment(self._checkout),
            cwd=self._checkout.root,
        )
        try:
            return await process.wait()
        finally:
            await _end(process)

    async def _answered(self) -> None:
        """Wait until the server answers a request (its port is open before that)."""
        host = self._options.address.split("/")[2].rsplit(":", 1)[0].strip("[]")
        while True:
            try:
                reader, writer = await asyncio.open_connection(host, self._options.port)
                writer.write(b"GET /health/live HTTP/1.0\r\nHost: localhost\r\n\r\n")
                answer = await reader.readline()
                writer.close()
            except OSError:
                answer = b""
            if answer.startswith(b"HTTP/"):
                return
            await asyncio.sleep(_LOOK_AGAIN)


def exit_code(code: int) -> int:
    """Return what a command ends with when a service ended with `code`, never 0.

    A service that was killed by signal n has the code -n; shells write 128 + n for it.
    """
    return 128 - code if code < 0 else code or 1


async def _end(process: Supervised) -> None:
    """Ask a service to stop; kill it when it does not, and what it left of its own processes."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        complain("A service does not stop by itself: it is killed.")
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # a service leads a process group of its own
    await process.wait()


def announce(options: Options, seconds: float) -> None:
    """Say that the server answers and where."""
    say()
    say(f"The city is served at {options.address} (after {seconds:.1f} s). Ctrl+C stops it.")
