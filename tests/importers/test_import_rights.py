"""An import in the browser: review by others, and who may do what; for strangers there is none."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from import_jobs import (
    JSON,
    SLUG,
    SignIn,
    checked,
    read,
    rows,
    take,
    worked,
)

from gis_core.models import ChangeSet, RoleGrant, User
from importers.models import ImportJob, ImportProfile

pytestmark = pytest.mark.usefixtures("db", "import_root")


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
        done = worked(approver, job)
        assert done["state"] == "done"
        for who, told in ((approver, done), (planner, read(planner, job))):
            assert not told["may_undo"], who
            assert told["undo_roles"] == ["Quản trị viên"], who
        admin = read(sign_in("administrator"), job)
        assert (admin["may_undo"], admin["undo_roles"]) == (True, [])
        entry = ChangeSet.objects.get(title="Thửa đất phường Một")
        assert (entry.actor_name, entry.decided_by_name, entry.decision_note) == (
            "test-planner",
            "test-approver",
            "Đồng ý",
        )
        assert rows() == 3

    def test_what_waits_is_told_to_those_whose_turn_it_is(
        self, planner: Client, sign_in: SignIn, layer: Any, file: Path
    ) -> None:
        def open_ones(client: Client) -> list[tuple[str, bool]]:
            found = client.get("/api/imports?open=yes").json()["imports"]
            return [(one["state"], one["mine"]) for one in found]

        job = checked(planner, file, layer=SLUG)
        approver, ward_officer = sign_in("approver"), sign_in("ward_officer")
        assert (open_ones(planner), open_ones(approver)) == ([("ready", True)], [])
        take(planner, job, "submit")
        assert open_ones(planner) == [("submitted", True)]
        assert open_ones(approver) == [("submitted", False)]
        assert open_ones(ward_officer) == []
        take(approver, job, "approve")
        worked(approver, job)
        assert (open_ones(planner), open_ones(approver)) == ([], [])

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
        client.get(f"{where}/rows"),
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


class TestSavedWays:
    """A saved way is its maker's, and administrators': others use it and leave it alone."""

    NAME = "zz Đo đạc"

    @pytest.fixture
    def colleague(self) -> Client:
        """Another account that may import here."""
        user = User.objects.create_user("zz-colleague")
        RoleGrant.objects.create(user=user, role="planner")
        client = Client()
        client.force_login(user)
        return client

    def asked(self, client: Client, file: Path, method: str, name: str = NAME) -> Any:
        job = checked(client, file, layer=SLUG)
        where = f"/api/imports/{job['id']}/profile"
        return getattr(client, method)(where, {"name": name}, content_type=JSON)

    def test_the_maker_replaces_and_deletes(self, planner: Client, layer: Any, file: Path) -> None:
        assert self.asked(planner, file, "put").status_code == 200
        answer = self.asked(planner, file, "put")
        assert [one["may_change"] for one in answer.json()["profiles"]] == [True]
        assert self.asked(planner, file, "delete").json()["profiles"] == []

    def test_a_colleague_uses_it_only(
        self, planner: Client, colleague: Client, layer: Any, file: Path
    ) -> None:
        self.asked(planner, file, "put")
        answer = self.asked(colleague, file, "post")
        assert [one["may_change"] for one in answer.json()["profiles"]] == [False]
        for method in ("put", "delete"):
            refused = self.asked(colleague, file, method)
            assert refused.status_code == 403
            assert "test-planner" in refused.json()["detail"]
        assert self.asked(colleague, file, "put", "zz khác").status_code == 200
        assert ImportProfile.objects.filter(name__startswith="zz").count() == 2

    def renamed(self, client: Client, file: Path, new_name: str, name: str = NAME) -> Any:
        job = checked(client, file, layer=SLUG)
        where = f"/api/imports/{job['id']}/profile"
        return client.patch(where, {"name": name, "new_name": new_name}, content_type=JSON)

    def test_the_maker_and_administrators_rename(
        self, planner: Client, admin: Client, layer: Any, file: Path
    ) -> None:
        self.asked(planner, file, "put")
        ImportProfile.objects.create(name="zz Có rồi", theme="topography", actor_name="x")
        for client, old, new in ((planner, self.NAME, "zz A"), (admin, "zz A", "zz B")):
            taken = self.renamed(client, file, " zz  Có rồi ", old)
            assert (taken.status_code, "zz Có rồi" in taken.json()["detail"]) == (409, True)
            assert self.renamed(client, file, " ", old).status_code == 422
            assert self.renamed(client, file, old, old).status_code == 200  # as it was
            [kept] = self.renamed(client, file, f" {new} ", old).json()["profiles"]
            assert kept == {"name": new, "saved_by": "test-planner", "may_change": True}
        assert self.renamed(planner, file, "zz C").status_code == 404
        assert self.renamed(admin, file, "zz C", "zz Có rồi").status_code == 404  # of another theme

    def test_others_do_not_rename(
        self, planner: Client, colleague: Client, layer: Any, file: Path
    ) -> None:
        job = checked(planner, file, layer=SLUG)
        self.asked(planner, file, "put")
        refused = self.renamed(colleague, file, "zz mới")
        assert (refused.status_code, "test-planner" in refused.json()["detail"]) == (403, True)
        where = f"/api/imports/{job['id']}/profile"
        body = {"name": self.NAME, "new_name": "zz mới"}
        assert colleague.patch(where, body, content_type=JSON).status_code == 404
        assert Client().patch(where, body, content_type=JSON).status_code == 401
        assert [one.name for one in ImportProfile.objects.filter(name__startswith="zz")] == [
            self.NAME
        ]

    def test_an_import_goes_by_the_new_name_of_its_way(
        self, planner: Client, layer: Any, file: Path
    ) -> None:
        self.asked(planner, file, "put")
        job = checked(planner, file, layer=SLUG)
        where = f"/api/imports/{job['id']}/profile"
        planner.post(where, {"name": self.NAME}, content_type=JSON)
        body = {"name": self.NAME, "new_name": "zz mới"}
        answer = planner.patch(where, body, content_type=JSON)
        assert answer.json()["answers"]["profile"] == "zz mới"

    def test_an_administrator_deletes_what_others_made(
        self, planner: Client, admin: Client, layer: Any, file: Path
    ) -> None:
        self.asked(planner, file, "put")
        kept = self.asked(admin, file, "put").json()["profiles"]
        assert [(one["saved_by"], one["may_change"]) for one in kept] == [("test-planner", True)]
        assert self.asked(planner, file, "put").status_code == 200  # it is still theirs
        assert self.asked(admin, file, "delete").json()["profiles"] == []

    def test_what_a_command_saved_is_the_administrators(
        self, planner: Client, admin: Client, layer: Any, file: Path
    ) -> None:
        ImportProfile.objects.create(name=self.NAME, theme="parcels", actor_name="import_layer")
        assert self.asked(planner, file, "delete").status_code == 403
        assert self.asked(admin, file, "delete").status_code == 200


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
    assert not ImportJob.objects.filter(user__username=f"test-{role}").exists()


def test_targets_are_what_one_may_import_into(sign_in: SignIn, layer: Any) -> None:
    found = sign_in("planner").get("/api/imports").json()["targets"]
    assert SLUG in [one["slug"] for target in found for one in target["layers"]]
    assert "security" not in [target["theme"] for target in found]
    assert sign_in("approver").get("/api/imports").json()["targets"] == []
