"""Imports that make a layer never write into one that somebody else made under their address."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from django.utils import translation
from import_jobs import JSON, SLUG, SignIn, checked, read, rows, start, take, uploaded, worked
from sample_features import committed, make_layer
from small_files import ACTOR, parcels, run

from importers import kept_files
from importers.models import ImportJob, ImportRun
from importers.pipeline import import_file
from importers.refusals import Unreadable, said_again
from importers.request import ImportRequest
from layers.models import Layer, Parcel
from layers.undo import undo as undo_set

in_browser = pytest.mark.usefixtures("db", "import_root")

TITLE = "zz Nhập"  # its address is SLUG
NEXT = f"{SLUG}-2"


def of_title(client: Client, path: Path) -> dict[str, Any]:
    return uploaded(client, path, theme="parcels", new_layer_title=TITLE)


def understood(client: Client, job: dict[str, Any]) -> dict[str, Any]:
    take(client, job, "understand")
    return worked(client, job)


def dry_run(client: Client, job: dict[str, Any]) -> dict[str, Any]:
    take(client, job, "check")
    found = worked(client, job)
    assert found["state"] == "ready", found["problem"]
    client.patch(f"/api/imports/{job['id']}", {"title": "Đo lại"}, content_type=JSON)
    return found


def numbers(slug: str) -> list[str]:
    found = Parcel.objects.filter(layer__slug=slug).values_list("so_thua", flat=True)
    return sorted(found)


@pytest.fixture
def two(admin: Client, tmp_path: Path) -> list[dict[str, Any]]:
    """Two imports of one title, both begun before either is checked."""
    files = {"a.geojson": ["1", "2", "3"], "b.geojson": ["11", "12"]}
    jobs = [
        of_title(admin, parcels(tmp_path / name, len(plots), SHTHUA=plots))
        for name, plots in files.items()
    ]
    return [understood(admin, job) for job in jobs]


@in_browser
def test_the_second_import_of_a_title_gets_a_layer_of_its_own(
    admin: Client, two: list[dict[str, Any]]
) -> None:
    assert [job["layer"] for job in two] == [SLUG, SLUG]
    first, second = (dry_run(admin, job) for job in two)
    assert [first["layer"], second["layer"]] == [SLUG, NEXT]
    for job in (first, second):
        take(admin, job, "publish")
        assert worked(admin, job)["state"] == "done"
    assert (numbers(SLUG), numbers(NEXT)) == (["1", "2", "3"], ["11", "12"])


def both_at_once(admin: Client, two: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Dry runs that end together do not see each other: both hold for the same address."""
    jobs = [dry_run(admin, job) for job in two]
    ImportJob.objects.filter(pk=jobs[1]["id"]).update(slug=SLUG)
    return jobs


@in_browser
def test_a_layer_that_stands_there_at_the_write_gets_no_row(
    admin: Client, two: list[dict[str, Any]]
) -> None:
    first, second = both_at_once(admin, two)
    take(admin, first, "publish")
    assert worked(admin, first)["state"] == "done"
    take(admin, second, "publish")
    found = worked(admin, second)
    assert (found["state"], found["unwritten"], found["layer"]) == ("ready", True, NEXT)
    assert f"“{SLUG}”" in found["problem"]
    assert f"“{NEXT}”" in found["problem"]
    with translation.override("en"):
        told = said_again(ImportJob.objects.get(pk=second["id"]).problem)
        assert "nothing was written there" in told
    # Nothing is lost: the file, the answers, the words, and the numbers are those of a new layer.
    assert (found["title"], found["files"]) == ("Đo lại", second["files"])
    assert (found["counts"]["new"], found["report"]["missing"]) == (2, 0)
    assert (found["layer_title"], numbers(SLUG)) == (TITLE, ["1", "2", "3"])
    assert not Layer.objects.filter(slug=NEXT).exists()
    take(admin, second, "publish")
    assert worked(admin, second)["state"] == "done"
    assert (numbers(SLUG), numbers(NEXT)) == (["1", "2", "3"], ["11", "12"])


@in_browser
def test_a_layer_that_stands_there_at_the_dry_run_is_not_compared_with(
    admin: Client, two: list[dict[str, Any]]
) -> None:
    make_layer(SLUG, "parcels", title_vi="Lớp của người khác")
    assert read(admin, two[1])["layer_title"] == TITLE
    found = dry_run(admin, two[1])
    assert (found["layer"], found["layer_title"], found["counts"]["new"]) == (NEXT, TITLE, 2)


@in_browser
def test_what_was_handed_in_goes_back_to_its_reviewer(
    admin: Client, planner: Client, sign_in: SignIn, two: list[dict[str, Any]], file: Path
) -> None:
    approver = sign_in("approver")
    job = checked(planner, file, theme="parcels", new_layer_title=TITLE)
    take(planner, job, "submit")
    make_layer(job["layer"], "parcels")
    assert take(approver, job, "approve").status_code == 200
    found = worked(approver, job)
    assert (found["state"], found["unwritten"]) == ("submitted", True)
    assert found["layer"] != job["layer"]
    assert "approve" in found["may"]


@in_browser
def test_imports_that_are_hidden_claim_no_address(
    admin: Client, planner: Client, file: Path
) -> None:
    """Nobody learns from an address what others prepare; the write decides whose it is."""
    checked(admin, file, theme="parcels", new_layer_title=TITLE)
    ImportJob.objects.update(clearance=2)
    mine = checked(planner, file, theme="parcels", new_layer_title=TITLE)
    assert mine["layer"] == SLUG


@in_browser
def test_imports_that_ended_claim_no_address(admin: Client, file: Path) -> None:
    job = checked(admin, file, theme="parcels", new_layer_title=TITLE)
    begun = {"theme": "parcels", "new_layer_title": TITLE}
    assert start(admin, **begun)["layer"] == NEXT
    assert admin.delete(f"/api/imports/{job['id']}").status_code == 204
    assert start(admin, **begun)["layer"] == SLUG


def undo(client: Client, change_set: int) -> None:
    where = f"/api/change-sets/{change_set}/undo"
    assert client.post(where, {"reason": ""}, content_type=JSON).status_code == 200


def published(client: Client, job: dict[str, Any]) -> dict[str, Any]:
    take(client, job, "publish")
    return worked(client, job)


@in_browser
class TestLayerThatIsGone:
    """An import into a layer whose own import is undone between dry run and write."""

    @pytest.fixture
    def made(self, admin: Client, file: Path) -> dict[str, Any]:
        return published(admin, checked(admin, file, theme="parcels", new_layer_title=TITLE))

    @pytest.fixture
    def more(self, admin: Client, made: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
        path = parcels(tmp_path / "c.geojson", 2, SHTHUA=["21", "22"])
        return checked(admin, path, layer=SLUG)

    def test_nothing_is_written_until_it_is_back(
        self, admin: Client, made: dict[str, Any], more: dict[str, Any]
    ) -> None:
        undo(admin, made["change_set"]["id"])
        found = published(admin, more)
        assert (found["state"], found["unwritten"], rows()) == ("ready", True, 0)
        assert "không còn trong danh mục" in found["problem"]
        assert TITLE in found["problem"]
        undo(admin, read(admin, made)["redo"])
        assert published(admin, more)["state"] == "done"
        assert numbers(SLUG) == ["1", "2", "21", "22", "3"]

    def test_one_that_was_made_anew_is_another(
        self, admin: Client, made: dict[str, Any], more: dict[str, Any], file: Path
    ) -> None:
        undo(admin, made["change_set"]["id"])
        again = checked(admin, file, theme="parcels", new_layer_title=TITLE)
        assert published(admin, again)["layer"] == SLUG
        found = published(admin, more)
        assert (found["state"], found["unwritten"], rows()) == ("ready", True, 3)
        assert "đã thay đổi" in found["problem"]
        assert published(admin, more)["state"] == "done"

    def test_one_that_leaves_during_the_write_gets_no_row(
        self, made: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = parcels(tmp_path / "c.geojson", 2, SHTHUA=["21", "22"])
        record = kept_files.record

        def leave(*about: Any) -> Any:
            """The last thing before rows are written."""
            undo_set(ACTOR, made["change_set"]["id"])
            return record(*about)

        monkeypatch.setattr(kept_files, "record", leave)
        request = ImportRequest(path, "parcels", SLUG, apply=True)
        with pytest.raises(Unreadable) as refused, transaction.atomic():
            import_file(ACTOR, request)
        assert refused.value.reason == "layer_missing"
        assert numbers(SLUG) == ["1", "2", "3"]


@pytest.mark.parametrize("before", ["never", "undone"])
@pytest.mark.usefixtures("database")
def test_of_two_writes_at_a_time_one_makes_the_layer(tmp_path: Path, before: str) -> None:
    slug = f"zt-{before}"
    with committed() as made:
        if before == "undone":
            report = run(parcels(tmp_path / "0.geojson"), slug=slug)
            undo_set(ACTOR, report.change_set or 0)
        start_line = threading.Barrier(2)

        def write(number: int) -> str:
            plots = [str(10 * number), str(10 * number + 1)]
            path = parcels(tmp_path / f"{number}.geojson", 2, SHTHUA=plots)
            start_line.wait()
            try:
                run(path, slug=slug, only_new_layer=True)
            except Unreadable as refused:
                return refused.reason
            finally:
                connections.close_all()
            return "done"

        with ThreadPoolExecutor(2) as pool:
            ended = list(pool.map(write, [1, 2]))
        made.append(Layer.objects.get(slug=slug))
        assert sorted(ended) == ["done", "layer_taken"]
        number = ended.index("done") + 1
        assert numbers(slug) == [str(10 * number), str(10 * number + 1)]
        ImportRun.objects.filter(layer__in=made).delete()
