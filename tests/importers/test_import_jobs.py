"""An import in the browser: files, answers, dry run, publication, review, undo."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from import_jobs import (
    JSON,
    SignIn,
    change,
    checked,
    import_root,
    put,
    read,
    start,
    take,
    uploaded,
    worked,
    zipped,
)
from sample_features import make_layer
from small_files import parcels

from gis_core.models import ChangeSet, RoleGrant, User
from importers.models import ImportJob
from importers.wizard import uploads, work
from layers.themes.land import Parcel

pytestmark = pytest.mark.usefixtures("db", "import_root")
__all__ = ["import_root"]
SLUG = "zz-nhap"


@pytest.fixture
def layer() -> Any:
    return make_layer(SLUG, "parcels")


@pytest.fixture
def admin(sign_in: SignIn) -> Client:
    return sign_in("administrator")


@pytest.fixture
def planner(sign_in: SignIn) -> Client:
    return sign_in("planner")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return zipped(parcels(tmp_path / "thửa đất.shp"))


def rows() -> int:
    return int(Parcel.objects.filter(layer__slug=SLUG).count())


def test_from_the_file_to_the_map_and_back(admin: Client, layer: Any, file: Path) -> None:
    job = uploaded(admin, file, layer=SLUG)
    assert [entry["name"] for entry in job["files"]] == [file.name]
    assert take(admin, job, "understand").json()["state"] == "understanding"
    found = worked(admin, job)
    columns = {column["name"]: column for column in found["understanding"]["columns"]}
    assert columns["SHTHUA"]["field"] == "so_thua"
    assert columns["GHICHU"]["field"] is None
    assert columns["GHICHU"]["samples"] == ["góc phố"]
    assert found["understanding"]["place"]["key"] == "EPSG:9210"
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
    assert content.startswith(b"SQLite format 3")
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
    assert worked(admin, other)["profiles"] == ["zz Đo đạc"]
    where = f"/api/imports/{other['id']}/profile"
    assert admin.post(where, {"name": "zz none"}, content_type=JSON).status_code == 404
    assert admin.post(where, {"name": "zz Đo đạc"}, content_type=JSON).status_code == 200
    found = worked(admin, other)
    assert found["state"] == "asking"
    assert found["answers"]["mapping"]["place_name"] == "GHICHU"
    assert found["answers"]["source_crs"] == "EPSG:9210"


class TestReview:
    def test_a_planner_hands_in_and_an_approver_publishes(
        self, planner: Client, sign_in: SignIn, layer: Any, file: Path
    ) -> None:
        job = checked(planner, file, layer=SLUG)
        assert not job["publishes"]
        assert take(planner, job, "publish").status_code == 403
        assert take(planner, job, "submit").json()["state"] == "submitted"
        assert take(planner, job, "approve").status_code == 403
        approver = sign_in("approver")
        assert job["id"] in [one["id"] for one in approver.get("/api/imports").json()["imports"]]
        assert take(approver, job, "approve", "Đồng ý").status_code == 200
        assert worked(approver, job)["state"] == "done"
        entry = ChangeSet.objects.get(title="Thửa đất phường Một")
        assert (entry.actor_name, entry.decided_by_name, entry.decision_note) == (
            "test-planner",
            "test-approver",
            "Đồng ý",
        )
        assert rows() == 3

    def test_returned_with_a_note_and_handed_in_again(
        self, planner: Client, sign_in: SignIn, layer: Any, file: Path
    ) -> None:
        job = checked(planner, file, layer=SLUG)
        take(planner, job, "submit")
        approver = sign_in("approver")
        assert take(approver, job, "return").status_code == 422
        assert take(approver, job, "return", "Sai số tờ").status_code == 200
        found = read(planner, job)
        assert (found["state"], found["decision_note"]) == ("returned", "Sai số tờ")
        assert take(planner, job, "submit").json()["state"] == "submitted"
        assert take(planner, job, "withdraw").json()["state"] == "ready"
        assert approver.get(f"/api/imports/{job['id']}").status_code == 404

    def test_an_approver_of_one_ward_does_not_decide_about_the_city(
        self, planner: Client, layer: Any, file: Path
    ) -> None:
        user = User.objects.create_user("zz-ward")
        RoleGrant.objects.create(user=user, role="approver", ward_code="28249")
        client = Client()
        client.force_login(user)
        job = checked(planner, file, layer=SLUG)
        take(planner, job, "submit")
        assert client.get(f"/api/imports/{job['id']}").status_code == 404


OTHERS = ("planner", "approver", "security_staff", "environment_officer", "ward_officer")


@pytest.mark.parametrize("role", OTHERS)
def test_imports_of_others_are_not_there(
    admin: Client, sign_in: SignIn, layer: Any, file: Path, role: str
) -> None:
    job = checked(admin, file, layer=SLUG)
    client = sign_in(role)
    where = f"/api/imports/{job['id']}"
    missing = client.get("/api/imports/999999999")
    answers = [
        client.get(where),
        client.get(f"{where}/progress"),
        client.get(f"{where}/rejected"),
        client.patch(where, {"title": "x"}, content_type=JSON),
        client.delete(where),
        client.put(f"{where}/files/a.zip", b"x", content_type="application/octet-stream"),
        take(client, job, "publish"),
        take(client, job, "approve"),
        take(client, job, "stop"),
        client.put(f"{where}/profile", {"name": "x"}, content_type=JSON),
    ]
    assert {answer.status_code for answer in answers} == {404}
    there, gone = answers[0].json(), missing.json()
    assert {**there, "instance": ""} == {**gone, "instance": ""}
    assert client.get("/api/imports").json()["imports"] == []
    page = client.get(f"/vi/import/{job['id']}")
    assert page.status_code == (403 if role == "ward_officer" else 404)


def test_visitors_and_foreign_pages(layer: Any, accounts: dict[str, int]) -> None:
    assert Client().get("/api/imports").status_code == 401
    assert Client().get("/vi/import")["Location"] == "/vi/login?next=%2Fvi%2Fimport"
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(pk=accounts["administrator"]))
    answer = strict.post("/api/imports", json.dumps({"layer": SLUG}), content_type=JSON)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("role", "body", "status"),
    [
        ("approver", {"layer": SLUG}, 403),
        ("ward_officer", {"layer": SLUG}, 403),
        ("environment_officer", {"layer": SLUG}, 403),
        ("planner", {"layer": "zz-none"}, 404),
        ("planner", {"theme": "security", "new_layer_title": "x"}, 403),
        ("planner", {"theme": "parcels"}, 422),
        ("planner", {"theme": "nothing", "new_layer_title": "x"}, 422),
        ("planner", {}, 422),
        ("planner", {"folder": "x"}, 400),
    ],
)
def test_who_may_begin_where(
    sign_in: SignIn, layer: Any, role: str, body: dict[str, str], status: int
) -> None:
    answer = sign_in(role).post("/api/imports", body, content_type=JSON)
    assert answer.status_code == status
    assert not ImportJob.objects.exists()


def test_targets_are_what_one_may_import_into(sign_in: SignIn, layer: Any) -> None:
    found = sign_in("planner").get("/api/imports").json()["targets"]
    assert SLUG in [one["slug"] for target in found for one in target["layers"]]
    assert "security" not in [target["theme"] for target in found]
    assert sign_in("approver").get("/api/imports").json()["targets"] == []
