"""Columns of the cadastral programs that offices use are known by name."""

import csv

import pytest
from shared_data import shared

from importers.mapping import settle
from layers.registry import theme_by_key

# Names of the table of aliases → fields of the theme; the other names have no field of their own.
FIELDS = {
    "to_ban_do": "so_to",
    "so_thua": "so_thua",
    "dien_tich": "area_m2",
    "dien_tich_phap_ly": "legal_area_m2",
    "chu_su_dung": "owner_name",
    "xu_dong": "place_name",
    "ma_xa": "survey_commune_code",
    "ma_dinh_danh_thua": "issued_id",
    "loai_dat": "land_use_code",
    "dia_chi_chu": "owner_address",
}
WITHOUT = {"loaiMucDichSuDungId", "xaId"}  # numbers inside one program, no codes


def names() -> list[tuple[str, str]]:
    with shared("domain/cadastral_field_aliases.csv").open(encoding="utf-8", newline="") as lines:
        return [
            (alias, FIELDS[row["canonical"]])
            for row in csv.DictReader(lines)
            if row["canonical"] in FIELDS
            for alias in row["source_aliases"].split(";")
        ]


@pytest.mark.parametrize("field", FIELDS.values())
def test_every_known_name_fills_its_field(field: str) -> None:
    for alias in [alias for alias, wanted in names() if wanted == field and alias not in WITHOUT]:
        matched = settle(theme_by_key("parcels"), [alias], {})
        assert matched.targets == {field: alias}
