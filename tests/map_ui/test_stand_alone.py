"""The stand-alone map: public rows only, nothing that executes, nothing that calls out."""

import json
import re
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from stand_alone_layers import PAYLOADS, SQUARE, SYSTEM, Add, ground, layer, sites

from gis_core import history
from gis_core.access import ANONYMOUS
from gis_core.channels import channels
from gis_core.errors import BadRequest, Invalid, NotFound
from layers.registry import theme_by_key
from map_ui import stand_alone_content
from map_ui.stand_alone import stand_alone_map
from map_ui.stand_alone_page import in_script, skeleton
from map_ui.stand_alone_view import stand_alone

pytestmark = pytest.mark.usefixtures("ground")
__all__ = ["ground", "layer"]  # fixtures that this module brings in by import


def values_of(text: str) -> Any:
    """The JSON that a page carries."""
    found = re.findall(r'<script type="application/json" id="values">(.*?)</script>', text)
    assert len(found) == 1
    return json.loads(found[0])


def test_the_page_carries_public_rows_and_fields(layer: Add) -> None:
    rows = [*sites("Chùa Vĩnh Tràng", operator_phone="0900000001", extra={"OWNER": "secret"})]
    rows += sites("", "Kho", sensitivity=1)[1:]
    layer(
        "t-attractions",
        *("tourism", "Point", rows),
        title_en="Sights",
        source_note="Sở Du lịch",
        licence="CC-BY-4.0",
        data_date=date(2026, 1, 15),
    )
    text = stand_alone_map(["t-attractions"], "en")
    values = values_of(text)
    (shown,) = values["layers"]
    assert shown["title"] == "Sights"
    assert [feature[1] for feature in shown["features"]] == ["Chùa Vĩnh Tràng"]
    assert shown["features"][0][3] == {"type": "Point", "coordinates": [106.36, 10.355]}
    assert (shown["source"], shown["licence"]) == ("Sở Du lịch", "CC-BY-4.0")
    assert shown["data_date"] == "15/01/2026"
    assert values["made_on"] == f"{ANONYMOUS.today:%d/%m/%Y}"
    assert "museum" in values["icons"]
    for hidden in ("0900000001", "secret", "Kho"):
        assert hidden not in text


def test_a_layer_that_is_not_public_is_not_there(layer: Add) -> None:
    layer("t-inside", "tourism", "Point", sites("A"), sensitivity=1)
    layer("t-draft", "tourism", "Point", sites("A"), publication="t-draft")
    for slugs in (["t-inside"], ["t-draft"], ["nope"]):
        with pytest.raises(NotFound):
            stand_alone_map(slugs, "vi")


def test_hidden_rows_change_no_byte(layer: Add) -> None:
    entry = layer("t-attractions", "tourism", "Point", sites("A", "B"))
    before = stand_alone_map(["t-attractions"], "vi")
    model: Any = theme_by_key("tourism").model
    with history.change_set(SYSTEM, title="test", channel="test"):
        (row,) = sites("Kho")
        model.objects.create(
            layer=entry, sensitivity=2, **{**row, "slug": "kho", "feature_key": "kho"}
        )
    assert stand_alone_map(["t-attractions"], "vi") == before


def test_the_ground_lies_below_unless_it_is_chosen_itself(layer: Add) -> None:
    layer(
        "t-water", "topography", "MultiPolygon", [{"name": "Sông", "kind": "river", "geom": SQUARE}]
    )
    layer("t-attractions", "tourism", "Point", sites("A"))
    values = values_of(stand_alone_map(["t-attractions"], "vi"))
    assert [entry["slug"] for entry in values["ground"]] == ["t-water"]
    assert values["ground"][0]["features"][0][:2] == ["river", "Sông"]
    values = values_of(stand_alone_map(["t-attractions", "t-water"], "vi"))
    assert values["ground"] == []
    assert [entry["slug"] for entry in values["layers"]] == ["t-attractions", "t-water"]


def test_too_many_features_names_the_layer_to_leave_out(
    layer: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer("t-few", "tourism", "Point", sites("A"), title_vi="Ít")
    layer("t-many", "infrastructure", "Point", [
        {"kind": "lamp", "code": str(n), "geom": "POINT(106.36 10.35)"} for n in range(5)
    ], title_vi="Nhiều")  # fmt: skip
    monkeypatch.setattr(stand_alone_content, "MAX_FEATURES", 5)
    with pytest.raises(Invalid) as caught:
        stand_alone_map(["t-few", "t-many"], "vi")
    assert "Nhiều" in caught.value.detail
    assert caught.value.errors == [{"layer": "t-many", "features": 5}]
    monkeypatch.undo()
    monkeypatch.setattr(stand_alone_content, "MAX_BYTES", 1000)
    with pytest.raises(Invalid) as caught:
        stand_alone_map(["t-few", "t-many"], "vi")
    assert caught.value.errors[0]["layer"] in {"t-few", "t-many"}


def test_a_large_layer_of_the_ground_is_left_out(
    layer: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer("t-water", "topography", "MultiPolygon", [{"kind": "river", "geom": SQUARE}])
    layer("t-attractions", "tourism", "Point", sites("A"))
    monkeypatch.setattr(stand_alone_content, "MAX_GROUND_FEATURES", 0)
    assert values_of(stand_alone_map(["t-attractions"], "vi"))["ground"] == []


def test_no_value_can_end_a_script() -> None:
    for payload in PAYLOADS:
        text = in_script(json.dumps(payload))
        assert not set("<>&\u2028\u2029") & set(text)
        assert json.loads(text) == payload


def test_the_frame_links_to_nothing() -> None:
    whole = "".join(skeleton())
    text = re.sub(r"<script>.*?</script>", "<script>", whole, flags=re.DOTALL)
    assert not re.search(r'(?:src|href)\s*=\s*"(?!data:)', text)
    assert not re.search(r"url\((?!data:|#)", text)
    assert "<link" not in text
    for name in ("bootstrap", "jquery", "awesome", "cdn.", "user-scalable"):
        assert name not in whole.lower()
    assert text.index("Content-Security-Policy") < text.index("<script>")


def test_the_view_is_a_declared_channel_that_ignores_rights(layer: Add) -> None:
    layer("t-attractions", "tourism", "Point", sites("A", operator_phone="0900000001"))
    layer("t-inside", "tourism", "Point", sites("B"), sensitivity=1)
    request: Any = RequestFactory().get("/api/stand-alone-map?layers=t-attractions&lang=vi")
    request.actor, request.LANGUAGE_CODE = SYSTEM, "vi"
    response = stand_alone(request)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="t-attractions.html"'
    assert b"0900000001" not in response.content
    assert response.content.decode() == stand_alone_map(["t-attractions"], "vi")
    request.GET = {"layers": "t-inside"}
    with pytest.raises(NotFound):
        stand_alone(request)
    for wrong in ("", ",", ",".join(f"l{number}" for number in range(25))):
        request.GET = {"layers": wrong}
        with pytest.raises(BadRequest):
            stand_alone(request)
    assert "map.stand_alone" in {entry.name for entry in channels()}
    assert stand_alone(RequestFactory().post("/")).status_code == 405


def test_the_command_writes_one_file(layer: Add, tmp_path: Path) -> None:
    layer("t-attractions", "tourism", "Point", sites("A", "B"))
    out, target = StringIO(), tmp_path / "map.html"
    call_command(
        "export_map",
        *("--layers=t-attractions", f"--output={target}", "--lang=en", "--title=Our map"),
        stdout=out,
    )
    assert "2 features" in out.getvalue()
    text = target.read_text(encoding="utf-8")
    assert '<html lang="en">' in text
    assert "<title>Our map</title>" in text
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]
    for layers, output in (("nope", target), (",", target), ("t-attractions", tmp_path / "no/x")):
        with pytest.raises(CommandError):
            call_command("export_map", f"--layers={layers}", f"--output={output}")
