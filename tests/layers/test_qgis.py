"""Real QGIS, offscreen, edits over HTTP with a token. Needs root and debootstrap; several minutes.

The Debian with QGIS is built once in `var/qgis`. Run: script/test --slow tests/layers/test_qgis.py
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.conf import settings
from django.test import Client
from editing import put, read
from live_service import live_service
from ogc_sample import get
from sample_features import LAT, LON, Sample, add, committed, make_layer

from gis_core import device_tokens
from gis_core.models import ChangeSet, User
from layers.change_operation import ChangeOperation
from layers.themes.tourism import TouristSite
from script.setup.debian_base import host_mirrors

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("debootstrap") is None,
        reason="building a Debian with QGIS needs root and debootstrap",
    ),
]
SITES = "zz-qgis-sites"
SESSION = Path(__file__).with_name("qgis_session.py")
MINUTES = 15 * 60


@pytest.fixture(scope="session")
def debian() -> Path:
    """A folder with Debian 13 and its QGIS, built when there is none yet."""
    tree = settings.DATA_DIR / "qgis/debian"
    if not (tree / "usr/bin/python3").exists() or not (tree / "usr/lib/qgis").exists():
        shutil.rmtree(tree, ignore_errors=True)
        tree.mkdir(parents=True)
        packages = "--include=python3-qgis,qgis-providers,ca-certificates"
        command = ["debootstrap", "--variant=minbase", packages, "trixie", str(tree)]
        subprocess.run([*command, host_mirrors()[0]], check=True, timeout=MINUTES)
    return tree


@pytest.fixture
def sites(database: str) -> Iterator[list[Sample]]:
    with committed() as made:
        made.append(make_layer(SITES, "tourism"))
        yield [
            add(made[0], f"s{n}", n, name=name, phone="1", price_text="10")
            for n, name in enumerate(["Chùa", "Chợ", "Bến"])
        ]
        ChangeOperation.objects.filter(layer=made[0]).delete()


Work = Callable[..., tuple[dict[str, Any], list[str]]]


@pytest.fixture
def work(debian: Path, sites: list[Sample], accounts: dict[str, int]) -> Iterator[Work]:
    """Return a function (role, steps) → QGIS's report and the requests that it sent."""
    shutil.copyfile(SESSION, debian / "root/qgis_session.py")
    with live_service() as (origin, log):

        def do(role: str, *steps: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
            user = User.objects.get(pk=accounts[role])
            secret = device_tokens.issue(user, "QGIS", 30).secret
            task = {"url": f"{origin}/ogc/", "username": user.username, "password": secret}
            task |= {"layer": SITES, "steps": list(steps)}
            log.clear()
            command = ["chroot", str(debian), "env", "QT_QPA_PLATFORM=offscreen", "HOME=/root"]
            command += ["python3", "/root/qgis_session.py", json.dumps(task)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
            line = next((x for x in done.stdout.splitlines() if x.startswith("REPORT")), None)
            assert line is not None, done.stdout + done.stderr
            return json.loads(line.removeprefix("REPORT")), list(log)

        yield do


def step(name: str, who: str = "a", wkt: str = "", **values: Any) -> dict[str, Any]:
    return {"do": "change", "as": who, "name": name, "wkt": wkt, "values": values}


NEW_PLACE = f"Point ({LON + 0.0007} {LAT + 0.0007})"


def test_a_person_who_may_publish_changes_adds_and_deletes(work: Work, sites: list[Sample]):
    new = {"do": "add", "as": "a", "wkt": NEW_PLACE, "values": {"name": "Mới", "slug": "moi"}}
    report, log = work(
        "administrator",
        step("Chùa", wkt=NEW_PLACE, phone="2"),
        new,
        {"do": "delete", "as": "a", "name": "Bến"},
    )
    for word in ("Add Features", "Delete Features", "Change Attribute Values", "Change Geometries"):
        assert word in report["capabilities"]
    assert report["count"] == 3
    assert [item["saved"] for item in report["steps"]] == [True] * 3, report["steps"]
    chua = read(Client(), SITES, sites[0].id)
    assert chua["properties"]["phone"] == "2"
    assert chua["geometry"]["coordinates"] == pytest.approx([LON + 0.0007, LAT + 0.0007], abs=1e-7)
    listed = get(f"/ogc/collections/{SITES}/items")[1]["features"]
    names = {item["properties"]["name"] for item in listed}
    assert names == {"Chùa", "Chợ", "Mới"}
    assert not [line for line in log if line.startswith("PATCH")]


def test_an_attribute_alone_moves_nothing(work: Work, sites: list[Sample], sign_in):
    """QGIS sends the geometry back, rounded as it reads or writes it: that is no edit of it."""
    uneven = shapely.Point(LON + 0.000123456789, LAT + 0.000987654321)
    editor = sign_in("administrator")
    first = read(editor, SITES, sites[1].id)
    assert put(editor, SITES, {**first, "geometry": uneven.__geo_interface__}).status_code == 200
    report, _log = work("administrator", step("Chợ", phone="5"))
    assert report["steps"][0]["saved"]
    row = TouristSite.objects.get(pk=sites[1].id)
    assert (row.phone, row.version) == ("5", 3)
    assert (row.geom.x, row.geom.y) == (uneven.x, uneven.y)


def test_two_of_them_on_one_feature(work: Work, sites: list[Sample]):
    report, _log = work(
        "administrator",
        step("Chùa", "a", phone="a"),
        step("Chùa", "b", price_text="b"),
        step("Chùa", "c", phone="c"),
    )
    assert [item["saved"] for item in report["steps"]] == [True, True, False], report["steps"]
    found = read(Client(), SITES, sites[0].id)["properties"]
    assert (found["phone"], found["price_text"]) == ("a", "b")
    kept = ChangeOperation.objects.get(feature_id=sites[0].id, change_set__state="draft")
    assert kept.values == {"phone": "c"}


def test_a_planner_sends_for_review(work: Work, sites: list[Sample]):
    new = {"do": "add", "as": "a", "wkt": NEW_PLACE, "values": {"name": "Mới", "slug": "moi"}}
    report, log = work("planner", step("Chùa", wkt=NEW_PLACE, phone="2"), new)
    assert [item["saved"] for item in report["steps"]] == [True, True], (report["steps"], log)
    assert read(Client(), SITES, sites[0].id)["properties"]["phone"] == "1"
    steps = ChangeOperation.objects.filter(layer__slug=SITES)
    assert {item.kind for item in steps} == {"update", "create"}
    (entry,) = ChangeSet.objects.filter(pk__in={item.change_set_id for item in steps})
    assert (entry.state, entry.channel) == ("submitted", "ogc")
