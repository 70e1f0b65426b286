"""Imports of the browser in tests: made over HTTP, worked on by the worker's own function."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.test import Client

from importers.models import ImportJob
from importers.wizard import work
from layers.themes.land import Parcel

JSON = "application/json"
SLUG = "zz-nhap"  # of the layer that is imported into
SignIn = Callable[[str], Client]


def zipped(shapefile: Path) -> Path:
    """A shapefile with its parts as one zip beside it."""
    archive = shapefile.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w") as opened:
        for part in sorted(shapefile.parent.glob(f"{shapefile.stem}.*")):
            if part != archive:
                opened.write(part, part.name)
    return archive


def start(client: Client, **body: str) -> dict[str, Any]:
    answer = client.post("/api/imports", body, content_type=JSON)
    assert answer.status_code == 201, answer.content.decode()
    return dict(answer.json())


def put(client: Client, job: dict[str, Any], name: str, content: bytes) -> Any:
    where = f"/api/imports/{job['id']}/files/{name}"
    return client.put(where, content, content_type="application/octet-stream")


def take(client: Client, job: dict[str, Any], step: str, note: str = "") -> Any:
    where = f"/api/imports/{job['id']}/{step}"
    return client.post(where, {"note": note}, content_type=JSON)


def change(client: Client, job: dict[str, Any], **body: Any) -> Any:
    return client.patch(f"/api/imports/{job['id']}", body, content_type=JSON)


def read(client: Client, job: dict[str, Any]) -> dict[str, Any]:
    answer = client.get(f"/api/imports/{job['id']}")
    assert answer.status_code == 200, answer.content.decode()
    return dict(answer.json())


def worked(client: Client, job: dict[str, Any]) -> dict[str, Any]:
    """Do what was ordered and return the import afterwards."""
    ordered = ImportJob.objects.get(pk=job["id"])
    work.run(ordered.pk, ordered.attempt)
    return read(client, job)


def uploaded(client: Client, path: Path, **body: str) -> dict[str, Any]:
    job = start(client, **body)
    answer = put(client, job, path.name, path.read_bytes())
    assert answer.status_code == 200, answer.content.decode()
    return dict(answer.json())


def checked(client: Client, path: Path, **body: str) -> dict[str, Any]:
    """An import after its dry run, with a title."""
    job = uploaded(client, path, **body)
    assert take(client, job, "understand").status_code == 200
    assert worked(client, job)["state"] == "asking"
    assert take(client, job, "check").status_code == 200
    found = worked(client, job)
    assert found["state"] == "ready", found["problem"]
    return dict(change(client, job, title="Thửa đất phường Một", reason="Đo lại").json())


def rows() -> int:
    return int(Parcel.objects.filter(layer__slug=SLUG).count())
