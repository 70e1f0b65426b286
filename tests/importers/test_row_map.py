"""The rows of a dry run for a map: what changes, where, and nothing that the reader may not see."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.test import Client
from import_jobs import SLUG, SignIn, checked, read, take, uploaded, worked, zipped
from small_files import ACTOR, EAST, NORTH, parcels, shapefile, square

from gis_core import history
from gis_core.models import ChangeSet
from importers.models import ImportJob
from importers.wizard import row_map
from layers.themes.land import Parcel

pytestmark = pytest.mark.usefixtures("db", "import_root")


def published(client: Client, path: Path) -> None:
    job = checked(client, zipped(path), layer=SLUG)
    take(client, job, "publish")
    assert worked(client, job)["state"] == "done"


def rows_of(client: Client, job: dict[str, Any]) -> dict[str, Any]:
    answer = client.get(f"/api/imports/{job['id']}/rows")
    assert answer.status_code == 200, answer.content.decode()
    return dict(answer.json())


def changed_again(client: Client, folder: Path) -> dict[str, Any]:
    """Of four parcels that are there: one changes its class, one its shape, one is the same and
    one is not in the file; two rows are new, of which the second has the key of the first."""
    (folder / "old").mkdir()
    published(client, parcels(folder / "old" / "a.shp", 4))
    shapes = [square(0), square(1, 19.0), square(2), square(6), square(7)]
    columns = {
        "SHBANDO": ["5"] * 5,
        "SHTHUA": ["1", "2", "3", "9", "9"],
        "DIENTICH": ["400,5"] * 5,
        "LOAI_DAT": ["CLN", "ODT", "ODT", "ODT", "ODT"],
        "GHICHU": ["chợ", "góc phố", "góc phố", "góc phố", "góc phố"],
    }
    return checked(client, shapefile(folder / "b.gpkg", shapes, columns), layer=SLUG)


def test_each_row_is_told_with_what_becomes_of_it(
    admin: Client, layer: Any, tmp_path: Path
) -> None:
    job = changed_again(admin, tmp_path)
    assert job["has_map"]
    found = rows_of(admin, job)
    rows = {row["row"]: row for row in found["rows"]}
    kinds = {number: row["kind"] for number, row in rows.items()}
    assert kinds == {1: "changed", 2: "changed", 3: "same", 4: "new", 5: "rejected"}
    changes = {one["field"]: (one["before"], one["after"]) for one in rows[1]["changes"]}
    assert changes == {"land_use_code": ("ODT", "CLN"), "extra.GHICHU": ("góc phố", "chợ")}
    assert rows[1]["before_shape"] is None
    assert [one["field"] for one in rows[2]["changes"]] == ["geom"]
    assert rows[2]["before_shape"] != rows[2]["shape"]
    assert rows[4]["shape"]["type"] == "MultiPolygon"
    assert [one["key"] for one in found["missing"]] == ["/5/4"]  # the file names no ward
    assert [(one["row"], one["code"]) for one in found["findings"]] == [(5, "duplicate_key")]
    assert "khóa" in found["messages"]["duplicate_key"]
    assert Parcel.objects.filter(layer__slug=SLUG, land_use_code="CLN").count() == 0


def test_a_row_without_a_shape_is_among_them(admin: Client, layer: Any, tmp_path: Path) -> None:
    columns = {"SHBANDO": ["5", "5"], "SHTHUA": ["1", "2"]}
    path = shapefile(tmp_path / "a.gpkg", [square(0), None], columns)
    rows = rows_of(admin, checked(admin, path, layer=SLUG))["rows"]
    assert [(row["row"], row["kind"], bool(row["shape"])) for row in rows] == [
        (1, "new", True),
        (2, "rejected", False),
    ]


def test_rows_that_another_layer_would_take_are_set_aside(
    admin: Client, layer: Any, tmp_path: Path
) -> None:
    """A line among areas is not wrong; a collection, which no layer takes, is."""
    point, line = shapely.Point(EAST, NORTH), shapely.LineString([(EAST, NORTH), (EAST + 9, NORTH)])
    collection = shapely.GeometryCollection([point, line])
    columns = {"SHBANDO": ["5"] * 4, "SHTHUA": ["1", "2", "3", "4"]}
    path = shapefile(tmp_path / "a.geojson", [square(0), line, collection, None], columns)
    job = checked(admin, path, layer=SLUG)
    found = rows_of(admin, job)
    assert [(row["row"], row["kind"]) for row in found["rows"]] == [
        (1, "new"),
        (2, "aside"),
        (3, "rejected"),
        (4, "rejected"),
    ]
    assert job["report"]["other_kinds"] == {"lines": 1}
    assert job["counts"] == {
        "read": 4, "new": 1, "changed": 0, "same": 0, "rejected": 3, "set_aside": 1,
    }  # fmt: skip
    # Imports of before have it by kind only.
    row = ImportJob.objects.get(pk=job["id"])
    del row.report["set_aside"]
    row.save()
    again = read(admin, job)
    for told in (again["counts"], again["report"]):
        assert (told["rejected"], told["set_aside"]) == (3, 1)
    reasons = {one["row"]: one["code"] for one in found["findings"]}
    assert reasons == {2: "type_not_allowed", 3: "mixed_shape", 4: "empty"}


def test_a_large_file_is_told_by_some_rows_and_a_count_of_all(
    admin: Client, layer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_map, "SHOWN", 10)
    job = checked(admin, zipped(parcels(tmp_path / "a.shp", 95)), layer=SLUG)
    found = rows_of(admin, job)
    numbers = [row["row"] for row in found["rows"]]
    assert len(numbers) == 10
    gaps = [after - before for before, after in pairwise(numbers)]
    assert max(gaps) <= 10  # taken from the whole file
    assert sum(one["rows"] for one in found["squares"]) == 95


def test_values_that_the_author_may_not_see_are_not_told(
    admin: Client, layer: Any, tmp_path: Path
) -> None:
    (tmp_path / "old").mkdir()
    published(admin, parcels(tmp_path / "old" / "a.shp", 2))
    secret = Parcel.objects.filter(layer__slug=SLUG, so_thua="1")
    with history.change_set(ACTOR, title="zz", channel=ChangeSet.Channel.IMPORT):
        secret.update(sensitivity=2, land_use_code="CQP")
    path = parcels(tmp_path / "b.shp", 2, LOAI_DAT=["CLN", "CLN"])
    found = rows_of(admin, checked(admin, zipped(path), layer=SLUG))
    before = {
        row["row"]: [one["before"] for one in row["changes"] if one["field"] == "land_use_code"]
        for row in found["rows"]
    }
    assert before == {1: [None], 2: ["ODT"]}
    assert "CQP" not in str(found)


def test_those_who_decide_see_the_rows_and_others_nothing(
    sign_in: SignIn, layer: Any, tmp_path: Path
) -> None:
    planner, approver = sign_in("planner"), sign_in("approver")
    job = checked(planner, zipped(parcels(tmp_path / "a.shp")), layer=SLUG)
    where = f"/api/imports/{job['id']}/rows"
    assert approver.get(where).status_code == 404
    take(planner, job, "submit")
    assert len(rows_of(approver, job)["rows"]) == 3
    for role in ("security_staff", "environment_officer", "ward_officer"):
        assert sign_in(role).get(where).status_code == 404
    assert Client().get(where).status_code == 401


def test_there_are_no_rows_before_a_dry_run(admin: Client, layer: Any, tmp_path: Path) -> None:
    job = uploaded(admin, zipped(parcels(tmp_path / "a.shp")), layer=SLUG)
    assert not job["has_map"]
    assert admin.get(f"/api/imports/{job['id']}/rows").status_code == 404


def test_the_rows_follow_when_the_layer_changed_meanwhile(
    admin: Client, layer: Any, tmp_path: Path
) -> None:
    path = zipped(parcels(tmp_path / "a.shp"))
    first, second = checked(admin, path, layer=SLUG), checked(admin, path, layer=SLUG)
    take(admin, first, "publish")
    worked(admin, first)
    take(admin, second, "publish")
    assert worked(admin, second)["state"] == "ready"
    assert {row["kind"] for row in rows_of(admin, second)["rows"]} == {"same"}
    assert read(admin, second)["has_map"]
