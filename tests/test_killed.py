"""Promise I3: server and database are killed under load: no acknowledged edit is lost, none twice.

Each client changes its own site again and again, names every request, and sends it until it is
answered. In the end each site's versions are exactly the answered edits, in their order.
"""

import base64
import http.client
import json
import random
import time
from threading import Event, Thread

import pytest
from private_installation import Installation

CLIENTS = 4
pytestmark = pytest.mark.usefixtures("database")  # in the group that has a database server


class Editor(Thread):
    """Somebody who edits one site until told to stop."""

    def __init__(self, port: int, layer: str, site: int, token: str, stop: Event) -> None:
        super().__init__(daemon=True)
        self.port, self.site, self.stop = port, site, stop
        self.path = f"/ogc/collections/{layer}/items/{site}"
        credentials = base64.b64encode(f"{layer}:{token}".encode()).decode()
        self.headers = {
            "Authorization": f"Basic {credentials}",
            "Content-Type": "application/geo+json",
        }
        self.acknowledged: list[str] = []
        self.answers: list[int] = []
        self.sent_again = 0

    def run(self) -> None:
        version = 1
        while not self.stop.is_set():
            value = str(len(self.acknowledged))
            properties = {"phone": value, "_version": version}
            body = {"type": "Feature", "geometry": None, "properties": properties}
            version = self.until_answered(json.dumps(body), f"{self.site}-{value}")
            self.acknowledged.append(value)

    def until_answered(self, body: str, key: str) -> int:
        """Return the version that the edit made."""
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("PUT", self.path, body, {**self.headers, "Idempotency-Key": key})
                response = connection.getresponse()
                said = response.read()
            except (OSError, http.client.HTTPException):
                self.sent_again += 1
                time.sleep(0.05)
                continue
            finally:
                connection.close()
            self.answers.append(response.status)
            if response.status == 200:
                return int(json.loads(said)["properties"]["_version"])
            assert response.status == 503, said
            self.sent_again += 1
            time.sleep(0.05)


def edit_while(alone: Installation, rounds: int, killed: str) -> list[float]:
    """Let clients edit while something is killed now and then.

    Returns for each time the seconds from its start until the product reads again.
    """
    layer = f"killed-{killed}-{rounds}"
    sites, token = alone.plant(layer, CLIENTS)
    stop = Event()
    editors = [Editor(alone.port, layer, site, token, stop) for site in sites]
    for editor in editors:
        editor.start()
    gaps = []
    try:
        for _round in range(rounds):
            time.sleep(0.5 + random.random())  # noqa: S311
            if killed == "server":
                alone.kill_server()
                alone.serve()
            else:
                alone.crash_database()
                gaps.append(alone.await_ready())
        time.sleep(1)
    finally:
        stop.set()
        for editor in editors:
            editor.join(60)
    after = alone.history(layer, sites)
    for editor in editors:
        assert editor.acknowledged, editor.answers
        assert after[editor.site][1:] == editor.acknowledged
    assert any(editor.sent_again for editor in editors)
    return gaps


@pytest.mark.parametrize("killed", ["server", "database"])
def test_no_acknowledged_edit_is_lost_and_none_is_applied_twice(
    alone: Installation, killed: str
) -> None:
    edit_while(alone, 2, killed)


@pytest.mark.slow
@pytest.mark.parametrize("killed", ["server", "database"])
def test_the_same_many_times(alone: Installation, killed: str) -> None:
    gaps = edit_while(alone, 15, killed)
    assert all(gap < 5 for gap in gaps), gaps
