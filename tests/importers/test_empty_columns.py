"""Columns without a value are not shown one by one, and a late value of one is not lost."""

from pathlib import Path

import pytest
from small_files import ACTOR, parcels, run

from importers.request import ImportRequest
from importers.understanding import understand
from layers.models import Parcel, TouristSite

pytestmark = pytest.mark.usefixtures("db")

PLACE = (
    "<Placemark><name>Chùa {0}</name><ExtendedData><Data name='loai'><value>chùa</value></Data>"
    "</ExtendedData><Point><coordinates>106.36{0},10.35</coordinates></Point></Placemark>"
)


def test_what_a_reader_of_kml_makes_up_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "chùa.kml"
    places = "".join(PLACE.format(number) for number in range(3))
    path.write_text(
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{places}</Document></kml>'
    )
    report = run(path, theme="tourism")
    assert report.new == 3
    [empty] = [group for group in report.issues if group.code == "columns_empty"]
    assert (empty.count, str(empty.first[0].detail).split(":")[0][-3:]) == (1, "cột")
    assert set(report.kept_columns) <= {"loai", "Name", "id"}
    held = TouristSite.objects.values_list("extra", flat=True)
    assert not {"tessellate", "extrude", "visibility", "begin"} & {k for one in held for k in one}
    shown = {one.column for one in understand(ACTOR, ImportRequest(path, "tourism", "zz")).columns}
    assert not {"tessellate", "begin", "altitudeMode", "drawOrder"} & shown


def test_a_value_far_behind_is_kept_all_the_same(tmp_path: Path) -> None:
    count = 10_001  # more than one batch
    late = [None] * (count - 1) + ["muộn"]
    path = parcels(tmp_path / "a.gpkg", count, LUUY=late)
    assert "LUUY" not in run(path).kept_columns
    assert Parcel.objects.filter(extra__LUUY="muộn").count() == 1
