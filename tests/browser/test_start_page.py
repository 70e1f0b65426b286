"""The attraction map: what a visitor on a phone does in the first minute."""

import re

from playwright.sync_api import expect
from sample_features import SYSTEM

from layers import changes, selectors
from layers.changes import Kind, Operation
from layers.undo import undo


def test_markers_stand_for_all_places_and_open_a_place(open_page):
    page = open_page("/vi/", "phone")
    markers = page.locator(".leaflet-marker-icon")
    expect(markers).to_have_count(25)
    page.get_by_role("combobox").fill("chua vinh trang")
    page.get_by_role("option", name=re.compile("Chùa Vĩnh Tràng")).first.click()
    expect(page.get_by_role("heading", name="Chùa Vĩnh Tràng")).to_be_visible()


def test_a_category_chip_leaves_only_its_places(open_page):
    page = open_page("/vi/", "desktop")
    expect(page.locator(".leaflet-marker-icon")).to_have_count(25)
    page.get_by_role("button", name="Du lịch sinh thái").first.click()
    expect(page.locator(".leaflet-marker-icon")).to_have_count(5)


def test_the_language_switch_keeps_place_and_zoom(open_page):
    page = open_page("/vi/#map=16/10.36000/106.37000", "desktop")
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="English").first.click()
    page.wait_for_url(re.compile("/en/"))
    assert "map=16/10.36" in page.url
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_list_says_what_the_map_shows_without_script(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/vi/")
    assert page.locator("a[href^='/vi/places/']").count() == 25
    context.close()


def test_a_place_page_has_its_address_in_both_languages_and_structured_data(open_page, site):
    page = open_page("/vi/places/chua-vinh-trang", "phone")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Chùa Vĩnh Tràng")
    links = page.locator("link[rel=alternate][hreflang]")
    assert {links.nth(i).get_attribute("hreflang") for i in range(links.count())} >= {"vi", "en"}
    data = page.locator("script[type='application/ld+json']").text_content()
    assert '"TouristAttraction"' in data


def test_the_open_map_follows_what_is_changed(open_page, site):
    page = open_page("/vi/", "desktop")
    card = page.locator("[data-slug=chua-vinh-trang] button")
    card.click()
    sheet = page.locator("#panel-right")
    expect(sheet).to_contain_text("Chùa Vĩnh Tràng")
    entry = selectors.layer(SYSTEM, page.request.get(f"{site}/api/places").json()["layers"][0])
    row = selectors.features(entry).get(slug="chua-vinh-trang")
    name = {"name": "Chùa Vĩnh Tràng mới sửa"}
    step = Operation(Kind.UPDATE, entry, name, None, row.pk, row.version)
    made = changes.apply(SYSTEM, [step], title="t", channel="browser").change_set.pk
    try:
        expect(card).to_contain_text("Chùa Vĩnh Tràng mới sửa", timeout=25_000)
        expect(sheet).to_contain_text("Chùa Vĩnh Tràng mới sửa")
        expect(page.locator(".leaflet-marker-icon")).to_have_count(25)
    finally:
        undo(SYSTEM, made, "back")
