"""Vector tiles: names, texts, languages, labels, edges, equal bytes, refusals."""

import mapbox_vector_tile
import pytest
from django.test import Client
from sample_features import LAT, LON, SYSTEM, Sample, add, committed, make_layer

from gis_core.access import Actor, Grant
from gis_core.tile_grid import Tile, tile_at
from layers import selectors, tiles
from layers.models import Layer

pytestmark = pytest.mark.usefixtures("db")


def decode(body: bytes) -> dict:
    return mapbox_vector_tile.decode(body, default_options={"y_coord_down": True}) if body else {}


def tile_of(layer: Layer, row: Sample, zoom: int = 18, language: str = "vi", actor=SYSTEM) -> dict:
    entry = selectors.layer(actor, layer.slug)
    return decode(tiles.tile([entry], tile_at(row.lon, row.lat, zoom), language))


def test_attributes_are_texts_in_the_readers_language():
    layer = make_layer("zl-sights", "tourism")
    row = add(layer, "cho", name="Chợ", names={"en": "Market"}, category="market")
    plain = add(layer, "den", 0, name="Đền", names={"fr": "Temple"})
    for language, expected in (("vi", {"Chợ", "Đền"}), ("en", {"Market", "Đền"})):
        features = tile_of(layer, row, language=language)[layer.slug]["features"]
        assert {feature["properties"]["label"] for feature in features} == expected
    found = {f["id"]: f["properties"] for f in features}
    assert found[row.id] == {"class": "market", "label": "Market"}
    assert plain.id in found


def test_areas_bring_one_label_point_inside_from_the_label_zoom_on():
    layer = make_layer("zl-plots", "parcels")
    row = add(layer, "a", so_to="5", so_thua="12")
    decoded = tile_of(layer, row, 17)
    (area,) = decoded["zl-plots"]["features"]
    (label,) = decoded["zl-plots__labels"]["features"]
    assert label["geometry"]["type"] == "Point"
    assert label["properties"]["label"] == area["properties"]["label"] == "12"
    assert area["properties"]["so_to"] == "5"
    assert list(tile_of(layer, row, 16)) == ["zl-plots"]


def test_a_label_is_in_one_tile_only():
    """An area across many tiles is drawn in all of them and named in one."""
    layer = make_layer("zl-lakes", "topography", "MultiPolygon")
    row = add(layer, "ho", name="Hồ")
    entry = selectors.layer(SYSTEM, layer.slug)
    middle = tile_at(row.lon, row.lat, 20)
    around = [
        decode(tiles.tile([entry], Tile(20, middle.x + dx, middle.y + dy)))
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
    ]
    assert sum("zl-lakes" in tile for tile in around) >= 4
    assert sum("zl-lakes__labels" in tile for tile in around) == 1


def test_nothing_below_the_themes_first_zoom_and_nothing_where_nothing_is():
    layer = make_layer("zl-plots2", "parcels")
    row = add(layer, "a")
    entry = selectors.layer(SYSTEM, layer.slug)
    assert tiles.tile([entry], tile_at(row.lon, row.lat, entry.theme.min_zoom - 1)) == b""
    assert tiles.tile([entry], tile_at(row.lon, row.lat, entry.theme.min_zoom)) != b""
    assert tiles.tile([entry], tile_at(0, 0, 18)) == b""


def test_the_same_data_give_the_same_bytes():
    layer = make_layer("zl-lamps", "infrastructure", "Point")
    for number in range(50):
        add(layer, f"l{number}", 0)
    entry = selectors.layer(SYSTEM, layer.slug)
    address = tile_at(LON, LAT, 16)
    assert len({tiles.tile([entry], address) for _ in range(5)}) == 1


def test_several_layers_are_one_answer_in_the_order_asked():
    first, second = make_layer("zl-a", "environment"), make_layer("zl-b", "tourism")
    add(first, "a")
    add(second, "b")
    entries = selectors.layers_by_slug(SYSTEM, ["zl-b", "zl-a", "zl-b"])
    assert list(decode(tiles.tile(entries, tile_at(LON, LAT, 18)))) == ["zl-b", "zl-a"]


def test_expired_features_are_left_out_of_current_layers():
    layer = make_layer("zl-now", "environment")
    add(layer, "old", valid_from="2020-01-01", valid_to="2021-01-01")
    row = add(layer, "new", valid_from="2020-01-01")
    found = tile_of(layer, row)["zl-now"]["features"]
    assert [feature["id"] for feature in found] == [row.id]


def test_fields_that_the_reader_may_not_see_are_not_asked_for():
    layer = make_layer("zl-zones", "security", "Point")
    add(layer, "z")
    entry = selectors.layer(Actor(1, "p", (Grant("planner"),)), layer.slug)
    sql = tiles.statement(entry, "vi", labelled=True).sql
    assert "reason" not in sql
    assert "contact" not in sql


@pytest.fixture(scope="module")
def served(database: str):
    with committed() as made:
        made.append(make_layer("zl-served", "environment"))
        yield add(made[0], "tram")


BAD = ["99/0/0", "18/-1/0", "3/8/0", "3/0/8", "x/0/0", "18/1e3/0"]


@pytest.mark.parametrize("address", BAD)
def test_wrong_addresses_are_explained(served: Sample, address: str):
    response = Client().get(f"/tiles/{served.slug}/{address}.mvt")
    assert response.status_code in {400, 404}
    assert response.headers["Content-Type"] == "application/problem+json"


def test_too_many_layers_are_refused(served: Sample):
    names = ",".join([served.slug] * 25)
    assert Client().get(f"/tiles/{names}/1/0/0.mvt").status_code == 400


def test_known_bytes_are_not_sent_again(served: Sample):
    tile = tile_at(served.lon, served.lat, 18)
    where, client = f"/tiles/{served.slug}/{tile.z}/{tile.x}/{tile.y}.mvt", Client()
    first = client.get(where)
    assert first.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    again = client.get(where, HTTP_IF_NONE_MATCH=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(where, HTTP_IF_NONE_MATCH='"other"').content == first.content


def test_tilejson_describes_the_tiles(served: Sample):
    about = Client().get(f"/tiles/{served.slug}.json").json()
    west, south, east, north = about["bounds"]
    assert west <= served.lon <= east
    assert south <= served.lat <= north
    assert about["tilejson"] == "3.0.0"
    assert about["tiles"][0].endswith(f"/tiles/{served.slug}/{{z}}/{{x}}/{{y}}.mvt")
    assert about["vector_layers"][0]["id"] == served.slug
