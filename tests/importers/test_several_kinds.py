"""A file of several kinds of shapes: one kind a layer, and nothing is left behind unnoticed."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from good_files import LABELS, OUTLINE, WALL, dxf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from import_jobs import JSON, SignIn, change, put, read, start, take, uploaded, worked
from small_files import ACTOR

from importers.models import ImportJob
from importers.pipeline import import_file
from importers.request import ImportRequest
from importers.several_kinds import import_kinds
from importers.wizard import uploads
from layers.models import Infrastructure, Layer

pytestmark = pytest.mark.usefixtures("db", "import_root")

POINT = {"type": "Point", "coordinates": [106.36, 10.36]}
LINE = {"type": "LineString", "coordinates": [[106.36, 10.36], [106.37, 10.36]]}
RING = [[106.36, 10.36], [106.361, 10.36], [106.361, 10.361], [106.36, 10.36]]
AREA = {"type": "Polygon", "coordinates": [RING]}
COLLECTION = {"type": "GeometryCollection", "geometries": [POINT, LINE]}


def mixed(path: Path, *shapes: dict[str, Any] | None) -> Path:
    features = [
        {"type": "Feature", "properties": {"ma": f"M{number}", "ten": "Trạm"}, "geometry": shape}
        for number, shape in enumerate(shapes)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def done(client: Client, job: dict[str, Any], **answers: Any) -> dict[str, Any]:
    """Take an import from its files to the map."""
    take(client, job, "understand")
    assert worked(client, job)["state"] == "asking"
    if answers:
        change(client, job, **answers)
    take(client, job, "check")
    found = worked(client, job)
    assert found["state"] == "ready", found["problem"]
    change(client, job, title="Hạ tầng")
    take(client, job, "publish")
    found = worked(client, job)
    assert found["state"] == "done", found["problem"]
    return found


def next_one(client: Client, job: dict[str, Any], part: dict[str, Any], title: str) -> Any:
    body = {
        "rest_of": job["id"],
        "theme": "infrastructure",
        "new_layer_title": title,
        "geometry": part["geometry"],
        "source_layer": part["source_layer"],
    }
    return client.post("/api/imports", body, content_type=JSON)


def test_the_other_kinds_go_on_from_the_same_upload(admin: Client, tmp_path: Path) -> None:
    path = mixed(tmp_path / "a.geojson", LINE, POINT, POINT, AREA, None)
    job = uploaded(admin, path, theme="infrastructure", new_layer_title="zz Điểm")
    first = done(admin, job, geometry="points", mapping={"code": "ma", "name": "ten"})
    assert first["counts"] == {
        "read": 5, "new": 2, "changed": 0, "same": 0, "rejected": 3, "set_aside": 2,
    }  # fmt: skip
    assert first["report"]["other_kinds"] == {"lines": 1, "areas": 1}
    lines, areas = first["rest"]
    assert (lines["geometry"], lines["rows"], lines["import"]) == ("lines", 1, None)
    made = next_one(admin, first, lines, "zz Đường").json()
    assert [one["name"] for one in made["files"]] == ["a.geojson"]
    assert made["answers"]["geometry"] == "lines"
    assert made["answers"]["mapping"]["name"] == "ten"
    assert made["answers"]["source_crs"] == first["understanding"]["place"]["crs"]
    second = done(admin, made)
    told = [second["counts"][name] for name in ("new", "rejected", "set_aside")]
    assert told == [1, 4, 3]
    # Each knows what became of the others.
    assert [one["import"] for one in read(admin, first)["rest"]] == [second["id"], None]
    told = {one["geometry"]: (one["rows"], one["import"]) for one in second["rest"]}
    assert told == {"points": (2, first["id"]), "areas": (1, None)}
    assert next_one(admin, second, areas, "zz Vùng").status_code == 201
    kinds = Layer.objects.filter(title_vi__startswith="zz ").values_list("geometry_type", flat=True)
    assert set(kinds) == {"Point", "MultiLineString"}


def test_the_files_of_an_import_outlive_the_one_that_went_before(
    admin: Client, tmp_path: Path
) -> None:
    path = mixed(tmp_path / "a.geojson", LINE, POINT)
    job = uploaded(admin, path, theme="infrastructure", new_layer_title="zz Điểm")
    take(admin, job, "understand")
    worked(admin, job)
    change(admin, job, geometry="points")
    take(admin, job, "check")
    checked = worked(admin, job)
    made = next_one(admin, checked, checked["rest"][0], "zz Đường").json()
    uploads.remove(ImportJob.objects.get(pk=job["id"]))
    assert done(admin, made)["counts"]["new"] == 1
    refused = next_one(admin, checked, checked["rest"][0], "zz Khác")
    assert refused.status_code == 422
    assert "tải lên lại" in refused.json()["detail"]


def test_the_levels_of_a_drawing_go_on_one_after_another(admin: Client, tmp_path: Path) -> None:
    path = dxf(tmp_path / "a.dxf", OUTLINE, WALL, *LABELS)
    job = uploaded(admin, path, theme="infrastructure", new_layer_title="zz Ranh")
    change(admin, job, source_layer="RANH: line", source_crs="EPSG:9210")
    first = done(admin, job)
    left = {one["source_layer"]: one["import"] for one in first["rest"]}
    assert left == {"LOAI: text": None, "NHAN: text": None, "RANH: area": None}
    part = next(one for one in first["rest"] if one["source_layer"] == "NHAN: text")
    made = next_one(admin, first, part, "zz Nhãn").json()
    assert made["answers"]["source_crs"] == "EPSG:9210"
    assert done(admin, made)["counts"]["new"] == 2
    left = {one["source_layer"]: one["import"] for one in read(admin, first)["rest"]}
    assert left == {"LOAI: text": None, "NHAN: text": made["id"], "RANH: area": None}


def test_only_its_author_goes_on_and_only_with_what_is_there(
    admin: Client, sign_in: SignIn, tmp_path: Path
) -> None:
    path = mixed(tmp_path / "a.geojson", LINE, POINT)
    job = uploaded(admin, path, theme="infrastructure", new_layer_title="zz Điểm")
    first = done(admin, job, geometry="points")
    [lines] = first["rest"]
    hidden = next_one(sign_in("planner"), first, lines, "zz Đường")
    missing = next_one(admin, {"id": 999_999_999}, lines, "zz Đường")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert next_one(admin, first, {**lines, "geometry": "areas"}, "zz").status_code == 422
    body = {"rest_of": job["id"], "theme": "security", "new_layer_title": "zz", "geometry": "lines"}
    assert admin.post("/api/imports", body, content_type=JSON).status_code == 403
    assert ImportJob.objects.count() == 1


def test_a_reviewer_is_not_offered_the_rest(
    planner: Client, sign_in: SignIn, tmp_path: Path
) -> None:
    path = mixed(tmp_path / "a.geojson", LINE, POINT)
    job = start(planner, theme="infrastructure", new_layer_title="zz Điểm")
    put(planner, job, path.name, path.read_bytes())
    take(planner, job, "understand")
    worked(planner, job)
    change(planner, job, geometry="points")
    take(planner, job, "check")
    worked(planner, job)
    change(planner, job, title="Hạ tầng")
    assert take(planner, job, "submit").json()["rest"] != []
    approver = sign_in("approver")
    found = read(approver, job)
    assert (found["rest"], found["report"]["other_kinds"]) == ([], {"lines": 1})
    assert next_one(approver, job, {"geometry": "lines", "source_layer": ""}, "zz").status_code in {
        403
    }


class TestCommand:
    def run(self, path: Path, *arguments: str) -> str:
        out = StringIO()
        call_command(
            "import_layer", str(path), "--theme", "infrastructure", "--layer", "zz-diem",
            "--create-layer", *arguments, stdout=out,
        )  # fmt: skip
        return out.getvalue()

    def test_what_is_set_aside_is_named_with_its_option(self, tmp_path: Path) -> None:
        path = mixed(tmp_path / "a.geojson", LINE, POINT, AREA, LINE)
        with pytest.raises(CommandError, match="--also"):
            self.run(path)
        told = self.run(path, "--geometry", "points")
        assert "2 lines, 1 areas; nhập các dòng đó bằng --also lines=SLUG --also areas=SLUG" in told

    def test_one_command_takes_all_kinds(self, tmp_path: Path) -> None:
        path = mixed(tmp_path / "a.geojson", LINE, POINT, AREA, LINE, None, COLLECTION)
        rejected = tmp_path / "rejected.csv"
        every = ("--geometry", "points", "--also", "lines=zz-duong", "--also", "areas=zz-vung")
        more = ("--title-vi", "Hạ tầng", "--report-json", "-", "--rejected", str(rejected))
        report = json.loads(self.run(path, *every, *more, "--apply"))
        assert [report[name] for name in ("read", "new", "changed", "same", "rejected")] == [
            6, 4, 0, 0, 2,
        ]  # fmt: skip
        assert (report["other_kinds"], report["set_aside"]) == ({}, 0)
        assert [(one["rejected"], one["set_aside"]) for one in report["layers"]] == [
            (5, 3), (4, 2), (5, 3),
        ]  # fmt: skip
        assert [one["other_kinds"] for one in report["layers"]] == [
            {"lines": 2, "areas": 1},
            {"points": 1, "areas": 1},
            {"lines": 2, "points": 1},
        ]
        assert all(
            one["read"] == one["new"] + one["changed"] + one["same"] + one["rejected"]
            for one in report["layers"]
        )
        assert len({one["change_set"] for one in report["layers"]}) == 3
        titles = Layer.objects.filter(slug__startswith="zz-").values_list("slug", "title_vi")
        assert dict(titles) == {
            "zz-diem": "Hạ tầng",
            "zz-duong": "Hạ tầng (đường)",
            "zz-vung": "Hạ tầng (vùng)",
        }
        assert Infrastructure.objects.filter(layer__slug="zz-duong").count() == 2
        assert rejected.read_text(encoding="utf-8-sig").count("\n") == 3
        again = json.loads(self.run(path, *every, "--report-json", "-"))
        assert (again["same"], again["rejected"]) == (4, 2)

    def test_kinds_that_no_layer_takes_are_rejected_and_named(self, tmp_path: Path) -> None:
        path = mixed(tmp_path / "a.geojson", LINE, POINT, AREA)
        told = self.run(path, "--geometry", "points", "--also", "lines=zz-duong")
        assert "1 areas; nhập các dòng đó bằng --also areas=SLUG" in told
        assert "bị loại 0 · để riêng 1 (tính trên mọi lớp" in told

    @pytest.mark.parametrize(
        "options",
        [
            ("--also", "lines=zz-duong"),
            ("--geometry", "lines", "--also", "lines=zz-duong"),
            ("--geometry", "points", "--also", "circles=zz-duong"),
            ("--geometry", "points", "--also", "lines=a", "--also", "lines=b"),
            ("--geometry", "points", "--also", "lines=zz-diem"),
        ],
    )
    def test_a_kind_is_named_once_with_a_layer_of_its_own(
        self, tmp_path: Path, options: tuple[str, ...]
    ) -> None:
        path = mixed(tmp_path / "a.geojson", LINE, POINT)
        with pytest.raises(CommandError, match="--also"):
            self.run(path, *options, "--apply")
        assert not Layer.objects.filter(slug__startswith="zz-").exists()


def test_all_layers_or_none(tmp_path: Path) -> None:
    """The second kind cannot be written, so the first is not either."""
    path = mixed(tmp_path / "a.geojson", LINE, POINT)
    Layer.objects.create(
        slug="zz-duong", theme="infrastructure", geometry_type="MultiPolygon", title_vi="Vùng"
    )
    asked = [
        ImportRequest(path, "infrastructure", slug, geometry=kind, create_layer=True, apply=True)
        for kind, slug in (("points", "zz-diem"), ("lines", "zz-duong"))
    ]
    with pytest.raises(Exception, match="zz-duong"):
        import_kinds(ACTOR, asked)
    assert not Layer.objects.filter(slug="zz-diem").exists()


KINDS = {"points": POINT, "lines": LINE, "areas": AREA, "wrong": COLLECTION, "empty": None}


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=12))
def test_every_row_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str]
) -> None:
    path = mixed(tmp_path_factory.mktemp("rows") / "a.geojson", *(KINDS[row] for row in rows))
    request = ImportRequest(path, "infrastructure", "zz", geometry="points", create_layer=True)
    report = import_file(ACTOR, request)
    assert report.read == report.new + report.changed + report.same + report.rejected
    assert len(report.rejections) == report.rejected
    assert report.new == rows.count("points")
    assert report.wrong == rows.count("wrong") + rows.count("empty")
    assert report.set_aside == rows.count("lines") + rows.count("areas")
