"""Which column fills which field."""

import pytest

from importers.issues import FileRefused
from importers.mapping import parse_pairs, settle
from layers.registry import theme_by_key


def test_known_names_are_found_whatever_their_case_and_underscores() -> None:
    found = settle(theme_by_key("parcels"), ["so_to", "SoThua", "dien_tich", "quy_hoach"], {})
    assert found.targets == {"so_to": "so_to", "so_thua": "SoThua", "area_m2": "dien_tich"}
    assert found.kept == ("quy_hoach",)


def test_names_cut_to_ten_letters_are_found() -> None:
    found = settle(theme_by_key("parcels"), ["SOHIEUTOBA", "SOTHUTUTHU"], {})
    assert found.targets == {"so_to": "SOHIEUTOBA", "so_thua": "SOTHUTUTHU"}


def test_headings_with_marks_are_found() -> None:
    columns = ["Số tờ", "Số thửa", "Diện tích", "Ghi chú"]
    found = settle(theme_by_key("parcels"), columns, {})
    assert found.targets == {"so_to": "Số tờ", "so_thua": "Số thửa", "area_m2": "Diện tích"}
    assert settle(theme_by_key("environment"), ["MÃ", "TÊN"], {}).targets == {
        "code": "MÃ",
        "name": "TÊN",
    }


def test_a_column_fills_one_field_only() -> None:
    found = settle(theme_by_key("infrastructure"), ["LOAI", "CAP"], {})
    assert found.targets == {"kind": "LOAI"}
    assert found.kept == ("CAP",)


def test_what_is_chosen_comes_first() -> None:
    theme = theme_by_key("tourism")
    chosen = {"texts.fr": "FR", "name": ""}
    found = settle(theme, ["TEN", "FR", "ID"], chosen, keys=["ID"])
    assert found.targets == {"texts.fr": "FR", "slug": "ID"}
    assert found.kept == ("TEN",)


def test_keys_fill_the_last_parts_of_the_natural_key_but_no_days() -> None:
    assert settle(theme_by_key("admin_units"), ["A"], {}, ["A"]).targets == {"code": "A"}
    planned = settle(theme_by_key("planned_land_use"), ["A"], {}, ["A"]).targets
    assert planned == {"plot_code": "A"}


@pytest.mark.parametrize(
    ("chosen", "keys", "message"),
    [
        ({"colour": "TEN"}, (), "không có trường “colour”"),
        ({"name": "MISSING"}, (), "không có cột “MISSING”"),
        ({"texts": "TEN"}, (), "“texts”"),
        ({"texts.'; drop": "TEN"}, (), "không có trường"),
        ({"name.en": "TEN"}, (), "không có trường"),
        ({"extra": "TEN"}, (), "không có trường"),
        ({"id": "TEN"}, (), "không có trường"),
        ({}, ("MISSING",), "không có cột"),
        ({}, ("TEN", "TEN"), "1 cột"),
    ],
)
def test_wrong_choices_are_named(
    chosen: dict[str, str], keys: tuple[str, ...], message: str
) -> None:
    with pytest.raises(FileRefused, match=message):
        settle(theme_by_key("tourism"), ["TEN"], chosen, keys)


def test_pairs() -> None:
    assert parse_pairs(["name=TEN", "code="]) == {"name": "TEN", "code": ""}
    with pytest.raises(FileRefused):
        parse_pairs(["name"])
