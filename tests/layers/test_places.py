"""Attractions for visitors: the list, its order and categories, one place, both languages."""

import pytest
from sample_features import SYSTEM, add, make_layer

from gis_core.errors import NotFound
from layers.places import place, places

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def sights(db: None) -> None:
    layer = make_layer("zp-sights", "tourism", source_note="thực địa", licence="CC0-1.0")
    add(layer, "far", 2, in_city=False, coordinate_accuracy_m=1, category="market")
    add(layer, "near", 0, coordinate_accuracy_m=5, category="pagoda", opening_hours="24/7")
    add(layer, "vague", 1, coordinate_accuracy_m=200, category="market", opening_hours="hỏi")


def mine(language: str) -> list[dict]:
    found = places(SYSTEM, language)["places"]
    return [item for item in found if item["slug"] in {"cho-far", "cho-near", "cho-vague"}]


def test_places_of_the_city_come_first_then_the_surest(sights: None):
    assert [item["slug"] for item in mine("vi")] == ["cho-near", "cho-vague", "cho-far"]


def test_a_place_in_both_languages(sights: None):
    vi, en = mine("vi")[0], mine("en")[0]
    assert (vi["title"], en["title"]) == ("Mẫu near", "Sample near")
    assert vi["original_title"] == en["original_title"] == "Mẫu near"
    assert (vi["href"], en["href"]) == ("/vi/places/cho-near", "/en/places/cho-near")
    assert (vi["summary"], en["summary"]) == ("Lời near.", "Words near.")
    assert (vi["summary_lang"], en["summary_lang"]) == ("vi", "en")


def test_hours_are_said_and_never_guessed(sights: None):
    near, vague, _far = mine("vi")
    assert (near["open_now"], near["hours_text"]) == (True, "Cả ngày")
    assert (vague["open_now"], vague["hours_text"]) == (None, "hỏi")


def test_categories_count_their_places(sights: None):
    found = {line["code"]: line for line in places(SYSTEM, "vi")["categories"]}
    assert found["market"]["count"] >= 2
    counts = [line["count"] for line in places(SYSTEM, "vi")["categories"]]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == len(places(SYSTEM, "vi")["places"])


def test_the_page_of_a_place(sights: None):
    found = place(SYSTEM, "cho-near", "en")
    assert found["description"] == "Words near"
    assert (found["source"], found["licence"]) == ("thực địa", "CC0-1.0")
    assert "operator_phone" not in found
    with pytest.raises(NotFound):
        place(SYSTEM, "cho-nowhere", "en")


def test_a_text_that_is_missing_in_a_language_says_so():
    layer = make_layer("zp-one", "tourism")
    add(layer, "solo", texts={"vi": "Chỉ tiếng Việt. Câu hai."}, names={"fr": "x"})
    found = place(SYSTEM, "cho-solo", "en")
    assert (found["summary"], found["summary_lang"]) == ("Chỉ tiếng Việt.", "vi")
    assert found["description_lang"] == "vi"
    assert found["title"] == "Mẫu solo"
