"""What a file is, what may be in an archive, and how its text is encoded."""

import unicodedata
import zipfile
import zlib
from pathlib import Path

import pytest
from django.utils import translation
from small_files import parcels

from importers import text_encoding
from importers.charsets import charset
from importers.issues import FileRefused
from importers.magic import FileKind, kind_of
from importers.reader.archive import ArchiveLimits, extract
from importers.reader.refusal import Refused
from importers.source import layers_of, open_source


def write_dbf(path: Path, texts: list[bytes], width: int = 20, driver: int = 0) -> Path:
    """One text field called TEN."""
    head = bytearray(32)
    head[0] = 3
    head[4:8] = len(texts).to_bytes(4, "little")
    head[8:10] = (65).to_bytes(2, "little")
    head[10:12] = (width + 1).to_bytes(2, "little")
    head[29] = driver
    field = bytearray(32)
    field[:3] = b"TEN"
    field[11:12] = b"C"
    field[16] = width
    rows = b"".join(b" " + text.ljust(width) for text in texts)
    path.write_bytes(bytes(head) + bytes(field) + b"\r" + rows + b"\x1a")
    return path


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ((9994).to_bytes(4, "big") + bytes(96), FileKind.SHAPEFILE),
        (b"SQLite format 3\x00" + bytes(52) + b"GPKG", FileKind.GEOPACKAGE),
        (b'\xef\xbb\xbf {"type": "FeatureCollection"', FileKind.GEOJSON),
        (b"PK\x03\x04", FileKind.ZIP),
    ],
)
def test_kinds_by_first_bytes(tmp_path: Path, head: bytes, kind: FileKind) -> None:
    file = tmp_path / "any.name"
    file.write_bytes(head)
    assert kind_of(file) is kind


@pytest.mark.parametrize(
    "head",
    [b"", b"<OGRVRTDataSource>", b"SQLite format 3\x00" + bytes(80), b"%PDF-1.4", b"[1, 2]", b"{}"],
)
def test_anything_else_never_reaches_the_reader(tmp_path: Path, head: bytes) -> None:
    file = tmp_path / "parcels.shp"
    file.write_bytes(head)
    with pytest.raises(FileRefused):
        kind_of(file)


def make_zip(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return path


def test_an_archive_is_unpacked_into_numbered_folders(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "a.zip", folder__x="1", y="2")  # type: ignore[arg-type]
    found = extract(archive, tmp_path)
    assert sorted(str(file.relative_to(tmp_path)) for file in found) == ["000/x", "001/y"]


def test_an_archive_may_not_leave_its_folder(tmp_path: Path) -> None:
    for name in ("../x", "/etc/x", "a/../../x", "C:x"):
        archive = tmp_path / "a.zip"
        with zipfile.ZipFile(archive, "w") as opened:
            opened.writestr(name, "1")
        with pytest.raises(Refused, match="archive_outside"):
            extract(archive, tmp_path)


def test_an_archive_may_not_hold_links(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("x.shp")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(Refused, match="archive_link"):
        extract(tmp_path / "a.zip", tmp_path)


def test_an_archive_may_not_explode(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "a.zip", bomb=bytes(20_000_000))
    with pytest.raises(Refused, match="archive_bomb"):
        extract(archive, tmp_path)
    many = make_zip(tmp_path / "b.zip", **{f"m{number}": b"" for number in range(6)})
    with pytest.raises(Refused, match="archive_many"):
        extract(many, tmp_path, ArchiveLimits(max_members=5))
    large = make_zip(tmp_path / "c.zip", large=bytes(2_000))
    with pytest.raises(Refused, match="archive_large"):
        extract(large, tmp_path, ArchiveLimits(max_total_bytes=1_000))


def test_an_archive_may_not_overlap_itself(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "a.zip", first=b"1" * 50, second=b"2" * 50)
    raw = archive.read_bytes()
    start = raw.index(b"PK\x01\x02")
    first = raw[start : raw.index(b"PK\x01\x02", start + 4)]
    doubled = raw.replace(raw[start + len(first) :][: len(first) + 1], first + b"e", 1)
    archive.write_bytes(doubled)
    with pytest.raises(Refused):
        extract(archive, tmp_path)


def test_damaged_archive(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(b"PK\x03\x04" + bytes(40))
    with pytest.raises(Refused, match="archive_damaged"):
        extract(archive, tmp_path)


class _Raw(zipfile.ZipInfo):
    """A member whose name is written as its packer wrote it, without the mark of UTF-8."""

    raw = b""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.raw, self.flag_bits


def packed(path: Path, names: list[bytes], extra: bytes = b"") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(names):
            member = _Raw(f"{number}")
            member.raw, member.extra = name, extra
            archive.writestr(member, str(number))
    return path


NAME = "Thửa đất phường Mỹ Tho (tờ 12).shp"
DOS_NAME = "thôn sông Tiên, ranh cu 2.shp"


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (NAME.encode(), NAME),
        (unicodedata.normalize("NFD", NAME).encode(), NAME),
        (charset("cp1258").encode(NAME), NAME),
        (DOS_NAME.encode("cp437"), DOS_NAME),
        ("Báo cáo.shp".encode("cp437"), "Báo cáo.shp"),
        ("Bảo tàng".encode() + b"\\" + "Đường.shp".encode(), "Đường.shp"),
        (b"RANH_2024-a.SHP", "RANH_2024-a.SHP"),
    ],
)
def test_names_in_archives_of_windows_programs(tmp_path: Path, raw: bytes, name: str) -> None:
    [found] = extract(packed(tmp_path / "a.zip", [raw]), tmp_path)
    assert found.name == name


def test_a_name_that_an_archive_says_twice_is_taken_in_unicode(tmp_path: Path) -> None:
    raw = b"Th?a d?t.shp"  # what older packers write beside the Unicode name
    body = b"\x01" + zlib.crc32(raw).to_bytes(4, "little") + NAME.encode()
    extra = b"up" + len(body).to_bytes(2, "little") + body
    [found] = extract(packed(tmp_path / "a.zip", [raw], extra), tmp_path)
    assert found.name == NAME
    [other] = extract(packed(tmp_path / "b.zip", [b"renamed.shp"], extra), tmp_path)
    assert other.name == "renamed.shp"


def test_data_sets_of_an_archive_have_the_names_that_people_gave(tmp_path: Path) -> None:
    names = ["Thửa đất", "Đường phố"]
    for name in names:
        parcels(tmp_path / f"{name}.shp")
    parts = sorted(path for name in names for path in tmp_path.glob(f"{name}.*"))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number, path in enumerate(parts):
            member = _Raw(str(number))
            member.raw = charset("cp1258").encode(path.name)
            archive.writestr(member, path.read_bytes())
    assert layers_of(tmp_path / "a.zip") == names
    with open_source(tmp_path / "a.zip", layer="Đường phố") as source:
        assert (source.layer, source.rows) == ("Đường phố", 3)


def test_a_refused_member_is_named_as_people_named_it(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", [b"../" + charset("cp1258").encode(NAME)])
    with pytest.raises(Refused, match="archive_outside") as caught:
        extract(archive, tmp_path)
    assert caught.value.facts["member"] == f"../{NAME}"


def test_utf8_bytes_overrule_a_false_cpg(tmp_path: Path) -> None:
    dbf = write_dbf(tmp_path / "x.dbf", ["Phường 5".encode()])
    found = text_encoding.decide(dbf, "1252")
    assert (found.codec, found.reader, found.named) == ("utf-8", "UTF-8", "cp1252")


def test_a_letter_cut_by_the_width_is_still_utf8(tmp_path: Path) -> None:
    dbf = write_dbf(tmp_path / "x.dbf", ["Phường Thới Sơn".encode()[:6]], width=6)
    assert "Phường Thới Sơn".encode()[:6][-1] > 127
    assert text_encoding.is_utf8(dbf)


def test_other_bytes_are_read_one_by_one(tmp_path: Path) -> None:
    dbf = write_dbf(tmp_path / "x.dbf", ["Đô thị".encode("cp1258", "replace")])
    assert text_encoding.decide(dbf, "1258").named == "cp1258"
    guessed = text_encoding.decide(dbf, "")
    assert (guessed.codec, guessed.reader, guessed.named) == ("cp1258", "ISO-8859-1", "")
    chosen = text_encoding.decide(dbf, "", "latin-1")
    assert (chosen.codec, chosen.chosen) == ("iso8859-1", True)
    assert text_encoding.decide(dbf, "", "ABC").codec == "tcvn3"
    with pytest.raises(FileRefused, match="klingon"):
        text_encoding.decide(dbf, "", "klingon")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "is not known"), ("vi", "Không rõ bảng mã")]
)
def test_an_encoding_that_nobody_knows_is_refused_in_the_readers_language(
    tmp_path: Path, language: str, words: str
) -> None:
    """The encoding is looked at in a thread, which does not know the language by itself."""
    path = parcels(tmp_path / "a.shp", count=1)
    with (
        translation.override(language),
        pytest.raises(FileRefused, match=words),
        open_source(path, encoding="nonsense"),
    ):
        pass
