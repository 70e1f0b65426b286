"""An import in the browser: files, answers, dry run, publication, review, undo."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely
from django.conf import settings
from django.db.models import F
from django.test import Client
from import_jobs import (
    JSON,
    SLUG,
    change,
    checked,
    put,
    read,
    rows,
    start,
    take,
    uploaded,
    worked,
    zipped,
)
from small_files import parcels, square

from gis_core.city import city
from gis_core.crs import from_wgs84
from gis_core.errors import Invalid
from gis_core.models import ChangeSet
from importers.models import ImportJob
from importers.wizard import sight, uploads, work
from layers.models import Infrastructure

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
    assert found["counts"] == {"read": 3, "new": 3, "changed": 0, "same": 0, "rejected": 0}
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


def test_other_answers_need_another_dry_run(admin: Client, layer: Any, file: Path) -> None:
    job = checked(admin, file, layer=SLUG)
    found = change(admin, job, mapping={"so_thua": "SHTHUA", "place_name": "GHICHU"}).json()
    assert (found["state"], found["report"]) == ("asking", None)
    assert take(admin, job, "publish").status_code == 409
    take(admin, job, "check")
    assert worked(admin, job)["report"]["mapping"]["place_name"] == "GHICHU"


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("a.exe", b"MZ", 422, "a.exe"),
        ("a", b"x", 422, "zip"),
        (".zip", b"x", 422, "zip"),
        ("a.zip", b"", 422, "a.zip"),
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


def test_a_refusal_on_the_page_speaks_of_no_command_line(admin: Client, tmp_path: Path) -> None:
    path = tmp_path / "bảng.csv"
    path.write_text("ma;ten\n1;Một\n2;Hai\n")
    job = uploaded(admin, path, theme="infrastructure", new_layer_title="Bảng thử")
    take(admin, job, "understand")
    problem = worked(admin, job)["problem"]
    assert "bảng.csv" in problem
    assert "--" not in problem


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


def test_a_saved_way_of_reading_is_used_again(admin: Client, layer: Any, file: Path) -> None:
    job = checked(admin, file, layer=SLUG)
    change(admin, job, mapping={"so_thua": "SHTHUA", "so_to": "SHBANDO", "place_name": "GHICHU"})
    where = f"/api/imports/{job['id']}/profile"
    assert admin.put(where, {"name": "zz Đo đạc"}, content_type=JSON).status_code == 200
    other = uploaded(admin, file, layer=SLUG)
    take(admin, other, "understand")
    [told] = worked(admin, other)["profiles"]
    assert (told["name"], told["may_forget"]) == ("zz Đo đạc", True)
    where = f"/api/imports/{other['id']}/profile"
    assert admin.post(where, {"name": "zz none"}, content_type=JSON).status_code == 404
    assert admin.post(where, {"name": "zz Đo đạc"}, content_type=JSON).status_code == 200
    found = worked(admin, other)
    assert found["state"] == "asking"
    assert found["answers"]["mapping"]["place_name"] == "GHICHU"
    assert found["answers"]["source_crs"] == "EPSG:9210"
    assert admin.delete(where, {"name": "zz Đo đạc"}, content_type=JSON).json()["profiles"] == []
    assert admin.delete(where, {"name": "zz Đo đạc"}, content_type=JSON).status_code == 404


def test_the_columns_of_coordinates_are_chosen_in_the_form(admin: Client, tmp_path: Path) -> None:
    """The form of a table: columns that nobody would have guessed, or one of two ways to read."""
    path = tmp_path / "mốc.csv"
    lines = [f"{n};{1_145_000 + n},25;{567_000 + n}" for n in range(3)]
    path.write_text("\n".join(["ma;cao;dai", *lines]))
    job = uploaded(admin, path, theme="infrastructure", new_layer_title="Mốc thử")
    change(admin, job, source_layer="mốc: E=cao, N=dai")
    take(admin, job, "understand")
    found = worked(admin, job)
    assert found["state"] == "asking", found["problem"]
    assert found["understanding"]["place"]["crs"] != "EPSG:9210"
    change(admin, job, source_layer="mốc: E=dai, N=ma_sai")
    take(admin, job, "understand")
    found = worked(admin, job)
    assert (found["state"], "cao" in found["problem"]) == ("failed", True)
    change(admin, job, source_layer="mốc: E=dai, N=cao")
    take(admin, job, "understand")
    found = worked(admin, job)
    assert found["understanding"]["source_layer"] == "mốc: E=dai, N=cao"
    assert found["understanding"]["place"]["crs"] == "EPSG:9210"
    take(admin, job, "check")
    assert worked(admin, job)["counts"]["new"] == 3
    change(admin, job, title="Mốc thử")
    take(admin, job, "publish")
    assert worked(admin, job)["state"] == "done"
    points = Infrastructure.objects.filter(layer__slug=job["layer"]).order_by("code")
    east, north = from_wgs84(city().zone, *np.array([point.geom.coords for point in points]).T)
    assert east == pytest.approx([567_000, 567_001, 567_002], abs=0.01)
    assert north == pytest.approx([1_145_000.25, 1_145_001.25, 1_145_002.25], abs=0.01)


def test_of_several_kinds_of_shapes_one_is_chosen(admin: Client, tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[106.36, 10.36], [106.37, 10.36]]}
    point = {"type": "Point", "coordinates": [106.36, 10.36]}
    features = [
        {"type": "Feature", "properties": {"ma": str(number)}, "geometry": shape}
        for number, shape in enumerate([line, point, point])
    ]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    job = uploaded(admin, path, theme="infrastructure", new_layer_title="Hạ tầng thử")
    take(admin, job, "understand")
    found = worked(admin, job)
    assert found["understanding"]["kinds"] == {"MultiLineString": 1, "Point": 2}
    assert {"MultiLineString", "Point"} <= set(found["geometry_types"])
    take(admin, job, "check")
    assert worked(admin, job)["state"] == "failed"
    assert change(admin, job, geometry="circles").status_code == 400
    change(admin, job, geometry="points")
    take(admin, job, "check")
    found = worked(admin, job)
    assert (found["counts"]["new"], found["counts"]["rejected"]) == (2, 1)
