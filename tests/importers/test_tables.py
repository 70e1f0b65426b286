"""Tables find their places: notations of coordinates, the question of X and Y, encodings."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio.raw
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from importers.reader import coordinates
from importers.refusals import Unreadable
from importers.source import layers_of, open_source


def opened(path: Path, layer: str = "") -> list[tuple[float, float] | None]:
    with open_source(path, layer=layer) as source:
        shapes = [shape for batch, name in source.batches() for shape in batch.column(name)]
    return [
        None if shape.as_py() is None else tuple(shapely.from_wkb(shape.as_py()).coords[0])
        for shape in shapes
    ]


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("10.3605", 10.3605),
        ("10,3605", 10.3605),
        (" 10.3605° ", 10.3605),
        ("10°21'37.8\"N", 10.3605),
        ("10°21'37,8\"B", 10.3605),
        ("10° 21′ 37.8″ N", 10.3605),
        ("N10 21 37.8", 10.3605),
        ("10-21-37.8", 10.3605),
        ("10:21:37.8", 10.3605),
        ("10°21.63'N", 10.3605),
        ("10°20'60.00\"N", 10.35),
        ("106°21'49\"Đ", 106 + 21 / 60 + 49 / 3600),
        ("10°21'37.8\"S", -10.3605),
        ("-10.3605", -10.3605),
    ],
)
def test_degrees_in_the_usual_notations(text: str, degrees: float) -> None:
    assert coordinates.parsed([text]) == pytest.approx([degrees], abs=1e-9)
    misread = text.encode().decode("iso-8859-1")
    assert text.isascii() or misread != text


@pytest.mark.parametrize("text", ["", None, "đá", "10°75'N", "1/2", "10.3.5x", "12/2025"])
def test_other_texts_are_no_coordinates(text: str | None) -> None:
    assert np.isnan(coordinates.parsed([text])[0])


@pytest.mark.parametrize(
    ("texts", "metres"),
    [
        (["1145000.25", "567000"], [1145000.25, 567000]),
        (["1145000,25"], [1145000.25]),
        (["1.145.000,25", "567.000"], [1145000.25, 567000]),
        (["1,145,000.25", "567,000"], [1145000.25, 567000]),
        (["1 145 000,25"], [1145000.25]),
        (["567.000,50", "568.500"], [567000.5, 568500]),
    ],
)
def test_metres_with_thousands_as_the_whole_column_has_them(
    texts: list[str], metres: list[float]
) -> None:
    assert coordinates.parsed(texts) == metres


@given(st.floats(-180, 180), st.integers(0, 9))
def test_decimal_degrees_come_back_equal(value: float, digits: int) -> None:
    text = f"{value:.{digits}f}"
    assert coordinates.parsed([text, text.replace(".", ",")]) == [float(text)] * 2


@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 599))
def test_degrees_minutes_and_seconds_come_back_equal(d: int, m: int, tenths: int) -> None:
    value = d + m / 60 + tenths / 36000
    for text in (f"{d}°{m}'{tenths / 10}\"", f"{d}° {m}' {tenths / 10:.1f}\" N"):
        assert coordinates.parsed([text]) == pytest.approx([value], abs=1e-9)


@given(st.lists(st.tuples(st.floats(), st.floats())))
def test_points_are_the_coordinates_and_null_where_one_is_missing(
    pairs: list[tuple[float, float]],
) -> None:
    x, y = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    found = coordinates.points(x, y).to_pylist()
    there = np.isfinite(x) & np.isfinite(y)
    assert [shape is not None for shape in found] == there.tolist()
    expected = list(zip(x[there], y[there], strict=True))
    assert [shapely.from_wkb(shape).coords[0] for shape in found if shape] == expected


TABLES: list[tuple[str, str, list[Any]]] = [
    ("Tên,Kinh độ,Vĩ độ\nA,106.374,10.3605\n", "utf-8", [(106.374, 10.3605)]),
    ("Mốc;X;Y\nA;1.145.000,25;567.000,5\nB;;\n", "utf-8-sig", [(567000.5, 1145000.25), None]),
    ("ten\tX\tY\nA\t567000.5\t1145000.25\n", "utf-8", [(567000.5, 1145000.25)]),
    ("ten|E|N\nA|567000.5|1145000.25\n", "utf-8", [(567000.5, 1145000.25)]),
    ("Tên\tlat\tlon\nMỹ Tho\t10.35\t106.36\n", "utf-16", [(106.36, 10.35)]),
    ("ten,Toạ độ\nA,\"10°21'N, 106°21'E\"\n", "utf-8", [(106.35, 10.35)]),
    ("Tọa độ X (m),Tọa độ Y (m)\n1145000,567000\n", "utf-8", [(567000, 1145000)]),
    ("lat,lon\n106.36,10.35\n", "utf-8", [(106.36, 10.35)]),
    ("mã;a;b\nA;10.35;106.36\n", "utf-8", [(106.36, 10.35)]),
    ("ten,WKT\nA,POINT (106.36 10.35)\n", "utf-8", [(106.36, 10.35)]),
]


@pytest.mark.parametrize(("text", "encoding", "places"), TABLES)
def test_a_table_finds_its_places(
    tmp_path: Path, text: str, encoding: str, places: list[Any]
) -> None:
    (tmp_path / "Mốc.csv").write_bytes(text.encode(encoding))
    assert opened(tmp_path / "Mốc.csv") == [
        place and pytest.approx(place, abs=1e-9) for place in places
    ]


def test_where_the_values_do_not_tell_the_person_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("X,Y\n850000,860000\n855000,865000\n")
    assert layers_of(path) == ["a: E=X, N=Y", "a: E=Y, N=X"]
    with pytest.raises(Unreadable, match="E=Y, N=X") as caught:
        opened(path)
    assert caught.value.reason == "several_layers"
    assert opened(path, "a: E=Y, N=X")[0] == (860000, 850000)


def test_columns_of_any_name_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("cao,xa,dài\n5,3,4\n")
    with pytest.raises(Unreadable, match="cao, xa") as caught:
        opened(path)
    assert caught.value.reason == "no_coordinates"
    assert opened(path, "a: E=xa, N=dài") == [(3, 4)]
    with pytest.raises(Unreadable):
        opened(path, "a: E=xa, N=không")


def test_old_letters_are_kept_byte_by_byte(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("Tªn,X,Y\n§Êt ë,1145000,567000\n".encode("iso-8859-1"))
    with open_source(tmp_path / "a.csv") as source:
        assert (source.encoding.reader, source.columns[0]) == ("ISO-8859-1", "Tªn")
        [(batch, _)] = source.batches()
    assert batch.column("Tªn").to_pylist() == ["§Êt ë"]


def test_a_workbook_has_a_layer_for_each_sheet_with_coordinates(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    for sheet, names in (("Mốc", ["ten", "X", "Y"]), ("Ghi chú", ["ten", "so", "cao"])):
        values = [["Vĩnh Tràng", "Mỹ Tho"], [1145000.5, 1146000.0], [567000.25, 568000.0]]
        pyogrio.raw.write(
            path,
            None,
            [np.array(column, object if column is values[0] else float) for column in values],
            names,
            layer=sheet,
            geometry_type=None,
            driver="XLSX",
            append=path.exists(),
        ) if sheet == "Mốc" else None
    assert layers_of(path) == ["Mốc"]
    assert opened(path) == [(567000.25, 1145000.5), (568000, 1146000)]


def test_a_workbook_of_texts_has_its_headings(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    columns = {
        "Tên": ["Vĩnh Tràng", "Mỹ Tho"],
        "Vĩ độ": ["10°21'00\"N", "10°22'30\"N"],
        "Kinh độ": ["106°21'00\"E", "106°22'12\"E"],
    }
    values = [np.array(column, object) for column in columns.values()]
    pyogrio.raw.write(path, None, values, list(columns), geometry_type=None, driver="XLSX")
    with open_source(path) as source:
        assert source.columns == tuple(columns)
        [(batch, _)] = source.batches()
    assert batch.column("Tên").to_pylist() == columns["Tên"]
    assert opened(path) == [pytest.approx((106.35, 10.35)), pytest.approx((106.37, 10.375))]


def test_a_workbook_without_headings_keeps_its_first_row(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    names = ["1145000,5", "567000,25"]  # of the columns: the writer puts them into the first row
    values = [np.array([text], object) for text in ("1146000", "568000")]
    pyogrio.raw.write(path, None, values, names, geometry_type=None, driver="XLSX")
    assert opened(path) == [(567000.25, 1145000.5), (568000, 1146000)]


@pytest.mark.parametrize("headings", ["Tên,Kinh độ,Vĩ độ", "Tên,Kinh độ (độ),Vĩ độ (độ)"])
def test_headings_that_say_it_win_over_many_bad_values(tmp_path: Path, headings: str) -> None:
    path = tmp_path / "a.csv"
    bad = "".join(f"X{number},chưa đo,10.36\n" for number in range(6))
    path.write_text(f"{headings}\nA,106.374,10.3605\n{bad}B,106.38,10.361\n")
    assert opened(path) == [(106.374, 10.3605), *[None] * 6, (106.38, 10.361)]


def test_numbers_are_taken_as_they_are() -> None:
    found = coordinates.column_of(pa.array([1, None, 3]))
    assert np.isnan(found[1])
    assert found[2] == 3
