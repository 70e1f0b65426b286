"""Folding for search and the Vietnamese alphabetical order."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_core.text_folding import fold, sort_key_vi

# PostgreSQL's own table, which the database function uses
RULES = sorted(Path("/usr/share/postgresql").glob("*/tsearch_data/unaccent.rules"))

VOWELS = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵ"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Chùa Vĩnh Tràng", "chua vinh trang"),
        ("ĐƯỜNG  Đinh Bộ Lĩnh ", "duong dinh bo linh"),
        ("hòa", "hoa"),
        ("hoà", "hoa"),
        ("\tPhường\u00a0Mỹ\nTho", "phuong my tho"),
        ("“Cù lao” – Thới Sơn…", '"cu lao" - thoi son...'),
        ("N° 12½ m²", "n° 121/2 m²"),
        ("Œuvre, İstanbul, Straße", "oeuvre, istanbul, strasse"),
        ("", ""),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded


def test_all_vietnamese_letters():
    both = VOWELS + VOWELS.upper()
    assert set(fold(both)) == set("aeiouy")
    assert fold("đĐ") == "dd"
    assert len(both) + 2 == 146  # 134 letters with a sign and 12 plain vowels


@given(st.text(alphabet=VOWELS + "đĐ bcdNG-,.12\u00a0\n", max_size=40))
def test_fold_is_stable(text):
    once = fold(text)
    assert fold(once) == once
    assert fold(unicodedata.normalize("NFD", text)) == once
    assert "  " not in once
    assert once == once.strip()


@given(st.text(max_size=60))
def test_any_text_folds_and_sorts(text):
    fold(text)
    assert sort_key_vi(text) == sort_key_vi(text)
    assert not sort_key_vi(text) < sort_key_vi(text)


def unquoted(value: str) -> str:
    """Return a replacement as PostgreSQL 17 reads it: quoted where it holds blanks or quotes."""
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        return value[1:-1].replace('""', '"')
    return value


def test_fold_follows_the_rules_of_postgresql():
    if not RULES:
        pytest.skip("no PostgreSQL server files here: unaccent.rules is missing")
    lines = [line.split("\t") for line in RULES[-1].read_text(encoding="utf-8").split("\n")]
    rules = {line[0]: unquoted(line[1].strip()) if len(line) > 1 else "" for line in lines}
    repertoire = [
        *range(0x21, 0x7F),
        *range(0xA0, 0x250),
        *range(0x1E00, 0x1F00),
        *range(0x2010, 0x2030),
        0x2116,
    ]
    for code in repertoire:
        if unicodedata.category(chr(code)) == "No":
            continue  # fractions such as ¼, whose rules differ between PostgreSQL 15 and 17
        letter = unicodedata.normalize("NFC", chr(code))
        folded = "".join(rules.get(one, one) for one in letter)
        lowered = "".join(one.lower() if len(one.lower()) == 1 else one for one in folded)
        expected = re.sub("[\\s\u00a0]+", " ", f"a{lowered}b")
        assert fold(f"a{chr(code)}b") == expected, f"U+{code:04X}"


@pytest.mark.parametrize(
    "ordered",
    [
        ["Ba", "Bà", "Bả", "Bã", "Bá", "Bạ"],
        ["An", "Ăn", "Ân", "Ba", "Da", "Đa", "Em", "Êm", "On", "Ôn", "Ơn", "Un", "Ưn", "Va"],
        ["Phường 2", "Phường 2A", "Phường 10", "Phường 100"],
        ["Duy", "Dương", "Đào", "Đình"],
        ["an", "An", "AN"],
        ["Thửa 9", "Thửa 0010", "Thửa 11"],
        ["Mỹ Phong", "Mỹ Tho", "Mỹ Thọ"],
        ["- nhỏ", "1 lớn", "a"],
    ],
)
def test_order(ordered):
    shuffled = list(reversed(ordered))
    assert sorted(shuffled, key=sort_key_vi) == ordered
    decomposed = [unicodedata.normalize("NFD", text) for text in shuffled]
    assert [
        unicodedata.normalize("NFC", text) for text in sorted(decomposed, key=sort_key_vi)
    ] == ordered


def test_very_long_numbers_sort():
    assert sort_key_vi("9" * 10_000) < sort_key_vi("1" + "0" * 10_000)
