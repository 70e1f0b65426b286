"""Old Vietnamese encodings, both ways, and which one a column is in."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.charsets import (
    VIETNAMESE,
    bytes_of_1252,
    canonical,
    charset,
    decode_bytes,
    with_capitals,
)
from importers.column_text import read_column
from importers.syllables import syllable_score

SENTENCE = "Đất ở tại đô thị"
# Published examples of how each looks when it is taken for Windows-1252.
SEEN = {
    "tcvn3": "§Êt ë t¹i ®« thÞ",
    "vni": "Ñaát ôû taïi ñoâ thò",
    "vps": "ñÃt ª tåi Çô thÎ",
    "viscii": "Ð¤t · tÕi ðô th¸",
    "cp1258": "Ðâìt õÒ taòi ðô thiò",
}
PLACES = [
    "Phường Đạo Thạnh",
    "xã Tân Mỹ Chánh",
    "Nguyễn Trãi nối dài",
    "Ấp Bình Tạo",
    "đất trồng cây lâu năm",
    "Lê Thị Hồng Gấm",
    "khu phố 5, chợ Mỹ Tho",
    "Rạch Kỳ Hôn",
    "Trường THPT Nguyễn Đình Chiểu",
    "Sở Nông nghiệp và Môi trường",
]
LETTERS = "".join(charset("vps").codes)


@pytest.mark.parametrize(("name", "seen"), SEEN.items())
def test_published_examples(name: str, seen: str) -> None:
    raw = bytes_of_1252(seen)
    assert raw is not None
    assert decode_bytes(raw, name) == SENTENCE
    assert charset(name).encode(SENTENCE) == raw


@pytest.mark.parametrize("name", VIETNAMESE)
@given(text=st.text(st.sampled_from([*LETTERS, *"aA yY 5-/.", "é", "ß", "Ω", "\u0301"])))
def test_every_text_comes_back_equal_or_is_refused(name: str, text: str) -> None:
    try:
        raw = charset(name).encode(text)
    except UnicodeEncodeError:
        return
    assert decode_bytes(raw, name) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("name", VIETNAMESE)
@given(
    words=st.lists(
        st.sampled_from([word for place in PLACES for word in place.split()]), min_size=1
    ),
    upper=st.booleans(),
)
def test_vietnamese_is_never_refused(name: str, words: list[str], upper: bool) -> None:
    text = " ".join(words).upper() if upper else " ".join(words)
    assert decode_bytes(charset(name).encode(text), name) == text


@pytest.mark.parametrize("name", VIETNAMESE)
def test_every_letter_of_the_table_both_ways(name: str) -> None:
    vietnamese = {letter for letter in LETTERS if unicodedata.normalize("NFD", letter)[0].isalpha()}
    for letter in vietnamese & set(charset(name).codes):
        assert decode_bytes(charset(name).encode(letter), name) == letter


@pytest.mark.parametrize("name", [*VIETNAMESE, "utf-8"])
def test_a_column_tells_its_encoding(name: str) -> None:
    values = [text.encode() if name == "utf-8" else charset(name).encode(text) for text in PLACES]
    found = read_column("TEN", values, "cp1252", {})
    assert found is not None
    assert (found.codec, found.certain) == (name, True)
    assert found.after == tuple(text for text in PLACES if not text.isascii())[:10]
    for other in VIETNAMESE:  # whatever the file says of itself
        told = read_column("TEN", values, other, {})
        assert told is not None
        assert told.codec == name


@pytest.mark.parametrize("inner", [*VIETNAMESE, "utf-8"])
def test_text_that_had_been_misread_before(inner: str) -> None:
    raws = [text.encode() if inner == "utf-8" else charset(inner).encode(text) for text in PLACES]
    seen = [
        "".join(bytes([code]).decode("cp1252", "replace") for code in raw).encode()
        for raw in raws
        if not set(raw) & {0x81, 0x8D, 0x8F, 0x90, 0x9D}
    ]
    found = read_column("TEN", seen, "utf-8", {})
    assert found is not None
    assert found.codec == f"utf-8+{inner}"
    assert set(found.after) <= set(PLACES)


def test_other_scripts_are_not_taken_for_vietnamese() -> None:
    cyrillic = [word.encode("cp1251") for word in ("Улица Ленина", "Площадь", "Аптека", "дом")]
    found = read_column("NAME", cyrillic, "cp1258", {})
    assert found is not None
    assert found.codec == "cp1251"
    french = [word.encode("cp1252") for word in ("Café", "Hôtel de Ville", "Théâtre", "Marché")]
    found = read_column("NAME", french, "cp1252", {})
    assert found is not None
    assert found.codec == "cp1252"
    plain_utf8 = [word.encode() for word in ("Café", "Площадь", "市場")]
    found = read_column("NAME", plain_utf8, "utf-8", {})
    assert found is not None
    assert found.codec == "utf-8"


def test_signs_say_nothing() -> None:
    for texts in (["10°21'00\"N", "10°22'30\"N"], ["12 m²", "7 m²"], ["–", "§ 5"]):
        found = read_column("X", [text.encode() for text in texts], "utf-8", {})
        assert found is not None
        assert (found.codec, found.certain) == ("utf-8", True)


def test_ascii_says_nothing() -> None:
    assert read_column("MA", [b"ODT", b"LUC"], "cp1258", {}) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("PHƯờNG Mỹ", "PHƯỜNG MỸ"),
        ("THÀNH PHố Mỹ THO", "THÀNH PHỐ MỸ THO"),
        ("Bà Rịa", "Bà Rịa"),
        ("UBND xã Mỹ Phong", "UBND xã Mỹ Phong"),
        ("TP Mỹ Tho", "TP Mỹ Tho"),
        ("UBND Mỹ", "UBND Mỹ"),
    ],
)
def test_capitals_are_repaired_where_that_is_certain(text: str, meant: str) -> None:
    assert with_capitals(text) == meant


def test_names_of_encodings() -> None:
    assert canonical("ABC") == "tcvn3"
    assert canonical("windows-1258") == "cp1258"
    assert canonical("UTF-8+TCVN3") == "utf-8+tcvn3"
    for wrong in ("klingon", "cp1252+tcvn3", "utf-8+klingon"):
        with pytest.raises(LookupError):
            canonical(wrong)


@pytest.mark.parametrize("word", ["Phường", "quyền", "giếng", "khuỷu", "NGUYỄN", "ở", "Đ"])
def test_syllables(word: str) -> None:
    assert syllable_score(word) > 0.5


@pytest.mark.parametrize("word", ["Ph­êng", "phàc", "Cafô", "ñaát", "x1ã", "Êtt", "ẩố"])
def test_no_syllables(word: str) -> None:
    assert syllable_score(word) == 0


def test_the_table_names_its_source() -> None:
    table = Path(__file__).parents[2] / "importers/vietnamese_charsets.csv"
    assert "glibc" in table.read_text(encoding="utf-8").splitlines()[2]
