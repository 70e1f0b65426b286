"""VN-2000 without datum shift is noticed by the corners that are on the map, and asked about."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from small_files import ACTOR, codes, counts, parcels, run, shapefile, square

from gis_core.city import city
from gis_core.crs import to_wgs84
from importers import source_crs
from importers.refusals import Unreadable
from importers.request import ImportRequest
from importers.understanding import Understanding, understand
from layers.models import Parcel

pytestmark = pytest.mark.usefixtures("db")
UNSHIFTED = "EPSG:9210+unshifted"
COUNT = 6


def without_shift(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape in VN-2000 metres as a program without the datum shift would write it."""
    zone = city().zone

    def moved(positions: np.ndarray) -> np.ndarray:
        degrees = to_wgs84(zone, positions[:, 0], positions[:, 1])
        away = source_crs._unshifted(zone).transform(*degrees, direction="INVERSE")
        return np.column_stack(away)

    return shapely.transform(shape, moved)


def columns(count: int = COUNT) -> dict[str, list[str]]:
    return {"SHBANDO": ["5"] * count, "SHTHUA": [str(number + 1) for number in range(count)]}


def internal(path: Path, crs_name: str | None) -> Path:
    shapes = [without_shift(square(number)) for number in range(COUNT)]
    return shapefile(path, shapes, columns(), crs_name)


def told(path: Path, slug: str = "zz") -> Understanding:
    return understand(ACTOR, ImportRequest(path=path, theme="parcels", slug=slug))


@pytest.mark.parametrize("crs_name", ["EPSG:9210", None])
def test_corners_of_the_layer_tell_that_the_shift_is_missing(
    tmp_path: Path, crs_name: str | None
) -> None:
    run(parcels(tmp_path / "a.shp", COUNT))
    before = dict(Parcel.objects.filter(layer__slug="zz").values_list("so_thua", "geom"))
    path = internal(tmp_path / "b.shp", crs_name)
    found = told(path)
    assert found.questions == ("crs_unshifted",)
    assert [one.crs.key for one in found.place.candidates[:2]] == [UNSHIFTED, "EPSG:9210"]
    with pytest.raises(Unreadable, match=r"“zz”.*0%.*100%") as caught:
        run(path)
    assert caught.value.reason == "crs_unshifted"
    report = run(path, source_crs=UNSHIFTED)
    assert report.new == 0
    after = dict(Parcel.objects.filter(layer__slug="zz").values_list("so_thua", "geom"))
    for number, shape in before.items():
        away = shapely.from_wkb(bytes(shape.wkb)), shapely.from_wkb(bytes(after[number].wkb))
        assert shapely.hausdorff_distance(*away) < 1e-8  # degrees: 1 mm
    moved = run(path, source_crs="EPSG:9210")
    assert (moved.changed, "crs_guessed" in codes(moved)) == (COUNT, False)


def test_the_wards_tell_where_the_layer_is_new(tmp_path: Path) -> None:
    wards = {"MAXA": [str(28249 + number) for number in range(COUNT)]}
    run(shapefile(tmp_path / "w.shp", [square(n) for n in range(COUNT)], wards), "admin_units")
    assert told(internal(tmp_path / "b.shp", "EPSG:9210"), "zz-new").questions == ("crs_unshifted",)


def test_nothing_is_asked_where_the_official_parameters_fit_or_nothing_is_there(
    tmp_path: Path,
) -> None:
    assert told(internal(tmp_path / "b.shp", "EPSG:9210")).questions == ()
    first = parcels(tmp_path / "a.shp", COUNT)
    run(first)
    assert told(first).questions == ()
    assert counts(run(first)) == (0, 0, COUNT, 0)
    far = [square(number + 40) for number in range(COUNT)]
    assert told(shapefile(tmp_path / "c.shp", far, columns())).questions == ()
