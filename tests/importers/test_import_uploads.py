"""The files of an import in the browser: sent, refused, replaced, thrown away."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from import_jobs import (
    SLUG,
    checked,
    put,
    read,
    start,
    take,
    worked,
)
from small_files import parcels

from gis_core.errors import Invalid
from importers.models import ImportJob
from importers.wizard import uploads

pytestmark = pytest.mark.usefixtures("db", "import_root")


def test_the_parts_of_a_shapefile_come_one_by_one(
    admin: Client, layer: Any, tmp_path: Path
) -> None:
    path = parcels(tmp_path / "thua.shp")
    job = start(admin, layer=SLUG)
    for part in sorted(tmp_path.glob("thua.*")):
        assert put(admin, job, part.name, part.read_bytes()).status_code == 200
    take(admin, job, "understand")
    assert worked(admin, job)["understanding"]["rows"] == 3
    assert path.exists()


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("a.exe", b"MZ", 422, "a.exe"),
        ("a", b"x", 422, "zip"),
        (".zip", b"x", 422, "zip"),
        ("a.zip", b"", 422, "a.zip"),
        ("a.dwg", b"AC1027", 422, "DXF"),
        ("a.RAR", b"Rar!", 422, "nén thành zip"),
        ("a.xls", b"x", 422, ".xlsx"),
        ("a.zip", b"x" * 3000, 413, "a.zip"),
    ],
)
def test_files_that_are_refused(
    admin: Client,
    layer: Any,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: bytes,
    status: int,
    words: str,
) -> None:
    monkeypatch.setattr(settings, "IMPORT_MAX_BYTES", 2000)
    job = start(admin, layer=SLUG)
    answer = put(admin, job, name, content)
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True)
    assert read(admin, job)["files"] == []
    assert list(uploads.folder_of(ImportJob.objects.get(pk=job["id"])).iterdir()) == []


def test_a_text_is_a_table_or_a_note_beside_the_data(admin: Client, layer: Any) -> None:
    job = ImportJob.objects.get(pk=start(admin, layer=SLUG)["id"])
    job.files = [{"name": "mốc.txt", "bytes": 1}]
    assert uploads.main_file(job).name == "mốc.txt"
    job.files = [*job.files, {"name": "a.shp", "bytes": 1}]
    assert uploads.main_file(job).name == "a.shp"
    job.files = [*job.files, {"name": "b.gpkg", "bytes": 1}]
    with pytest.raises(Invalid, match=r"b\.gpkg"):
        uploads.main_file(job)


def test_the_size_counts_over_all_files(
    admin: Client, layer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "IMPORT_MAX_BYTES", 2000)
    job = start(admin, layer=SLUG)
    assert put(admin, job, "a.shp", b"x" * 1500).status_code == 200
    assert put(admin, job, "a.dbf", b"x" * 600).status_code == 413
    assert put(admin, job, "a.shp", b"x" * 1900).status_code == 200  # in place of the first


def test_a_picture_is_told_from_map_data() -> None:
    with pytest.raises(Invalid, match="quản trị viên"):
        uploads.plain_name("ảnh.TIF")


def test_a_name_never_leaves_the_folder() -> None:
    assert uploads.plain_name("..\\..\\etc/passwd.zip") == "passwd.zip"
    assert uploads.plain_name("a\0b\u202e.SHP") == "ab.SHP"
    assert len(uploads.plain_name("x" * 500 + ".zip")) == 120


def test_a_file_that_is_none_says_so_and_can_be_replaced(
    admin: Client, layer: Any, file: Path
) -> None:
    job = start(admin, layer=SLUG)
    put(admin, job, "a.zip", b"not a zip")
    take(admin, job, "understand")
    found = worked(admin, job)
    assert found["state"] == "failed"
    assert "a.zip" in found["problem"]
    admin.delete(f"/api/imports/{job['id']}/files/a.zip")
    put(admin, job, "b.zip", file.read_bytes())
    take(admin, job, "understand")
    assert worked(admin, job)["state"] == "asking"


def test_discarding_leaves_no_file(admin: Client, layer: Any, file: Path) -> None:
    job = checked(admin, file, layer=SLUG)
    folder = uploads.folder_of(ImportJob.objects.get(pk=job["id"]))
    assert folder.exists()
    assert admin.delete(f"/api/imports/{job['id']}").status_code == 204
    assert not folder.exists()
    assert admin.get("/api/imports").json()["imports"] == []


def test_old_files_are_cleaned_away(admin: Client, layer: Any, file: Path) -> None:
    job = checked(admin, file, layer=SLUG)
    ImportJob.objects.filter(pk=job["id"]).update(changed_at="2020-01-01T00:00:00Z")
    assert uploads.clean() == 1
    assert read(admin, job)["state"] == "cancelled"
