"""What the author of an import in the browser answers about how its file is read."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from import_jobs import (
    JSON,
    SLUG,
    change,
    checked,
    take,
    uploaded,
    worked,
    zipped,
)
from small_files import parcels

from gis_core.city import city
from gis_core.crs import from_wgs84
from layers.models import Infrastructure

pytestmark = pytest.mark.usefixtures("db", "import_root")


def test_other_answers_need_another_dry_run(admin: Client, layer: Any, file: Path) -> None:
    job = checked(admin, file, layer=SLUG)
    found = change(admin, job, mapping={"so_thua": "SHTHUA", "place_name": "GHICHU"}).json()
    assert (found["state"], found["report"]) == ("asking", None)
    assert take(admin, job, "publish").status_code == 409
    take(admin, job, "check")
    assert worked(admin, job)["report"]["mapping"]["place_name"] == "GHICHU"


def test_a_refusal_on_the_page_speaks_of_no_command_line(admin: Client, tmp_path: Path) -> None:
    path = tmp_path / "bảng.csv"
    path.write_text("ma;ten\n1;Một\n2;Hai\n")
    job = uploaded(admin, path, theme="infrastructure", new_layer_title="Bảng thử")
    take(admin, job, "understand")
    found = worked(admin, job)
    problem = found["problem"]
    assert found["problem_code"] == "no_coordinates"
    assert "bảng.csv" in problem
    assert "--" not in problem


def test_a_saved_way_of_reading_is_used_again(admin: Client, layer: Any, file: Path) -> None:
    job = checked(admin, file, layer=SLUG)
    change(admin, job, mapping={"so_thua": "SHTHUA", "so_to": "SHBANDO", "place_name": "GHICHU"})
    where = f"/api/imports/{job['id']}/profile"
    assert admin.put(where, {"name": "zz Đo đạc"}, content_type=JSON).status_code == 200
    other = uploaded(admin, file, layer=SLUG)
    take(admin, other, "understand")
    [told] = worked(admin, other)["profiles"]
    assert (told["name"], told["may_change"]) == ("zz Đo đạc", True)
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
    told = [found["counts"][name] for name in ("new", "rejected", "set_aside")]
    assert told == [2, 1, 1]


def test_systems_are_named_in_the_language_of_the_reader(
    admin: Client, layer: Any, file: Path
) -> None:
    """Whatever the language in which the import was begun."""
    job = uploaded(admin, file, layer=SLUG)
    change(admin, job, source_crs="EPSG:9210+unshifted")
    take(admin, job, "understand")
    worked(admin, job)
    names = {"vi": "không chuyển mốc", "en": "without datum shift"}
    for language, words in names.items():
        place = admin.get(f"/api/imports/{job['id']}?lang={language}").json()["understanding"][
            "place"
        ]
        assert words in place["name"]
        assert words in place["candidates"][0]["name"]


def test_what_cannot_end_any_more_stays_and_the_dry_run_says_why(
    admin: Client, layer: Any, tmp_path: Path
) -> None:
    """Somebody lets features end, then reads the file in another way in which a row is wrong."""
    first = checked(admin, zipped(parcels(tmp_path / "a.shp", 4)), layer=SLUG)
    take(admin, first, "publish")
    assert worked(admin, first)["state"] == "done"
    shorter = parcels(tmp_path / "b.shp", 3, GHICHU=["1", "1", "2"])
    job = checked(admin, zipped(shorter), layer=SLUG)
    assert (job["report"]["missing"], job["report"]["cannot_retire"]) == (1, "")
    change(admin, job, retire_on="2026-06-30")
    take(admin, job, "check")
    found = worked(admin, job)
    assert (found["state"], found["report"]["retired"]) == ("ready", 1)
    change(admin, job, mapping={"so_thua": "GHICHU", "so_to": "SHBANDO"})
    take(admin, job, "check")
    found = worked(admin, job)
    assert (found["state"], found["report"]["rejected"], found["report"]["retired"]) == (
        "ready",
        1,
        0,
    )
    assert found["answers"]["retire_on"] == ""
    assert "dòng 2" in found["report"]["cannot_retire"]
    english = admin.get(f"/api/imports/{job['id']}?lang=en").json()
    assert "the first is row 2" in english["report"]["cannot_retire"]
