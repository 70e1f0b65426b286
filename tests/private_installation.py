"""An installation of its own for tests that kill it: a database cluster and a server."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from script.setup.checkout import find_checkout, open_var
from script.setup.cluster import Cluster, open_cluster, start, stop
from script.setup.commands import dies_with_parent
from script.setup.databases import prepare_databases, write_instance
from script.setup.errors import SetupError
from script.setup.stamps import Stamps

ROOT = Path(__file__).resolve().parent.parent
_PLANT = """
import json
from django.contrib.gis.geos import Point
from gis_core import device_tokens
from gis_core.access import system_actor
from gis_core.models import RoleGrant, User
from layers import changes, selectors
from layers.changes import Kind, Operation
from layers.models import Layer
import shapely
who = system_actor("test")
Layer.objects.create(slug="{layer}", theme="tourism", geometry_type="Point", title_vi="x",
                     sensitivity=0, publication="published")
entry = selectors.layer(who, "{layer}")
steps = [Operation(Kind.CREATE, entry, {{"name": f"s{{n}}", "slug": f"{layer}-{{n}}"}},
                   shapely.Point(106.36 + n / 1000, 10.35)) for n in range({count})]
ids = changes.apply(who, steps, title="x", channel="command").feature_ids
user = User.objects.create_user("{layer}")
RoleGrant.objects.create(user=user, role="administrator")
days = max(device_tokens.VALID_DAYS)
print(json.dumps({{"ids": ids, "token": device_tokens.issue(user, "test", days).secret}}))
"""
_HISTORY = """
import json
from gis_core.access import system_actor
from layers import selectors, versions
entry = selectors.layer(system_actor("test"), "{layer}")
chains = {{n: [item.values["phone"] for item in versions.versions(entry, n)[::-1]] for n in {ids}}}
print(json.dumps(chains))
"""


class Installation:
    """A cluster and a server over it; `base` is its address, `environment` is for commands."""

    def __init__(self, folder: Path) -> None:
        checkout = find_checkout(str(folder))
        open_var(checkout)
        self._var = checkout.var
        self._cluster: Cluster = open_cluster(checkout)
        start(self._cluster)
        instance = write_instance(checkout, self._cluster)
        prepare_databases(self._cluster, instance, Stamps(checkout.var / "stamps.json"))
        self.database_url = instance["database_url"]
        kept = {name: value for name, value in os.environ.items() if "DATABASE" not in name}
        self.environment = {**kept, "DATA_DIR": str(checkout.var)}
        for command in ("prepare_database", "migrate", "load_code_lists"):
            self.manage(command)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.base = f"http://127.0.0.1:{self.port}"
        self._server: subprocess.Popen[bytes] | None = None

    def manage(self, *arguments: str) -> str:
        """Run a command of manage.py to its end; return what it prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def _shell(self, code: str) -> Any:
        return json.loads(self.manage("shell", "-v", "0", "-c", code).strip().splitlines()[-1])

    def plant(self, layer: str, count: int) -> tuple[list[int], str]:
        """Make sites in a new layer; return their ids and a token of somebody of its name."""
        made = self._shell(_PLANT.format(layer=layer, count=count))
        return made["ids"], made["token"]

    def history(self, layer: str, ids: list[int]) -> dict[int, list[str]]:
        """Return feature → the telephone numbers of its versions, the first one at the left."""
        found = self._shell(_HISTORY.format(layer=layer, ids=ids))
        return {int(number): values for number, values in found.items()}

    def serve(self) -> None:
        """Start the server and wait until it answers."""
        granian = Path(sys.executable).parent / "granian"
        self._server = subprocess.Popen(
            [
                *dies_with_parent("KILL"),  # also where the tests themselves are killed
                *(granian, "--interface", "wsgi", "--port", str(self.port), "--workers", "1"),
                *("--blocking-threads", "4", "--http", "1", "gis_core.wsgi:application"),
            ],
            cwd=ROOT,
            env=self.environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.await_ready()

    def await_ready(self) -> float:
        """Wait until both database logins read through the server; return the seconds."""
        started = time.monotonic()
        while time.monotonic() - started < 120:
            with suppress(urllib.error.URLError, OSError):
                with urllib.request.urlopen(f"{self.base}/health/ready", timeout=5) as answer:  # noqa: S310
                    if answer.status == 200:
                        return time.monotonic() - started
            time.sleep(0.05)
        raise AssertionError("the server does not come back")

    def kill_server(self) -> None:
        """End all processes of the server without a word, as a power cut does."""
        if self._server is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
            self._server = None

    def crash_database(self) -> None:
        """Kill every process of the database, as a power cut does, and start it again."""
        data = self._cluster.places.data
        # One that was born while the others died holds the memory, so they are looked for again.
        while family := _at_home_in(data):
            for process in family:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.02)
        # One that is dead but not yet collected by its parent still counts as running.
        for _attempt in range(120):
            with suppress(SetupError):
                start(self._cluster)
                return
            time.sleep(0.2)
        raise AssertionError("the database does not start again")

    def close(self) -> None:
        """Stop everything and delete it."""
        self.kill_server()
        stop(self._cluster)
        outside = self._cluster.places
        shutil.rmtree(outside.home if outside.is_outside else self._var, ignore_errors=True)


def _at_home_in(folder: Path) -> list[int]:
    """Return the processes whose working folder it is: those of a database in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # gone, or another account's
            if (process / "cwd").readlink() == folder:
                found.append(int(process.name))
    return found


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """Give a running installation, which is gone afterwards."""
    folder.mkdir(exist_ok=True)
    made = Installation(folder)
    try:
        made.serve()
        yield made
    finally:
        made.close()
