"""In which system a file is: what it says, what the outline of the city says, and questions."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_core import crs
from gis_core.city import city
from gis_core.crs import ZONES
from importers.crs_candidates import Place, city_box, locate
from importers.issues import FileRefused
from importers.source_crs import of_text

WEST, SOUTH, EAST, NORTH = city().bbox_4326
GRID = np.array(
    [
        [lon, lat]
        for lon in np.linspace(WEST + 0.03, EAST - 0.03, 5)
        for lat in np.linspace(SOUTH + 0.02, NORTH - 0.02, 5)
    ]
)
ZONE_KEYS = [f"EPSG:{zone.epsg}" for zone in ZONES.values() if zone.projected]


def in_system(key: str) -> np.ndarray:
    """Return the grid of the city in a system, as a file would hold it."""
    found = of_text(key)
    if found.zone is not None and not found.unshifted:
        plain = np.column_stack(crs.from_wgs84(found.zone, GRID[:, 0], GRID[:, 1]))
    else:
        code = int(key.removeprefix("EPSG:").split("+")[0])
        plain = np.column_stack(
            crs.Transformer.from_crs(crs.STORAGE_SRID, code, always_xy=True).transform(*GRID.T)
        )
    return plain[:, ::-1] if found.swapped else plain


def where(place: Place) -> np.ndarray:
    assert place.crs is not None
    return place.crs.to_wgs84(in_system(place.crs.key))


@pytest.mark.parametrize("key", [f"EPSG:{city().zone.epsg}", "EPSG:4326"])
@pytest.mark.parametrize("mark", ["", "+swapped"])
def test_a_file_that_says_nothing_is_found_by_where_it_falls(key: str, mark: str) -> None:
    place = locate("", in_system(key + mark), city_box())
    assert (place.question, place.decided().key) == ("", key + mark)
    assert [issue.code for issue in place.issues] == ["crs_guessed"]
    assert np.abs(place.decided().to_wgs84(in_system(key + mark)) - GRID).max() < 1e-7
    assert place.candidates[0].share == 1.0
    assert all(WEST < lon < EAST for lon, _ in place.candidates[0].positions_4326)


@pytest.mark.parametrize("key", ZONE_KEYS)
def test_every_zone_is_among_the_candidates(key: str) -> None:
    place = locate("", in_system(key), city_box())
    assert key in {one.crs.key for one in place.candidates}
    if place.crs is not None:
        assert np.abs(where(place) - GRID).max() < 1e-7


def test_systems_that_only_a_person_can_tell_apart_are_a_question() -> None:
    place = locate("", in_system("EPSG:5897"), city_box())  # UTM 48 lies 350 m away
    assert place.question == "crs_ambiguous"
    assert {"EPSG:5897", "EPSG:3405"} <= {one.crs.key for one in place.candidates}
    with pytest.raises(FileRefused, match="--source-crs"):
        place.decided()
    assert locate("", in_system("EPSG:5897"), city_box(), "EPSG:5897").decided().epsg == 5897


def test_web_mercator_is_found() -> None:
    assert locate("", in_system("EPSG:3857"), city_box()).decided().epsg == 3857


def test_a_system_that_puts_the_data_elsewhere_is_challenged() -> None:
    right = f"EPSG:{city().zone.epsg}"
    place = locate("EPSG:5897", in_system(right), city_box())
    assert (place.crs, place.question) == (None, "crs_contradicted")
    assert place.declared is not None
    assert place.declared.share == 0.0
    assert place.candidates[0].crs.key == right
    with pytest.raises(FileRefused, match="ngoài thành phố"):
        place.decided()
    assert locate("EPSG:5897", in_system(right), city_box(), "EPSG:5897").decided().epsg == 5897


def test_what_the_file_says_is_believed_where_nothing_else_fits() -> None:
    far = GRID + np.array([2.0, 3.0])
    assert locate("EPSG:4326", far, city_box()).decided().epsg == 4326
    assert locate("EPSG:4326", GRID, city_box()).candidates == ()
    assert locate("", far, city_box()).decided().epsg == 4326


def test_metres_that_fall_nowhere_are_a_question() -> None:
    place = locate("", np.array([[12.0, 5_000_000.0], [900.0, 77.0]]), city_box())
    assert (place.crs, place.question) == (None, "crs_unknown")
    assert locate("", np.empty((0, 2)), city_box()).question == "crs_unknown"


def test_a_system_without_shift_is_offered_but_not_taken() -> None:
    place = locate("", in_system(f"EPSG:{city().zone.epsg}"), city_box())
    unshifted = f"EPSG:{city().zone.epsg}+unshifted"
    assert unshifted in {one.crs.key for one in place.candidates}
    assert place.decided().key != unshifted
    chosen = locate("", in_system(f"EPSG:{city().zone.epsg}"), city_box(), unshifted).decided()
    moved = chosen.to_wgs84(in_system(f"EPSG:{city().zone.epsg}")) - GRID
    metres = np.hypot(moved[:, 0] * 109_500, moved[:, 1] * 110_600)
    assert np.abs(metres - 226).max() < 3


@given(st.sampled_from([*ZONE_KEYS, "EPSG:4326"]), st.sampled_from(["", "swapped", "unshifted"]))
def test_a_key_names_its_system(key: str, mark: str) -> None:
    if mark == "unshifted" and key == "EPSG:4326":
        with pytest.raises(FileRefused):
            of_text("EPSG:4326+unshifted")
        return
    found = of_text(key).marked(mark) if mark else of_text(key)
    assert of_text(found.key) == found


def test_a_shape_of_the_city_decides_as_well_as_its_box() -> None:
    circle = shapely.Point(*city().center_4326).buffer(0.02)
    key = f"EPSG:{city().zone.epsg}"
    place = locate("", in_system(key), circle)
    assert place.question in {"", "crs_unknown"}
    inside = np.array([shapely.contains_xy(circle, *position) for position in GRID])
    assert locate("", in_system(key)[inside], circle).decided().key == key


def test_a_system_is_named_as_its_users_know_it() -> None:
    assert of_text("EPSG:2230").name == "NAD83 / California zone 6 (ftUS)"
    assert of_text("EPSG:32648").name == "WGS 84 / UTM zone 48N"
