"""The grid: addresses check themselves, tiles cover the plane without gaps, the OGC document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from gis_core.tile_grid import (
    HALF_WORLD_M,
    MAX_ZOOM,
    InvalidTile,
    Tile,
    pixel_size_m,
    tile_at,
    tiles_of,
    web_mercator_quad,
)

MY_THO = (106.286, 10.319, 106.4135, 10.4065)


@st.composite
def tiles(draw, max_zoom=MAX_ZOOM):
    z = draw(st.integers(0, max_zoom))
    last = (1 << z) - 1
    return Tile(z, draw(st.integers(0, last)), draw(st.integers(0, last)))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ((-1, 0, 0), "zoom -1"),
        ((23, 0, 0), "zoom 23"),
        ((10**9, 0, 0), "zoom"),
        ((3, 8, 0), "column 8 is outside 0-7 at zoom 3"),
        ((3, 0, -1), "row -1"),
    ],
)
def test_wrong_addresses_are_refused(address, words):
    with pytest.raises(InvalidTile, match=words) as refused:
        Tile(*address)
    assert refused.value.code == "invalid_tile"


@given(tiles(max_zoom=MAX_ZOOM - 1))
def test_children_tile_their_parent_exactly(tile):
    west, south, east, north = tile.bounds_3857()
    children = [
        Tile(tile.z + 1, 2 * tile.x + dx, 2 * tile.y + dy).bounds_3857()
        for dy in (0, 1)
        for dx in (0, 1)
    ]
    assert min(box[0] for box in children) == west
    assert min(box[1] for box in children) == south
    assert max(box[2] for box in children) == east
    assert max(box[3] for box in children) == north
    assert children[0][2] == children[1][0]
    assert children[0][1] == children[2][3]


@given(tiles())
def test_neighbours_share_their_edge(tile):
    west, _, east, north = tile.bounds_3857()
    if tile.x:
        assert Tile(tile.z, tile.x - 1, tile.y).bounds_3857()[2] == west
    else:
        assert west == -HALF_WORLD_M
    if tile.y:
        assert Tile(tile.z, tile.x, tile.y - 1).bounds_3857()[1] == north
    else:
        assert north == HALF_WORLD_M
    assert east > west


@given(tiles())
def test_the_middle_of_a_tile_lies_in_it(tile):
    west, south, east, north = tile.bounds_4326()
    assert tile_at((west + east) / 2, (south + north) / 2, tile.z) == tile


@given(st.floats(-180, 180), st.floats(-90, 90), st.integers(0, MAX_ZOOM))
def test_every_position_has_a_tile(lon, lat, z):
    tile = tile_at(lon, lat, z)
    west, south, east, north = tile.bounds_4326()
    assert west - 1e-9 <= lon <= east + 1e-9
    assert south - 1e-9 <= max(-85.0511287798066, min(85.0511287798066, lat)) <= north + 1e-9


def test_bounds_agree_with_proj():
    to_mercator = Transformer.from_crs("OGC:CRS84", "EPSG:3857", always_xy=True)
    tile = tile_at(106.36, 10.35, 16)
    west, south, east, north = tile.bounds_4326()
    corners = (*to_mercator.transform(west, south), *to_mercator.transform(east, north))
    assert corners == pytest.approx(tile.bounds_3857(), abs=1e-6)


def test_tiles_of_the_city():
    found = list(tiles_of(MY_THO, 13))
    assert len(found) == len(set(found)) == 12
    assert list(tiles_of((-180, -90, 180, 90), 1)) == [
        Tile(1, 0, 0),
        Tile(1, 1, 0),
        Tile(1, 0, 1),
        Tile(1, 1, 1),
    ]
    with pytest.raises(InvalidTile, match="inside out"):
        tiles_of((107, 10, 106, 11), 5)
    with pytest.raises(InvalidTile, match="zoom"):
        tiles_of(MY_THO, 30)


def test_positions_that_are_no_numbers_are_refused():
    with pytest.raises(InvalidTile, match="numbers"):
        tile_at(float("nan"), 10, 5)


def test_matrix_set_has_the_published_figures():
    document = web_mercator_quad()
    assert document["uri"].endswith("/WebMercatorQuad")
    assert len(document["tileMatrices"]) == MAX_ZOOM + 1
    first, last = document["tileMatrices"][0], document["tileMatrices"][18]
    assert first["scaleDenominator"] == pytest.approx(559082264.028717, rel=1e-12)
    assert first["cellSize"] == pytest.approx(156543.033928041, rel=1e-12)
    assert last["scaleDenominator"] == pytest.approx(2132.72958384978, rel=1e-12)
    assert last["matrixWidth"] == 262144
    assert pixel_size_m(0, 512) == pixel_size_m(1)
