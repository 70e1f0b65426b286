"""Search: without tone marks, parcel numbers, coordinates, order, limit, and who finds what."""

import pytest
from sample_features import SYSTEM, Sample, add, make_layer

from gis_core.access import Actor, Grant
from gis_core.text_folding import fold
from layers.search import parcel_numbers, search

pytestmark = pytest.mark.usefixtures("db")
PLANNER = Actor(user_id=1, name="p", grants=(Grant("planner"),))


@pytest.fixture
def streets(db: None) -> dict[str, Sample]:
    layer = make_layer("zs-streets", "infrastructure", "MultiLineString", position=30)
    names = {
        "dinh": "Đinh Bộ Lĩnh",
        "dung": "Dừng Chân",
        "tone": "Hòa Bình",
        "other": "Hoa Bính",
        "far": "Phường Hòa Bình Mới",
    }
    return {
        key: add(layer, key, n, name=name, address="", code=f"zz{n}")
        for n, (key, name) in enumerate(names.items())
    }


def titles(text: str, limit: int = 10, language: str = "vi") -> list[str]:
    return [hit.title for hit in search(SYSTEM, text, language, limit)]


@pytest.mark.parametrize("typed", ["Đinh Bộ Lĩnh", "dinh bo linh", "ĐINH BỘ LĨNH", "đinh  bo"])
def test_tone_marks_case_and_d_make_no_difference(streets: dict, typed: str):
    assert titles(typed)[0] == "Đinh Bộ Lĩnh"


def test_both_unicode_forms_are_found(streets: dict):
    decomposed = "\u0110inh B\u006f\u0323\u0302"
    assert titles(decomposed)[0] == "Đinh Bộ Lĩnh"


@pytest.mark.parametrize("typed", ["Hòa Bình", "Hoa Bính"])
def test_the_hit_with_the_same_tone_marks_comes_first(streets: dict, typed: str):
    found = titles(typed)
    assert found[0] == typed
    assert {"Hòa Bình", "Hoa Bính"} <= set(found)


def test_a_beginning_comes_before_a_middle(streets: dict):
    found = titles("hoa binh")
    assert found.index("Phường Hòa Bình Mới") == len(found) - 1


def test_a_slip_of_the_finger_is_forgiven(streets: dict):
    assert "Đinh Bộ Lĩnh" in titles("dinh bo lin")
    assert titles("xyzxyz qwq") == []


def test_limit_and_short_words(streets: dict):
    assert len(titles("hoa binh", limit=1)) == 1
    assert titles("h") == []
    assert titles("  ") == []


@pytest.fixture
def plots(db: None) -> list[Sample]:
    layer = make_layer("zs-plots", "parcels", position=20)
    numbers = [("5", "12"), ("12", "5"), ("5", "120"), ("7", "1")]
    return [
        add(layer, f"t{a}-{b}", n, so_to=a, so_thua=b, survey_commune_code="28249")
        for n, (a, b) in enumerate(numbers)
    ]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("tờ 5 thửa 12", [("5", "12")]),
        ("to 5, thua 12", [("5", "12")]),
        ("thửa 12 tờ 5", [("5", "12")]),
        ("số thửa 12, tờ bản đồ số 5", [("5", "12")]),
        ("5/12", [("5", "12"), ("12", "5")]),
        ("7/7", [("7", "7")]),
        ("Đường 5/12", []),
        ("12", []),
    ],
)
def test_parcel_numbers(typed: str, expected: list[tuple[str, str]]):
    assert parcel_numbers(fold(typed)) == expected


def test_parcels_are_found_by_their_numbers(plots: list[Sample]):
    hits = search(SYSTEM, "tờ 5 thửa 12", "vi", 10)
    assert [hit.id for hit in hits] == [str(plots[0].id)]
    assert hits[0].kind == "parcel"
    assert abs(hits[0].lon - plots[0].lon) < 1e-3
    both = {hit.id for hit in search(SYSTEM, "5/12", "vi", 10)}
    assert both == {str(plots[0].id), str(plots[1].id)}


def test_coordinates_are_places():
    (hit,) = search(SYSTEM, "10.3540, 106.3630", "vi", 10)
    assert (hit.kind, hit.lon, hit.lat) == ("coordinate", 106.363, 10.354)
    (metres,) = search(SYSTEM, "1145000 567000", "vi", 10)
    assert metres.subtitle == "VN-2000"
    assert (round(metres.lon, 2), round(metres.lat, 2)) == (106.36, 10.35)


def test_places_lead_to_their_page():
    layer = make_layer("zs-sights", "tourism")
    row = add(layer, "ben-tau", name="Bến tàu du lịch", names={"en": "Tourist pier"})
    hit = search(SYSTEM, "ben tau du lich", "vi", 5)[0]
    assert (hit.kind, hit.href, hit.id) == ("place", "/vi/places/cho-ben-tau", str(row.id))
    assert search(SYSTEM, "tourist pier", "en", 5)[0].title == "Tourist pier"


def test_hidden_rows_and_layers_are_not_found():
    zone = add(make_layer("zs-zones", "security", sensitivity=2), "vung", name="Khu vực Zeta")
    main = add(make_layer("zs-mains", "infrastructure", sensitivity=1), "ong", name="Ống Zeta")
    assert {hit.id for hit in search(SYSTEM, "zeta", "vi", 10)} == {str(zone.id), str(main.id)}
    assert {hit.id for hit in search(PLANNER, "zeta", "vi", 10)} == {str(main.id)}


@pytest.mark.parametrize(
    "typed", ["%", "_%_", "'; --", "\\", "a" * 500, "\u202e", "((((", "tờ  thửa"]
)
def test_strange_text_finds_nothing_and_breaks_nothing(streets: dict, typed: str):
    assert isinstance(search(SYSTEM, typed, "vi", 5), list)


def test_a_nul_byte_is_not_an_error():
    assert search(SYSTEM, "ben\0tau", "vi", 5) == []
