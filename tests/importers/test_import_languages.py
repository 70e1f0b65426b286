"""One import, read by people of two languages: all words of ours follow the reader."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from django.contrib.auth import get_user_model
from django.test import Client
from import_jobs import JSON, SLUG, change, checked, put, start, take, uploaded, worked, zipped
from small_files import EAST, NORTH, parcels, shapefile, square

from importers.models import ImportJob
from importers.wizard import work

pytestmark = pytest.mark.usefixtures("db", "import_root")


def read_in(client: Client, job: dict[str, Any], language: str, part: str = "") -> dict[str, Any]:
    answer = client.get(f"/api/imports/{job['id']}{part}?lang={language}")
    assert answer.status_code == 200, answer.content.decode()
    return dict(answer.json())


def problems(client: Client, job: dict[str, Any]) -> tuple[str, str]:
    vi, en = (read_in(client, job, language)["problem"] for language in ("vi", "en"))
    return vi, en


def found_wrong(client: Client, folder: Path, language: str) -> dict[str, Any]:
    """A dry run, begun in a language: a shape twice, one repaired, one over what is there."""
    (folder / "old").mkdir()
    old = checked(client, zipped(parcels(folder / "old" / "a.shp", 1)), layer=SLUG)
    take(client, old, "publish")
    worked(client, old)
    bow = shapely.Polygon([(0, 0), (35, 35), (35, 0), (0, 35), (0, 0)])
    bow = shapely.transform(bow, lambda xy: xy + np.array([EAST + 300, NORTH]))
    over = shapely.box(EAST + 10.25, NORTH, EAST + 19, NORTH + 10)
    columns = {"SHBANDO": ["6"] * 4, "SHTHUA": ["1", "2", "3", "4"]}
    path = shapefile(folder / "b.gpkg", [square(3), square(3), bow, over], columns)
    body = {"theme": "", "layer": SLUG}
    job = dict(client.post(f"/api/imports?lang={language}", body, content_type=JSON).json())
    put(client, job, path.name, path.read_bytes())
    take(client, job, "understand")
    worked(client, job)
    take(client, job, "check")
    return worked(client, job)


DETAILS = {
    "vi": {"duplicate_shape": "dòng 1", "repaired": "0 m² → 612,5 m²", "overlap": "5/1: 87,5 m²"},
    "en": {"duplicate_shape": "row 1", "repaired": "0 m² → 612.5 m²", "overlap": "5/1: 87.5 m²"},
}


@pytest.mark.parametrize("begun", ["vi", "en"])
def test_details_of_findings_follow_the_reader(
    admin: Client, layer: Any, tmp_path: Path, begun: str
) -> None:
    job = found_wrong(admin, tmp_path, begun)
    for language, wanted in DETAILS.items():
        issues = read_in(admin, job, language)["report"]["issues"]
        told = {one["code"]: one["first"][0] for one in issues}
        assert {code: told[code]["detail"] for code in wanted} == wanted
        assert all("words" not in one for one in told.values())
        findings = read_in(admin, job, language, "/rows")["findings"]
        on_map = {one["code"]: one["detail"] for one in findings}
        assert {code: on_map[code] for code in wanted} == wanted
        assert all("words" not in one for one in findings)


def test_where_far_data_lies_follows_the_reader(admin: Client, layer: Any, tmp_path: Path) -> None:
    far = shapely.box(EAST, NORTH + 150_000, EAST + 20, NORTH + 150_020)
    columns = {"SHBANDO": ["5"], "SHTHUA": ["1"]}
    job = checked(admin, shapefile(tmp_path / "a.gpkg", [far], columns), layer=SLUG)
    for language, words in (("vi", "kinh độ 106,36"), ("en", "longitude 106.36")):
        issues = read_in(admin, job, language)["report"]["issues"]
        [told] = [one["first"][0]["detail"] for one in issues if one["code"] == "far_from_city"]
        assert words in told


def test_why_a_file_is_refused_follows_the_reader(
    admin: Client, layer: Any, tmp_path: Path
) -> None:
    """With kinds of shapes and the names of themes among its words."""
    line = shapefile(tmp_path / "a.gpkg", [shapely.LineString([(EAST, NORTH), (EAST + 9, NORTH)])],
                     {"A": ["1"]})  # fmt: skip
    job = uploaded(admin, line, layer=SLUG)
    take(admin, job, "understand")
    worked(admin, job)
    take(admin, job, "check")
    assert worked(admin, job)["state"] == "failed"
    vi, en = problems(admin, job)
    assert all(word in vi for word in ("Thửa đất", "đường", "vùng"))
    assert all(word in en for word in ("Parcels", "lines", "areas"))
    assert "--" not in vi + en


def test_a_question_about_the_place_follows_the_reader(
    admin: Client, layer: Any, tmp_path: Path
) -> None:
    parcels(tmp_path / "a.shp")
    other = shapefile(tmp_path / "c.shp", [square(0)], {"A": ["1"]}, "EPSG:5897")
    (tmp_path / "a.prj").write_bytes(other.with_suffix(".prj").read_bytes())
    job = uploaded(admin, zipped(tmp_path / "a.shp"), layer=SLUG)
    take(admin, job, "understand")
    worked(admin, job)
    for language, words in (("vi", "ngoài thành phố"), ("en", "outside the city")):
        place = read_in(admin, job, language)["understanding"]["place"]
        assert words in place["detail"]
        assert "words" not in place
    take(admin, job, "check")
    worked(admin, job)
    vi, en = problems(admin, job)
    assert ("ngoài thành phố" in vi, "outside the city" in en) == (True, True)


def test_that_it_was_stopped_follows_the_reader(admin: Client, layer: Any, file: Path) -> None:
    job = uploaded(admin, file, layer=SLUG)
    take(admin, job, "understand")
    take(admin, job, "stop")
    vi, en = problems(admin, job)
    assert vi.startswith("Đã dừng")
    assert en.startswith("Stopped")


def test_that_the_layer_changed_meanwhile_follows_the_reader(
    admin: Client, layer: Any, file: Path
) -> None:
    first, second = checked(admin, file, layer=SLUG), checked(admin, file, layer=SLUG)
    for job in (first, second):
        take(admin, job, "publish")
        worked(admin, job)
    vi, en = problems(admin, second)
    assert ("chạy thử" in vi, "dry run" in en) == (True, True)


def test_that_the_right_is_gone_follows_the_reader(admin: Client, layer: Any, file: Path) -> None:
    job = checked(admin, file, layer=SLUG)
    take(admin, job, "publish")
    user = get_user_model().objects.get(pk=ImportJob.objects.get(pk=job["id"]).user_id)
    user.grants.all().delete()
    ordered = ImportJob.objects.get(pk=job["id"])
    assert work.run(ordered.pk, ordered.attempt) == "ready"
    kept = ImportJob.objects.get(pk=job["id"]).problem
    assert kept["words"]["code"] == "no_right"


def test_problems_and_details_of_before_stay_readable(
    admin: Client, layer: Any, tmp_path: Path
) -> None:
    job = found_wrong(admin, tmp_path, "vi")
    row = ImportJob.objects.get(pk=job["id"])
    row.problem = {"detail": "Đã dừng. Chưa có gì được ghi."}
    for group in row.report["issues"]:
        for one in group["first"]:
            one.pop("words", None)
    row.save()
    found = read_in(admin, job, "en")
    told = {one["code"]: one["first"][0]["detail"] for one in found["report"]["issues"]}
    assert told["duplicate_shape"] == "dòng 1"
    assert found["problem"] == "Đã dừng. Chưa có gì được ghi."


def test_an_import_without_a_problem_says_nothing(admin: Client, layer: Any, file: Path) -> None:
    job = start(admin, layer=SLUG)
    assert problems(admin, job) == ("", "")
    change(admin, job, reason="x")
    assert problems(admin, job) == ("", "")
