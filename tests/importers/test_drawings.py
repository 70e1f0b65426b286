"""Drawings: levels and kinds as layers, closed lines as areas, parcels between boundary lines."""

from pathlib import Path
from typing import Any

import pytest
import shapely
from good_files import DGN, EAST, LABELS, NORTH, OUTLINE, WALL, dxf, text
from small_files import codes, counts, run

from importers.refusals import Unreadable
from importers.source import layers_of, open_source
from layers.models import Parcel

Rows = list[dict[str, Any]]


def rows_of(path: Path, layer: str) -> Rows:
    with open_source(path, layer=layer) as source:
        return [
            {**row, "shape": shapely.from_wkb(row[name])}
            for batch, name in source.batches()
            for row in batch.to_pylist()
        ]


def test_levels_and_kinds_are_layers(tmp_path: Path) -> None:
    path = dxf(tmp_path / "a.dxf", OUTLINE, WALL, *LABELS)
    assert layers_of(path) == ["LOAI: text", "NHAN: text", "RANH: area", "RANH: line"]
    assert [row["Text"] for row in rows_of(path, "NHAN: text")] == ["12", "13"]
    [area] = rows_of(path, "RANH: area")
    assert area["shape"].equals(shapely.box(EAST, NORTH, EAST + 50, NORTH + 30))
    assert {row["shape"].geom_type for row in rows_of(path, "RANH: line")} == {"LineString"}
    with pytest.raises(Unreadable, match="RANH: area"):
        rows_of(path, "")


def test_parcels_are_what_lines_enclose_with_the_texts_inside(tmp_path: Path) -> None:
    path = dxf(tmp_path / "a.dxf", OUTLINE, WALL, *LABELS)
    rows = sorted(rows_of(path, "RANH+NHAN+LOAI: parcel"), key=lambda row: str(row["SHTHUA"]))
    assert [(row["SHTHUA"], row["LOAIDAT"]) for row in rows] == [("12", "ONT"), ("13", None)]
    assert [row["shape"].area for row in rows] == pytest.approx([750, 750], abs=0.01)


def test_lines_that_enclose_nothing_are_refused(tmp_path: Path) -> None:
    path = dxf(tmp_path / "a.dxf", WALL)
    with pytest.raises(Unreadable) as caught:
        rows_of(path, "RANH: parcel")
    assert caught.value.reason == "nothing_enclosed"
    with pytest.raises(Unreadable, match="RANH: line"):
        rows_of(path, "KHAC: line")
    with pytest.raises(Unreadable) as caught:
        rows_of(path, "KHAC: parcel")
    assert str(caught.value).count("KHAC: parcel") == 1


@pytest.mark.parametrize(
    ("words", "version", "encoding", "letters", "reader"),
    [
        ("§Êt ë", "AC1015", "iso-8859-1", "§Êt ë", "ISO-8859-1"),
        ("\\U+0110\\U+1EA5t", "AC1015", "iso-8859-1", "Đất", "UTF-8"),
        ("Đất ở", "AC1021", "utf-8", "Đất ở", "UTF-8"),
    ],
)
def test_texts_come_as_letters_or_byte_by_byte(
    tmp_path: Path, words: str, version: str, encoding: str, letters: str, reader: str
) -> None:
    path = dxf(tmp_path / "a.dxf", text("A", words, 1, 1), version=version, encoding=encoding)
    with open_source(path) as source:
        assert source.encoding.reader == reader
        [(batch, _)] = source.batches()
    assert batch.column("Text").to_pylist() == [letters]


def dgn(path: Path) -> Path:
    path.write_bytes(DGN)
    return path


def test_a_dgn_offers_its_parcels_first(tmp_path: Path) -> None:
    layers = layers_of(dgn(tmp_path / "a.dgn"))
    assert layers[0] == "10+11+2+4: parcel"
    assert {"10: line", "10: area", "11: text"} <= set(layers)


@pytest.mark.usefixtures("db")
def test_the_parcels_of_a_dgn_are_imported(tmp_path: Path) -> None:
    report = run(dgn(tmp_path / "a.dgn"), source_layer="10+11+2+4: parcel", source_crs="EPSG:9210")
    assert counts(report) == (2, 0, 0, 0)
    assert "columns_kept" not in codes(report)
    found = Parcel.objects.filter(layer__slug="zz").order_by("so_thua")
    assert [row.so_thua for row in found] == ["12", "13"]
    assert [row.land_use_code for row in found] == ["ONT", "ODT"]
