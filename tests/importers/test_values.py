"""Values of a file as values of the fields."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from gis_core.access import Sensitivity
from importers import values
from importers.letters import Letters, state_secret_in
from importers.sensitivity import StateSecret, class_secret_in, sensitivity_of
from importers.text_encoding import TextEncoding


def test_numbers_take_a_decimal_comma_and_mark_what_is_none() -> None:
    made = values.typed(pa.array(["12,5", "1.234,5", "", None, "khoảng 3"]), "float8")
    assert made.values.to_pylist() == [12.5, 1234.5, None, None, None]
    assert made.bad.tolist() == [False, False, False, False, True]


def test_numbers_that_do_not_fit_are_bad() -> None:
    made = values.typed(pa.array([1.0, 1e13, np.inf, np.nan]), "float8", largest=1e12)
    assert made.values.to_pylist() == [1.0, None, None, None]
    assert made.bad.tolist() == [False, True, True, False]
    assert values.typed(pa.array([2**40, 3]), "integer").bad.tolist() == [True, False]
    assert values.typed(pa.array([1.5, 2.0]), "integer").values.to_pylist() == [None, 2]


def test_days_are_read_as_in_vietnam() -> None:
    made = values.typed(pa.array(["2025-07-01", "01/07/2025", "20250701", "31/02/2025"]), "date")
    assert made.values.to_pylist() == [date(2025, 7, 1)] * 3 + [None]
    assert made.bad.tolist() == [False, False, False, True]


def test_yes_and_no_in_two_languages() -> None:
    made = values.typed(pa.array(["Có", "khong", "1", "T", None, "?"]), "boolean")
    assert made.values.to_pylist() == [True, False, True, True, None, None]


def test_text_is_composed_trimmed_and_cut() -> None:
    made = values.text(pa.array(["  Đường\x00 ", "a" * 12, None]), 10)
    assert made.values.to_pylist() == ["Đường", "a" * 10, ""]
    assert made.cut.tolist() == [False, True, False]
    assert values.text(pa.array([28249.0]), 10).values.to_pylist() == ["28249"]


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("cong_khai", Sensitivity.PUBLIC),
        ("Công khai", Sensitivity.PUBLIC),
        ("noi_bo", Sensitivity.INTERNAL),
        ("Hạn chế", Sensitivity.RESTRICTED),
        ("2", Sensitivity.RESTRICTED),
        ("gì đó", None),
    ],
)
def test_class_words(word: str, level: Sensitivity | None) -> None:
    assert sensitivity_of(word) is level


@pytest.mark.parametrize("word", ["Mật", "TỐI MẬT", "tuyệt mật", "mat", "toi_mat", "Mật"])
def test_state_secrets_are_refused(word: str) -> None:
    assert class_secret_in(pa.array([None, "nội bộ", word, word])) == 2
    with pytest.raises(StateSecret):
        sensitivity_of(word)


def test_a_secret_mark_in_any_column_is_seen_but_density_is_not_a_secret() -> None:
    assert state_secret_in(pa.array(["a", " Tối mật "])) == 1
    assert state_secret_in(pa.array(["Mật độ", "mật ong", None])) is None


def test_a_letter_cut_off_by_the_field_is_dropped() -> None:
    raw = pa.array(["Thới Sơn".encode()[:-1], "Mỹ".encode()], pa.binary()).view(pa.string())
    decoded = Letters(TextEncoding("utf-8")).text("TEN", raw)
    assert decoded.values.to_pylist() == ["Thới Sơn"[:-1], "Mỹ"]
    assert not decoded.unread.any()
