"""OpenStreetMap data comes by theme, whether as XML, as PBF or as an answer of Overpass."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from good_files import OSM_PBF, OSM_XML
from shared_data import shared
from small_files import counts, run

from importers.reader import osm_tags
from importers.refusals import Unreadable
from importers.source import layers_of, open_source
from layers.models import Infrastructure, TouristSite


def rows_of(path: Path, layer: str) -> list[dict[str, Any]]:
    with open_source(path, layer=layer) as source:
        return [
            {**row, "shape": shapely.from_wkb(row[name])}
            for batch, name in source.batches()
            for row in batch.to_pylist()
        ]


@pytest.fixture
def xml(tmp_path: Path) -> Path:
    path = tmp_path / "mỹ tho.osm"
    path.write_text(OSM_XML)
    return path


def test_objects_come_by_theme_with_our_kinds(xml: Path) -> None:
    assert layers_of(xml)[0] == "infrastructure: line"
    [street] = rows_of(xml, "infrastructure: line")
    assert (street["OSM_ID"], street["LOAI"], street["name"]) == ("w10", "primary", "Hùng Vương")
    assert street["shape"].equals(shapely.LineString([(106.36, 10.36), (106.37, 10.36)]))
    [building] = rows_of(xml, "topography: area")
    assert (building["OSM_ID"], building["LOAI"]) == ("w11", "building")
    museum, pagoda = rows_of(xml, "tourism: point")
    assert (museum["LOAI"], museum["name_en"], museum["PHONE"]) == (
        "museum",
        "Tien Giang Museum",
        "0273",
    )
    assert (pagoda["LOAI"], pagoda["SLUG"]) == ("pagoda", "vinh-trang-w11")
    assert json.loads(pagoda["tags"])["religion"] == "buddhist"
    assert shapely.Polygon([(106.36, 10.36), (106.37, 10.36), (106.37, 10.35)]).contains(
        pagoda["shape"]
    )
    assert len(rows_of(xml, "lines")) == 1


def test_every_kind_is_in_the_code_lists() -> None:
    folder = Path(osm_tags.__file__).parents[2] / "layers/code_lists"
    known = {
        theme: (folder / name).read_text(encoding="utf-8")
        for theme, name in (
            ("infrastructure", "infrastructure_kind.csv"),
            ("topography", "topography_kind.csv"),
            ("tourism", "tourism_category.csv"),
        )
    }
    for theme, entries in osm_tags._KINDS.items():
        for _, _, kind in entries:
            assert not kind or f",{kind}," in known[theme], (theme, kind)


def answer(path: Path, *elements: dict[str, Any]) -> Path:
    head = {"version": 0.6, "generator": "Overpass API 0.7", "osm3s": {}}
    path.write_text(json.dumps({**head, "elements": elements}, ensure_ascii=False))
    return path


PLACES = [{"lat": 10.36, "lon": 106.36}, {"lat": 10.36, "lon": 106.37}]
STREET = {"type": "way", "id": 10, "tags": {"highway": "primary", "name": "Hùng Vương & <Vương>"}}


@pytest.mark.parametrize(
    "elements",
    [
        [{**STREET, "geometry": PLACES}],
        [{**STREET, "geometry": PLACES, "nodes": [2, 3]}],
        [
            {**STREET, "nodes": [2, 3]},
            *({"type": "node", "id": n + 2, **place} for n, place in enumerate(PLACES)),
        ],
    ],
)
def test_an_answer_of_overpass_has_places_in_several_ways(
    tmp_path: Path, elements: list[dict[str, Any]]
) -> None:
    [street] = rows_of(answer(tmp_path / "a.json", *elements), "infrastructure: line")
    assert street["name"] == "Hùng Vương & <Vương>"
    assert street["shape"].equals(shapely.LineString([(106.36, 10.36), (106.37, 10.36)]))


def test_an_answer_without_places_is_refused_with_what_to_ask_for(tmp_path: Path) -> None:
    path = answer(tmp_path / "a.json", {**STREET, "center": PLACES[0]})
    with pytest.raises(Unreadable, match="out geom") as caught:
        rows_of(path, "infrastructure: line")
    assert caught.value.reason == "overpass_without_places"


def test_a_damaged_answer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        rows_of(answer(tmp_path / "a.json", {"type": "way"}), "infrastructure: line")
    assert caught.value.reason == "damaged"


def test_a_pbf_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.osm.pbf").write_bytes(OSM_PBF)
    museum, pagoda = rows_of(tmp_path / "a.osm.pbf", "tourism: point")
    assert (museum["name"], pagoda["name"]) == ("Bảo tàng Tiền Giang", "Vĩnh Tràng")


def test_a_real_answer_is_read() -> None:
    path = shared("data/hcmc_osm/overpass_answer_small.json")
    names = {row["name"] for row in rows_of(path, "tourism: point")}
    assert "Nhà hát Thành phố" in names


@pytest.mark.usefixtures("db")
def test_streets_and_sites_are_imported_and_recognised_again(xml: Path) -> None:
    for _time, expected in (("first", (1, 0, 0, 0)), ("again", (0, 0, 1, 0))):
        report = run(xml, "infrastructure", slug="duong", source_layer="infrastructure: line")
        assert counts(report) == expected
    [street] = Infrastructure.objects.filter(layer__slug="duong")
    assert (street.code, street.kind, street.name) == ("w10", "primary", "Hùng Vương")
    assert counts(run(xml, "tourism", slug="diem", source_layer="tourism: point"))[0] == 2
    museum = TouristSite.objects.get(layer__slug="diem", category="museum")
    assert museum.phone == "0273"
    assert museum.names["en"] == "Tien Giang Museum"
