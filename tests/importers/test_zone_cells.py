"""Positions that polynomials transform are those that PROJ gives, and equal ones stay equal."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from small_files import counts, parcels, run

from gis_core.crs import ZONES, to_wgs84
from importers.source_crs import of_text
from importers.zone_cells import TOLERANCE_DEG, ZoneCells
from layers.bulk import UNMOVED_DEG
from layers.themes.land import Parcel

PROJECTED = sorted(epsg for epsg, zone in ZONES.items() if zone.projected)
# All of Vietnam and its islands in any of its zones, and ground far beyond.
EASTS, NORTHS = st.floats(-1_900_000, 1_900_000), st.floats(0, 3_000_000)
PLACES = st.lists(st.tuples(EASTS, NORTHS), min_size=1, max_size=40)


def by_proj(epsg, positions):
    return np.column_stack(to_wgs84(ZONES[epsg], positions[:, 0], positions[:, 1]))


@given(st.sampled_from(PROJECTED), PLACES)
def test_every_position_is_where_proj_puts_it(epsg, places):
    positions = np.array(places)
    degrees = of_text(f"EPSG:{epsg}").to_wgs84(positions)
    assert np.abs(degrees - by_proj(epsg, positions)).max() <= TOLERANCE_DEG


@given(PLACES, st.randoms(use_true_random=False))
@example([(65_536.0, 1_114_112.0), (65_535.999999999, 1_114_111.9999999)], None)
def test_a_position_has_the_same_degrees_in_whatever_company(places, order):
    system = of_text("EPSG:9210")
    together = np.array(places * 300)
    if order is not None:
        order.shuffle(together)
    alone = {tuple(place): system.to_wgs84(np.array([place]))[0] for place in places}
    for place, degrees in zip(together[:900], system.to_wgs84(together)[:900], strict=True):
        assert tuple(degrees) == tuple(alone[tuple(place)])


@pytest.mark.parametrize("mark", ["swapped", "unshifted"])
def test_marked_systems_are_those_of_proj(mark):
    rng = np.random.default_rng(7)
    positions = rng.uniform((555_000, 1_125_000), (580_000, 1_150_000), (500, 2))
    official = by_proj(9210, positions)
    given_positions = positions[:, ::-1] if mark == "swapped" else positions
    degrees = of_text(f"EPSG:9210+{mark}").to_wgs84(given_positions)
    apart_m = np.hypot(*((degrees - official) * 111_000).T)
    # Decision 05/2007's shift is 226 m in the delta.
    assert (
        (apart_m < 1e-6).all() if mark == "swapped" else ((200 < apart_m) & (apart_m < 260)).all()
    )


def test_what_is_no_position_stays_none():
    degrees = of_text("EPSG:9210").to_wgs84(
        np.array([(np.nan, 1.0), (np.inf, 5.0), (1e300, -1e300), (566_000.0, 1_145_000.0)])
    )
    assert not np.isfinite(degrees[:3]).any()
    assert np.isfinite(degrees[3]).all()


def test_a_position_that_proj_would_have_placed_counts_as_the_same():
    assert 2 * TOLERANCE_DEG < UNMOVED_DEG


def test_where_polynomials_fail_proj_is_asked():
    """A transformation with a step inside the square is none that a polynomial can stand in for."""

    def stepped(positions):
        return np.where(positions > 1_000_000, positions + 1, positions) / 100_000

    positions = np.random.default_rng(3).uniform(990_000, 1_010_000, (200, 2))
    assert (ZoneCells(stepped).to_degrees(positions) == stepped(positions)).all()


@pytest.mark.usefixtures("db")
def test_rows_stored_by_proj_are_those_of_the_same_file(tmp_path, monkeypatch):
    path = parcels(tmp_path / "a.shp", 40)
    with monkeypatch.context() as earlier:
        earlier.setattr(ZoneCells, "to_degrees", lambda cells, positions: cells._exact(positions))
        run(path)
    stored = dict(Parcel.objects.filter(layer__slug="zz").values_list("feature_key", "geom"))
    run(path, slug="zz-now")
    now = dict(Parcel.objects.filter(layer__slug="zz-now").values_list("feature_key", "geom"))
    assert stored.keys() == now.keys()
    assert any(bytes(now[key].wkb) != bytes(shape.wkb) for key, shape in stored.items())
    report = run(path)
    assert counts(report) == (0, 0, 40, 0)
    assert report.change_set is None
    edited = parcels(tmp_path / "b.shp", 40, LOAI_DAT=["CLN"] * 40)
    assert run(edited).changed_fields == {"land_use_code": 40}
    kept = dict(Parcel.objects.filter(layer__slug="zz").values_list("feature_key", "geom"))
    assert {k: bytes(v.wkb) for k, v in kept.items()} == {
        k: bytes(v.wkb) for k, v in stored.items()
    }
