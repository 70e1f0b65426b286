"""A way of reading that was confirmed once is used again under its name."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from small_files import ACTOR, parcels

from gis_core.access import ANONYMOUS
from gis_core.errors import SignInNeeded
from importers.issues import FileRefused
from importers.profiles import profiles, save_profile, with_profile
from importers.request import ImportRequest
from importers.understanding import understand

pytestmark = pytest.mark.usefixtures("db")


def request_of(path: Path, theme: str = "parcels", **options: object) -> ImportRequest:
    return ImportRequest(path=path, theme=theme, slug="zz", **options)  # type: ignore[arg-type]


def test_a_profile_holds_what_was_decided(tmp_path: Path) -> None:
    request = request_of(parcels(tmp_path / "a.shp"), mapping={"address": "GHICHU", "area_m2": ""})
    save_profile(ACTOR, " VILIS  2024 ", request, understand(ACTOR, request))
    assert [profile.name for profile in profiles(ACTOR, "parcels")] == ["VILIS 2024"]
    made = with_profile(ACTOR, request_of(tmp_path / "a.shp"), "VILIS 2024")
    assert made.source_crs == "EPSG:9210"
    assert made.column_encodings == {"GHICHU": "utf-8"}  # of columns that fill a field
    assert made.mapping["address"] == "GHICHU"
    assert (made.mapping["so_to"], made.mapping["area_m2"]) == ("SHBANDO", "")
    own = request_of(tmp_path / "a.shp", source_crs="EPSG:5897", mapping={"address": ""})
    made = with_profile(ACTOR, own, "VILIS 2024")
    assert (made.source_crs, made.mapping["address"]) == ("EPSG:5897", "")


def test_a_file_without_the_columns_is_refused_before_the_first_row(tmp_path: Path) -> None:
    request = request_of(parcels(tmp_path / "a.shp"))
    save_profile(ACTOR, "mẫu", request, understand(ACTOR, request))
    other = parcels(tmp_path / "b.shp", KHAC=["1", "2", "3"])
    assert understand(ACTOR, with_profile(ACTOR, request_of(other), "mẫu")).questions == ()
    renamed = with_profile(ACTOR, request_of(other, mapping={"so_to": "SO_TO_MOI"}), "mẫu")
    with pytest.raises(FileRefused, match="không có cột “SO_TO_MOI”"):
        understand(ACTOR, renamed)


def test_unknown_names_are_told(tmp_path: Path) -> None:
    request = request_of(parcels(tmp_path / "a.shp"))
    with pytest.raises(FileRefused, match=r"“x”.*Thửa đất.*–"):
        with_profile(ACTOR, request, "x")
    found = understand(ACTOR, request)
    with pytest.raises(FileRefused, match="1 đến 80"):
        save_profile(ACTOR, "  ", request, found)
    save_profile(ACTOR, "mẫu", request, found)
    with pytest.raises(FileRefused, match="chủ đề khác"):
        save_profile(ACTOR, "mẫu", request_of(request.path, "topography"), found)


def test_strangers_see_and_save_nothing(tmp_path: Path) -> None:
    request = request_of(parcels(tmp_path / "a.shp"))
    found = understand(ACTOR, request)
    with pytest.raises(SignInNeeded):
        save_profile(ANONYMOUS, "x", request, found)
    with pytest.raises(SignInNeeded):
        with_profile(ANONYMOUS, request, "x")


def test_the_command_saves_and_uses(tmp_path: Path) -> None:
    path = str(parcels(tmp_path / "a.shp"))
    common = ["import_layer", path, "--theme", "parcels", "--layer", "zz", "--create-layer"]
    call_command(*common, "--save-profile", "mẫu", "--map", "address=GHICHU", "--understand")
    call_command(*common, "--profile", "mẫu")
    with pytest.raises(CommandError, match=r"khác.*mẫu"):
        call_command(*common, "--profile", "khác")
