"""An import in the browser from its files to the map: dry run, publication, undo, once each."""

from pathlib import Path
from typing import Any

import pyogrio.raw
import pytest
import shapely
from django.db.models import F
from django.test import Client
from import_jobs import (
    JSON,
    SLUG,
    change,
    checked,
    read,
    rows,
    take,
    uploaded,
    worked,
    zipped,
)
from small_files import parcels, square

from gis_core.models import ChangeSet
from importers.models import ImportJob
from importers.wizard import sight, work

pytestmark = pytest.mark.usefixtures("db", "import_root")


def test_from_the_file_to_the_map_and_back(admin: Client, layer: Any, file: Path) -> None:
    job = uploaded(admin, file, layer=SLUG)
    assert [entry["name"] for entry in job["files"]] == [file.name]
    assert take(admin, job, "understand").json()["state"] == "understanding"
    found = worked(admin, job)
    columns = {one["column"]: one for one in found["understanding"]["columns"]}
    assert columns["SHTHUA"]["field"] == "so_thua"
    assert columns["GHICHU"]["field"] == ""
    assert columns["GHICHU"]["samples"] == ["góc phố"]
    assert found["understanding"]["place"]["crs"] == "EPSG:9210"
    take(admin, job, "check")
    found = worked(admin, job)
    assert found["counts"] == {
        "read": 3, "new": 3, "changed": 0, "same": 0, "rejected": 0, "set_aside": 0,
    }  # fmt: skip
    assert rows() == 0
    change(admin, job, title="Thửa đất", decision_number="12/QĐ-UBND", reason="Đo lại")
    assert take(admin, job, "publish").json()["state"] == "writing"
    found = worked(admin, job)
    assert (found["state"], rows()) == ("done", 3)
    entry = ChangeSet.objects.get(pk=found["change_set"]["id"])
    assert (entry.title, entry.decision_number, entry.reason) == (
        "Thửa đất",
        "12/QĐ-UBND",
        "Đo lại",
    )
    assert found["may_undo"]
    undone = admin.post(f"/api/change-sets/{entry.pk}/undo", {"reason": ""}, content_type=JSON)
    assert undone.status_code == 200
    assert (read(admin, job)["state"], rows()) == ("undone", 0)


def test_a_new_layer_has_the_name_that_was_given(admin: Client, file: Path) -> None:
    job = checked(admin, file, theme="parcels", new_layer_title="Thửa đất phường Một")
    assert job["layer"] == "thua-dat-phuong-mot"
    take(admin, job, "publish")
    assert worked(admin, job)["state"] == "done"
    layers = admin.get("/api/catalog").json()["layers"]
    assert [one["title"] for one in layers if one["slug"] == job["layer"]] == [
        "Thửa đất phường Một"
    ]


def test_a_task_that_comes_twice_does_nothing(admin: Client, layer: Any, file: Path) -> None:
    job = checked(admin, file, layer=SLUG)
    take(admin, job, "publish")
    attempt = ImportJob.objects.get(pk=job["id"]).attempt
    assert work.run(job["id"], attempt) == "done"
    assert work.run(job["id"], attempt) == ""
    assert work.run(job["id"], attempt - 1) == ""
    assert (rows(), ChangeSet.objects.filter(title="Thửa đất phường Một").count()) == (3, 1)


def test_what_changed_since_the_dry_run_is_shown_again(
    admin: Client, layer: Any, file: Path
) -> None:
    first, second = checked(admin, file, layer=SLUG), checked(admin, file, layer=SLUG)
    take(admin, first, "publish")
    worked(admin, first)
    take(admin, second, "publish")
    found = worked(admin, second)
    assert (found["state"], found["counts"]["new"], found["counts"]["same"]) == ("ready", 0, 3)
    assert "chạy thử" in found["problem"]
    assert rows() == 3


def test_work_that_ends_while_somebody_looks_does_not_read_as_interrupted(
    admin: Client, layer: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = checked(admin, file, layer=SLUG)
    begun = ImportJob.objects.filter(pk=job["id"])
    begun.update(state="checking", taken=F("attempt"))
    assert read(admin, job)["state"] == "interrupted"  # nobody is at work on it

    def look_late(*_about: object) -> frozenset[int]:
        begun.update(state="ready")
        return frozenset()

    monkeypatch.setattr(sight, "held", look_late)
    assert read(admin, job)["state"] == "ready"


def test_rejected_rows_can_be_downloaded(admin: Client, layer: Any, tmp_path: Path) -> None:
    path = parcels(tmp_path / "a.shp", SHTHUA=["1", "1", "2"])
    job = checked(admin, zipped(path), layer=SLUG)
    assert job["counts"]["rejected"] == 1
    answer = admin.get(f"/api/imports/{job['id']}/rejected")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "duplicate_key" in text
    assert "góc phố" in text
    assert text.count("\n") == 2
    answer = admin.get(f"/api/imports/{job['id']}/rejected?f=gpkg")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    target = tmp_path / "rejected.gpkg"
    target.write_bytes(content)
    meta, _, shapes, values = pyogrio.raw.read(target)
    told = dict(zip(meta["fields"], values, strict=True))
    assert (told["rejected_row"].tolist(), told["reason"].tolist()) == ([2], ["duplicate_key"])
    assert (told["SHTHUA"].tolist(), told["GHICHU"].tolist()) == (["1"], ["góc phố"])
    assert "khóa" in told["reason_vi"][0]
    assert shapely.from_wkb(shapes[0]).equals(square(1))
    assert admin.get(f"/api/imports/{job['id']}/rejected?f=exe").status_code == 404
