"""Undoing the import that made a layer: the city is as before; redoing brings all of it back."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from import_jobs import JSON, SLUG, checked, read, rows, start, take, worked
from small_files import ACTOR, counts, parcels, run

from gis_core.models import ChangeSet
from importers.refusals import Unreadable
from layers import undo
from layers.change_operation import ChangeOperation
from layers.layer_origin import LayerOrigin
from layers.models import Layer, Parcel

pytestmark = pytest.mark.usefixtures("db", "import_root")

TITLE = "zz Nhập"  # its address is SLUG


def imported(client: Client, file: Path) -> dict[str, Any]:
    job = checked(client, file, theme="parcels", new_layer_title=TITLE)
    assert job["layer"] == SLUG
    take(client, job, "publish")
    found = worked(client, job)
    assert found["state"] == "done"
    return found


def undone(client: Client, change_set: int) -> dict[str, Any]:
    where = f"/api/change-sets/{change_set}/undo"
    answer = client.post(where, {"reason": ""}, content_type=JSON)
    assert answer.status_code == 200, answer.content.decode()
    return dict(answer.json())


def listed(client: Client) -> list[bool]:
    """Whether the layer stands in the catalogue, among the collections, among the targets."""
    collections = client.get("/ogc/collections").json()["collections"]
    targets = client.get("/api/imports").json()["targets"]
    return [
        SLUG in [one["slug"] for one in client.get("/api/catalog").json()["layers"]],
        SLUG in [one["id"] for one in collections],
        SLUG in [one["slug"] for target in targets for one in target["layers"]],
    ]


def test_the_layer_leaves_the_catalogue_and_comes_back(admin: Client, file: Path) -> None:
    job = imported(admin, file)
    assert listed(admin) == [True] * 3
    answer = undone(admin, job["change_set"]["id"])
    assert answer["layers"] == [{"slug": SLUG, "title": TITLE, "listed": False}]
    found = read(admin, job)
    assert (found["state"], found["layer_withdrawn"], rows()) == ("undone", True, 0)
    assert listed(admin) == [False] * 3
    # Redo: undoing the undo, and once more around.
    answer = undone(admin, found["redo"])
    assert answer["layers"] == [{"slug": SLUG, "title": TITLE, "listed": True}]
    found = read(admin, job)
    assert (found["state"], found["layer_withdrawn"], found["redo"]) == ("done", False, None)
    assert (listed(admin), rows()) == ([True] * 3, 3)
    assert Layer.objects.get(slug=SLUG).publication == "draft"
    undone(admin, job["change_set"]["id"])
    assert (listed(admin), rows()) == ([False] * 3, 0)
    undone(admin, read(admin, job)["redo"])
    assert (listed(admin), rows()) == ([True] * 3, 3)


def test_history_of_a_withdrawn_layer_stays_readable(admin: Client, file: Path) -> None:
    job = imported(admin, file)
    feature = Parcel.objects.filter(layer__slug=SLUG).values_list("pk", flat=True)[0]
    undone(admin, job["change_set"]["id"])
    answer = admin.get(f"/api/layers/{SLUG}/features/{feature}/versions")
    assert answer.status_code == 200
    assert len(answer.json()["versions"]) == 1


def drafted(layer: Layer) -> None:
    entry = ChangeSet.objects.create(title="x", channel="browser", state="draft")
    ChangeOperation.objects.create(
        change_set=entry, key="1", position=0, kind="create", layer=layer, values={}
    )


TOUCHED = {
    "published": lambda layer: Layer.objects.filter(pk=layer.pk).update(publication="published"),
    "renamed": lambda layer: Layer.objects.filter(pk=layer.pk).update(title_vi="Tên khác"),
    "restyled": lambda layer: Layer.objects.filter(pk=layer.pk).update(style={"default": {}}),
    "dated": lambda layer: Layer.objects.filter(pk=layer.pk).update(data_date=date(2025, 7, 1)),
    "drafted": drafted,
}


@pytest.mark.parametrize("what", TOUCHED)
def test_a_layer_that_somebody_touched_stays(admin: Client, file: Path, what: str) -> None:
    job = imported(admin, file)
    layer = Layer.objects.get(slug=SLUG)
    TOUCHED[what](layer)
    before = Layer.objects.values_list("publication", flat=True).get(slug=SLUG)
    assert undone(admin, job["change_set"]["id"])["layers"] == []
    assert not read(admin, job)["layer_withdrawn"]
    assert Layer.objects.values_list("publication", flat=True).get(slug=SLUG) == before
    assert rows() == 0


def test_a_layer_in_which_others_wrote_stays(admin: Client, file: Path, tmp_path: Path) -> None:
    """Their rows are gone again, too; their history is not."""
    job = imported(admin, file)
    more = parcels(tmp_path / "b.shp", SHTHUA=["11", "12", "13"])
    report = run(more, slug=SLUG, create_layer=False)
    assert report.change_set is not None
    undo.undo(ACTOR, report.change_set)
    assert undone(admin, job["change_set"]["id"])["layers"] == []
    assert rows() == 0


def test_rows_of_others_keep_the_layer(admin: Client, file: Path, tmp_path: Path) -> None:
    job = imported(admin, file)
    run(parcels(tmp_path / "b.shp", SHTHUA=["11", "12", "13"]), slug=SLUG, create_layer=False)
    assert undone(admin, job["change_set"]["id"])["layers"] == []
    assert (rows(), listed(admin)) == (3, [True] * 3)


def test_undoing_an_import_into_an_older_layer_leaves_the_layer(
    admin: Client, layer: Any, file: Path
) -> None:
    job = checked(admin, file, layer=SLUG)
    take(admin, job, "publish")
    job = worked(admin, job)
    assert undone(admin, job["change_set"]["id"])["layers"] == []
    assert (listed(admin), rows()) == ([True] * 3, 0)


def test_a_withdrawn_layer_can_be_made_anew_and_not_filled_by_the_way(tmp_path: Path) -> None:
    path = parcels(tmp_path / "a.shp")
    report = run(path, layer_facts={"title_vi": "Thửa", "publication": "published"})
    assert report.change_set is not None
    undo.undo(ACTOR, report.change_set)
    assert Layer.objects.get(slug="zz").publication == "retired"
    with pytest.raises(Unreadable) as refused:
        run(path, create_layer=False)
    assert refused.value.reason == "layer_missing"
    dry = run(path, apply=False)
    assert (counts(dry), Layer.objects.get(slug="zz").publication) == ((3, 0, 0, 0), "retired")
    again = run(path, layer_facts={"title_vi": "Thửa mới"})
    assert counts(again) == (3, 0, 0, 0)
    layer = Layer.objects.get(slug="zz")
    assert (layer.title_vi, layer.publication) == ("Thửa mới", "draft")
    origin = LayerOrigin.objects.get(layer=layer)
    assert (origin.change_set_id, origin.withdrawn) == (again.change_set, False)


def test_the_next_layer_of_the_title_gets_its_address(admin: Client, file: Path) -> None:
    """What points to the former layer finds the data again; the undone import stays undone."""
    first = imported(admin, file)
    layer = Layer.objects.get(slug=SLUG)
    assert checked(admin, file, theme="parcels", new_layer_title=TITLE)["layer"] == f"{SLUG}-2"
    undone(admin, first["change_set"]["id"])
    undoing = read(admin, first)["redo"]
    again = checked(admin, file, theme="parcels", new_layer_title="ZZ nhập")
    assert (again["layer"], again["layer_title"]) == (SLUG, "ZZ nhập")
    take(admin, again, "publish")
    assert worked(admin, again)["state"] == "done"
    assert (Layer.objects.get(slug=SLUG).pk, rows(), listed(admin)) == (layer.pk, 3, [True] * 3)
    redone = admin.post(f"/api/change-sets/{undoing}/undo", {}, JSON)
    assert (redone.status_code, rows()) == (409, 3)


def redo_of(client: Client, job: dict[str, Any]) -> tuple[int | None, str]:
    found = read(client, job)
    return found["redo"], found["redo_hindrance"]


def test_no_redo_is_offered_into_a_layer_that_was_made_anew(
    admin: Client, file: Path, tmp_path: Path
) -> None:
    """Not even with other keys: its rows would stand among those of somebody else's layer."""
    first = imported(admin, file)
    undone(admin, first["change_set"]["id"])
    undoing, why = redo_of(admin, first)
    assert (undoing is None, why) == (False, "")
    imported(admin, parcels(tmp_path / "b.geojson", SHTHUA=["11", "12", "13"]))
    assert redo_of(admin, first) == (None, "remade")
    answer = admin.post(f"/api/change-sets/{undoing}/undo", {}, JSON)
    assert answer.status_code == 409
    assert "tạo lại" in answer.json()["detail"]
    assert rows() == 3


@pytest.mark.parametrize("keys", [["1", "2", "3"], ["3", "4", "5"]])
def test_no_redo_is_offered_where_keys_are_taken(
    admin: Client, layer: Any, file: Path, tmp_path: Path, keys: list[str]
) -> None:
    job = checked(admin, file, layer=SLUG)
    take(admin, job, "publish")
    job = worked(admin, job)
    undone(admin, job["change_set"]["id"])
    undoing, _why = redo_of(admin, job)
    better = run(parcels(tmp_path / "b.shp", SHTHUA=keys), slug=SLUG, create_layer=False)
    assert redo_of(admin, job) == (None, "taken")
    assert admin.post(f"/api/change-sets/{undoing}/undo", {}, JSON).status_code == 409
    assert better.change_set is not None
    undo.undo(ACTOR, better.change_set)
    assert redo_of(admin, job) == (undoing, "")
    undone(admin, undoing or 0)
    assert rows() == 3


def test_no_redo_is_offered_where_others_changed_what_came_back(
    admin: Client, layer: Any, tmp_path: Path
) -> None:
    run(parcels(tmp_path / "a.shp"), slug=SLUG, create_layer=False)
    path = parcels(tmp_path / "b.geojson", GHICHU=["sửa"] * 3)
    job = checked(admin, path, layer=SLUG)
    assert job["counts"]["changed"] == 3
    take(admin, job, "publish")
    job = worked(admin, job)
    undone(admin, job["change_set"]["id"])
    undoing, why = redo_of(admin, job)
    assert (undoing is None, why) == (False, "")
    later = run(parcels(tmp_path / "c.shp", GHICHU=["khác"] * 3), slug=SLUG, create_layer=False)
    assert redo_of(admin, job) == (None, "changed")
    assert admin.post(f"/api/change-sets/{undoing}/undo", {}, JSON).status_code == 409
    assert later.change_set is not None
    undo.undo(ACTOR, later.change_set)  # changed and changed back
    assert redo_of(admin, job) == (undoing, "")


def test_an_address_left_by_another_kind_of_shapes_is_not_taken(admin: Client, file: Path) -> None:
    """Which shapes a file holds is known at the dry run only; the layer then moves on."""
    undone(admin, imported(admin, file)["change_set"]["id"])
    job = start(admin, theme="infrastructure", new_layer_title=TITLE)
    assert job["layer"] == f"{SLUG}-2"  # of another theme: not that layer anew
    Layer.objects.filter(slug=SLUG).update(geometry_type="MultiLineString")
    job = checked(admin, file, theme="parcels", new_layer_title=TITLE)
    assert (job["layer"], job["report"]["new"]) == (f"{SLUG}-2", 3)
    take(admin, job, "publish")
    assert worked(admin, job)["state"] == "done"
    assert Layer.objects.get(slug=SLUG).publication == "retired"


def test_an_administrator_who_brought_the_layer_back_keeps_it(admin: Client, file: Path) -> None:
    job = imported(admin, file)
    undone(admin, job["change_set"]["id"])
    Layer.objects.filter(slug=SLUG).update(publication="published")
    undone(admin, read(admin, job)["redo"])
    assert Layer.objects.get(slug=SLUG).publication == "published"


def test_a_layer_made_without_rows_belongs_to_nobody(tmp_path: Path) -> None:
    """What fills it later is no reason to take it away again."""
    nothing = parcels(tmp_path / "a.shp", count=1)
    line = {"geometry": "points", "theme": "infrastructure"}
    assert run(nothing, **line).change_set is None
    assert not LayerOrigin.objects.filter(layer__slug="zz").exists()
    assert Layer.objects.get(slug="zz").publication == "draft"
