"""Opening hours: what is understood, and that nothing is claimed about the rest."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from layers.opening_hours import is_open, parse, shown_hours

CITY = ZoneInfo("Asia/Ho_Chi_Minh")
WEEK = "Mo-Fr 07:30-11:30,13:00-17:00; Sa 08:00-12:00"
NIGHT = "Fr-Sa 22:00-02:00"


def at(day: int, clock: str) -> datetime:
    """Return a moment in the week of Monday 2 March 2026; day 0 is Monday."""
    return datetime.fromisoformat(f"2026-03-{2 + day:02d}T{clock}").replace(tzinfo=CITY)


@pytest.mark.parametrize(
    ("text", "day", "clock", "expected"),
    [
        ("24/7", 6, "03:00", True),
        ("07:00-18:00", 6, "07:00", True),
        ("07:00-18:00", 6, "17:59", True),
        ("07:00-18:00", 6, "18:00", False),
        (WEEK, 0, "07:30", True),
        (WEEK, 0, "12:15", False),
        (WEEK, 4, "13:00", True),
        (WEEK, 5, "11:59", True),
        (WEEK, 5, "13:00", False),
        (WEEK, 6, "09:00", False),
        (NIGHT, 4, "23:00", True),
        (NIGHT, 5, "01:00", True),
        (NIGHT, 6, "01:59", True),
        (NIGHT, 6, "22:30", False),
        (NIGHT, 4, "01:00", False),
        ("Sa-Mo 08:00-10:00", 6, "09:00", True),
        ("Sa-Mo 08:00-10:00", 0, "09:00", True),
        ("Sa-Mo 08:00-10:00", 1, "09:00", False),
        ("Mo,We,Fr 08:00-24:00", 2, "23:59", True),
        ("Mo,We,Fr 08:00-24:00", 3, "00:00", False),
    ],
)
def test_open_and_closed(text: str, day: int, clock: str, expected: bool):
    assert is_open(text, at(day, clock)) is expected


def test_the_clock_is_the_citys():
    seven_in_the_city = datetime.fromisoformat("2026-03-02T00:00:00+00:00")
    assert is_open("07:00-08:00", seven_in_the_city) is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sunrise-sunset",
        "PH off",
        "Mo-Fr 7:30-11:30",
        "08:00-25:00",
        "08:61-09:00",
        "gọi trước",
        'Mo-Fr 08:00-12:00 "by appointment"',
        "Xx 08:00-09:00",
        "08:00+",
        "Mo-Fr",
        ";",
        "08:00",
    ],
)
def test_what_is_not_understood_is_neither_open_nor_closed(text: str):
    assert is_open(text, at(0, "09:00")) is None
    assert not text or parse(text) is None


def test_hours_as_people_write_them():
    assert shown_hours("24/7", "vi") == "Cả ngày"
    assert shown_hours("24/7", "en") == "All day"
    assert shown_hours("Mo-Fr 07:30-11:30,13:00-17:00", "vi") == "T2–T6 07:30–11:30, 13:00–17:00"
    assert shown_hours("Sa-Su 08:00-09:00", "en") == "Sat–Sun 08:00–09:00"
    assert shown_hours("gọi trước", "vi") == "gọi trước"
