"""Good files of every format that is read, which the tests of the readers start from."""

import base64
import json
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely

EAST, NORTH = 567_000, 1_145_000
_ROWS = 12

OSM_XML = """<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6">
<node id="1" lat="10.35" lon="106.36"><tag k="tourism" v="museum"/>
<tag k="name" v="Bảo tàng Tiền Giang"/><tag k="name:en" v="Tien Giang Museum"/>
<tag k="contact:phone" v="0273"/></node>
<node id="2" lat="10.36" lon="106.36"/><node id="3" lat="10.36" lon="106.37"/>
<node id="4" lat="10.35" lon="106.37"/>
<way id="10"><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/>
<tag k="name" v="Hùng Vương"/></way>
<way id="11"><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="2"/>
<tag k="amenity" v="place_of_worship"/><tag k="religion" v="buddhist"/>
<tag k="name" v="Vĩnh Tràng"/><tag k="building" v="yes"/></way>
</osm>
"""

OSM_PBF = base64.b64decode(  # the same as OSM_XML, written by libosmium
    "AAAADQoJT1NNSGVhZGVyGDsQLxo3eJxT4vMvzg1OzkjNTdQNM9AzU+JySc0rTvXLT0ktbmIUyMlMyi/OzSzN1TfSMzLWMw"
    "QAX2cOkwAAAAwKB09TTURhdGEYqQEQuQEaowF4nONK42IAQvaS/NKizOJcLrbc0uLU0lwulrzE3FQuCaeHuxbnK5QcXpCX"
    "rhCS+XB3Y56Ce2ZiXjoXO0jeKjWPSzAkMxUqqOAL0cubnJ9XkphcYlWQkZ+XysViYGRuLOQv5MvFwgQEWnJcLAxAIAQmpc"
    "CkEpjUYmECkk7cBxbfSjowi4dh/yweL66Gfyu/sTOAuEE8TMwsrGzsHJwgxQCOei9hAAAADAoHT1NNRGF0YRiuARC5ARqo"
    "AXicVcoxDoIwFADQWqrUDyaEyXQiTp7CwckDGFZSpdKfQCEFQ3obHd1cnTGcSxid34MeCPgaC91LB8zISoHfWKykdbA5DR"
    "9TJOn4Hp+mmOPEBjsH3KoSC6wN8MsdyxwnjppSXlVW37K+tq3GZrY819h2EKbfl9HJ2Q6PaXpOtfFBCA4xXVBBPbYDTiKy"
    "JQnZL4+UUZHwIGYrn3LB1hCEf84Ypd4PsYot2A=="
)

_DGN = base64.b64decode(  # written by GDAL
    "eNrtWX1MW1UUP++jHxQHhTaDQoOlGWLmwCphFGHroyMT2QAhlZEYSN3mJMrmB5hVyEIVbNBIQiKJOglbWJYtSySQSJxRkk"
    "aTzX/MsGhEiYL8tSyZdv6FYnje+z76xesrjDJF3+/l9N53732/c86995134GpTVklCC5KweBmnWL8PdOh3ZIIVYLgzWp8+"
    "t/8Lbhw8lpMNl3/CdS8jzRWvPR7ur9jZ+ubC8hVcN4e0vg/NF/qvf3gWtzZYula1pqvBZGod3Vvq6rEG56O1GrRnmi/9eP"
    "Eybu2FsZeOwsFpADppWs+Xz7/bmjvQHa11lW1+gmUrl8BLAAk9UyTUmQD0dLK0dlSOZxZOt5cAEBFaR4O2wYWZ0zaWXWHr"
    "TZ9NYwH4nUqW1tqy/MJF19B0tK+/sdYrNLx6DvuaCVOvpEHwUDJ91VXc8q+o3GeifY3W+vlYGjz0cjK1plQ0Pd3x9pNpa2"
    "f49sygEc/wvpzXGp8y9k8mc4a/3Ptnjr3Ykonrf0xWGf2gB3gDvJiKH8H2IjN6eWsSaU2kXarfSlqtAMcB+30SOkPt35Rn"
    "fbLU0m6K5RbLvopTmYPvLTagN+IdXvytLEHAcxoign1gAOYKgChH1TK9+mtNn2flB2qS8y3lRu74fNcY9m3kOnCsYsneYF"
    "k4D/DW6eU6gGEDQRw5Geb0k9EeYH2p3UyjvYXZMZpLQlO1RRah2fBe64akgQQVnBCuLYN2QqaTEER0L0Li2hyG+xZeCfiH"
    "8O+xBHSHJZvVkvOopbRqLblDo9WFLiId3XFfYVW22ZCVasYfbLM5z5xtxv3omdAvPy6Kj5YzzeQ0RO19NgIAKhJP4zHXiy"
    "4S/lvg/UuwbKBAyV/uRf7Sxmxp6W0W7ncxaqAAv9Q0KglqA4kLihQHZSKFXYgUnYeV90GBAgVbDZPTA/Hj0fPAx6Nnm6Qz"
    "l5uO6PugI7bsMY4//kv3sCOgCY8q4TAbGiPeF0IBTLHiQKNfk2qslbY66Nicz3aZGLxbiMHVJYQsS9CB+8W0kJbI+UF2zm"
    "Ycm1u5XeGvn/cEk9xdsej4f78VkfsrZq+hLEBq3XVx2uT3wlagjdlYXR5VSM5+gPGpQywJiTYmxkkDtT5+qbkROTfqORGx"
    "f4lN7eW7mSu5cW2MyWmWibNpQpz1uCQTSWezTLyq4eLVxwdin6IE4VHH/NpU1B+kvP6t3n+KXkWvonez0Gdv7C/ryHEp6L"
    "q7r44WXfx/K0U+CjQxEUeIO0J/Yz6QOG/DuZqYuxHriFeqsMUxZai9SrQJPQN+GEJyAEkNmnp8XyPWuXvgxYJEj8XPizBO"
    "FszGykQrcgjZUKtX/rJQoGB7QOPcQ8SPV3kEdwhCry/33Af58LCqmF5PvrsfrGBTFdFSbcqqbE/EfnV3Oq/J5P1XhQM2MX"
    "uPzOI1iMvdyZ+v4FPcewuLIGtzoe0NHV0E7j7m54DPO4tPYN19X90J+OwL/GlsFpduqMBNoRFq76ybQr2h0r7At4uld1aj"
    "P9r2enokez5ipG8GfGaBHddHBPZUjp1E7KhVbZ7ly5GFWJbUjAL0pHY44GuZwE8+01djC/g8qzxLOsdCkCZ44RQW3OamHl"
    "wKqNu/J+GRR6XZ/OfCbFCZiG3xtsBWEstGZjyA2JY7Ar7j4zxby5GAr/8vnk0f17au7yhoqHeBNN+EJ8ynP5aID1vH8VWv"
    "5aMzChHfXB5a0494Ps9F5PkKz5cR176ab1VQVmrbUxqHcWh3mNE2mYgRWygwFtvWMLLs30N4FZ8="
)
# Two parcels with the levels of the circular: 10 boundaries, 11 labels, 2 land types, 4 areas.
DGN = zlib.decompress(_DGN)


def line(level: str, *places: tuple[float, float], closed: bool = False) -> str:
    """Return a line of a DXF; places are metres from (EAST, NORTH)."""
    head = f"0\nLWPOLYLINE\n8\n{level}\n100\nAcDbPolyline\n90\n{len(places)}\n70\n{int(closed)}\n"
    return head + "".join(f"10\n{EAST + x}\n20\n{NORTH + y}\n" for x, y in places)


def text(level: str, words: str, x: float, y: float) -> str:
    """Return a text of a DXF; x and y are metres from (EAST, NORTH)."""
    return f"0\nTEXT\n8\n{level}\n10\n{EAST + x}\n20\n{NORTH + y}\n40\n1.0\n1\n{words}\n"


def dxf(path: Path, *entities: str, version: str = "AC1015", encoding: str = "iso-8859-1") -> Path:
    """Write a drawing of lines and texts."""
    head = f"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\n{version}\n"
    head += "9\n$DWGCODEPAGE\n3\nANSI_1252\n0\nENDSEC\n"
    body = "0\nSECTION\n2\nENTITIES\n" + "".join(entities) + "0\nENDSEC\n0\nEOF\n"
    path.write_bytes((head + body).encode(encoding))
    return path


OUTLINE = line("RANH", (0, 0), (50, 0), (50, 30), (0, 30), closed=True)
WALL = line("RANH", (25, -0.01), (25, 30.01))
LABELS = (text("NHAN", "12", 10, 10), text("NHAN", "13", 40, 10), text("LOAI", "ONT", 10, 5))


def files_of_every_format(folder: Path) -> list[list[Path]]:
    """Write files of every format, each with its parts; the first is the one that is opened."""
    _layers(folder)
    _tables(folder)
    _maps(folder)
    parts = [folder / f"a.{suffix}" for suffix in ("shp", "shx", "dbf", "prj")]
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.write(part, f"Thư mục/{part.name}")
    with zipfile.ZipFile(folder / "a.kmz", "w") as archive:
        archive.write(folder / "a.kml", "doc.kml")
    sets = [parts, [folder / f"a.{suffix}" for suffix in ("tab", "dat", "map", "id")]]
    sets.append([folder / "b.mif", folder / "b.mid"])
    alone = ("gpkg", "geojson", "geojsonl", "fgb", "kml", "kmz", "csv", "gpx", "zip")
    alone += ("xlsx", "dxf", "dgn", "osm", "pbf", "json")
    return sets + [[folder / f"a.{suffix}"] for suffix in alone]


def _layers(folder: Path) -> None:
    shapes = [shapely.box(106 + n / 100, 10, 106.005 + n / 100, 10.005) for n in range(_ROWS)]
    formats = {
        "a.shp": ("ESRI Shapefile", {"encoding": "UTF-8"}), "a.gpkg": ("GPKG", {}),
        "a.geojson": ("GeoJSON", {}), "a.geojsonl": ("GeoJSONSeq", {}), "a.fgb": ("FlatGeobuf", {}),
        "a.kml": ("LIBKML", {}), "a.tab": ("MapInfo File", {}),
        "b.mif": ("MapInfo File", {"FORMAT": "MIF"}),
    }  # fmt: skip
    for name, (driver, options) in formats.items():
        pyogrio.raw.write(
            folder / name,
            shapely.to_wkb(np.array(shapes, object)),
            [np.array([f"Phường {n}" for n in range(_ROWS)], object), np.arange(_ROWS)],
            ["ten", "so"],
            geometry_type="Polygon",
            crs="EPSG:4326",
            driver=driver,
            **options,
        )


def _tables(folder: Path) -> None:
    rows = "".join(f"Mốc {n};1.14{n:02}.000,5;567.{n:03},25\n" for n in range(_ROWS))
    (folder / "a.csv").write_text(f"Tên;X;Y\n{rows}")
    pyogrio.raw.write(
        folder / "a.xlsx",
        None,
        [
            np.array([f"Mốc {n}" for n in range(_ROWS)], object),
            NORTH + np.arange(_ROWS) / 4,
            EAST + np.arange(_ROWS) / 4,
        ],
        ["ten", "X", "Y"],
        layer="Mốc",
        geometry_type=None,
        driver="XLSX",
    )


def _maps(folder: Path) -> None:
    waypoints = "".join(f'<wpt lat="10.{n}" lon="106.{n}"><name>Mốc</name></wpt>' for n in range(9))
    (folder / "a.gpx").write_text(f'<gpx version="1.1" creator="x">{waypoints}</gpx>')
    (folder / "a.osm").write_text(OSM_XML)
    (folder / "a.pbf").write_bytes(OSM_PBF)
    (folder / "a.dgn").write_bytes(DGN)
    dxf(folder / "a.dxf", OUTLINE, WALL, *LABELS)
    places = [{"lat": 10.36, "lon": 106.36 + n / 100} for n in range(4)]
    street = {"type": "way", "id": 10, "tags": {"highway": "primary", "name": "Hùng Vương"}}
    head = {"version": 0.6, "generator": "Overpass API 0.7", "osm3s": {}}
    elements = [{**street, "geometry": places}]
    (folder / "a.json").write_text(json.dumps({**head, "elements": elements}))
