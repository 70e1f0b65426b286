"""The demonstration city and the code lists: loaded once, then left alone."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from gis_core.access import system_actor
from importers.demo import load
from layers.code_list import Code
from layers.feature import Layer
from layers.themes.admin_units import AdminUnitLineage
from layers.themes.security import SecurityZone

pytestmark = pytest.mark.usefixtures("db")
LISTING = Path(settings.BASE_DIR) / "fixtures/layers.toml"


def test_the_demo_city_is_loaded_once() -> None:
    first = list(load(system_actor("tests"), LISTING))
    assert all("bị loại 0" in one.line or "raster" in one.line or one.unchanged for one in first)
    again = list(load(system_actor("tests"), LISTING))
    assert [one.slug for one in again] == [one.slug for one in first]
    assert all(one.unchanged for one in again)


def test_facts_of_the_layers_arrive() -> None:
    list(load(system_actor("tests"), LISTING))
    zones = Layer.objects.get(slug="security-zones")
    assert (zones.sensitivity, zones.publication, zones.illustrative) == (2, "published", True)
    assert zones.source_note
    assert not Layer.objects.get(slug="former-communes").current_only
    assert SecurityZone.objects.filter(layer=zones).exists()


def test_a_listing_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.toml"):
        call_command("load_demo", "--list", str(tmp_path / "none.toml"))


def test_code_lists_keep_what_an_administrator_changed() -> None:
    code = Code.objects.get(code_list="land.use", code="ODT")
    Code.objects.filter(pk=code.pk).update(color="#123456")
    Code.objects.filter(code_list="land.use", code="LUA").delete()
    out = StringIO()
    call_command("load_code_lists", stdout=out)
    assert ", 1 new" in out.getvalue()
    assert Code.objects.get(pk=code.pk).color == "#123456"
    call_command("load_code_lists", "--update", verbosity=0, stdout=StringIO())
    assert Code.objects.get(pk=code.pk).color == "#FFA0FF"


def test_code_lists_are_whole() -> None:
    counts = {
        name: Code.objects.filter(code_list=name).count() for name in ("land.use", "security.kind")
    }
    assert counts == {"land.use": 80, "security.kind": 16}
    colors = list(Code.objects.filter(code_list="security.kind").values_list("color", flat=True))
    assert len(set(colors)) == 16
    assert not Code.objects.filter(label_en="").exists()
    assert AdminUnitLineage.objects.filter(successor_key="28261/2025-07-01").count() == 3
    assert Code.objects.get(code_list="requests.state", code="trung").attributes == {
        "open311_status": "closed"
    }
