"""The map viewer as an anonymous visitor, a planner and security staff see it."""

import json
import re
import urllib.request

import pytest
from playwright.sync_api import expect


def colours_of_the_map(page) -> int:
    """Count different colours on the drawn map; an empty canvas has one."""
    return page.evaluate(
        """() => {
            const seen = new Set();
            for (const canvas of document.querySelectorAll("canvas")) {
                const context = canvas.getContext("2d");
                const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
                for (let i = 0; i < data.length; i += 400)
                    seen.add(`${data[i] >> 3},${data[i + 1] >> 3},${data[i + 2] >> 3}`);
            }
            return seen.size;
        }"""
    )


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_the_own_basemap_is_drawn_with_no_other_site(open_page, screen):
    page = open_page("/vi/map", screen)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    assert colours_of_the_map(page) > 12


def test_enter_on_the_map_shows_the_parcel_in_the_middle(open_page, site):
    with urllib.request.urlopen(f"{site}/api/layers/parcels/rows?limit=1") as answer:  # noqa: S310
        row = json.load(answer)["rows"][0]
    page = open_page(f"/vi/map#map=18/{row['lat']}/{row['lon']}&layers=parcels")
    page.wait_for_load_state("networkidle")
    page.get_by_role("application").focus()
    with page.expect_response(re.compile("/api/identify")) as answer:
        page.keyboard.press("Enter")
    found = answer.value.json()["features"]
    parcel = next(item for item in found if item["layer"] == "parcels")
    expect(page.get_by_role("heading", name=parcel["title"]).first).to_be_visible()


def test_switching_a_layer_on_asks_for_its_tiles_and_names_it_in_the_address(open_page):
    page = open_page("/vi/map#map=16/10.35600/106.36600")
    page.wait_for_load_state("networkidle")
    with page.expect_response(lambda r: "/tiles/" in r.url and "parcels" in r.url) as answer:
        page.get_by_role("checkbox", name=re.compile("^Thửa đất")).check()
    assert answer.value.ok
    expect(page).to_have_url(re.compile("layers=.*parcels"))


def test_a_visitor_learns_nothing_of_staff_layers(open_page, site):
    page = open_page("/vi/map")
    page.wait_for_load_state("networkidle")
    for word in ("an ninh", "Ống cấp nước", "cấp nước", "security-zones"):
        assert word not in page.content()


def test_a_planner_sees_networks_and_no_security_zones(open_page):
    page = open_page("/vi/workspace", role="planner")
    expect(page.get_by_role("checkbox", name=re.compile("[Cc]ấp nước"))).to_be_visible()
    assert "security-zones" not in page.evaluate(
        "fetch('/api/catalog?lang=vi').then(answer => answer.text())"
    )


def test_security_staff_see_their_zones_drawn(open_page):
    page = open_page("/vi/security", role="security_staff")
    box = page.get_by_role("checkbox", name=re.compile("an ninh")).first
    expect(box).to_be_visible()
    box.check()
    with page.expect_response(lambda r: "security-zones" in r.url and "/tiles/" in r.url) as answer:
        page.get_by_role("button", name="Xem toàn thành phố").click()
        page.get_by_role("button", name="Phóng to").click()
    assert answer.value.ok


def test_the_security_page_does_not_exist_for_a_planner(open_page, site):
    page = open_page("/vi/map", role="planner")
    assert page.request.get(f"{site}/vi/security").status == 404


def test_the_keyboard_reaches_search_and_leaves_it(open_page):
    page = open_page("/vi/map")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox").first).to_be_focused()
    page.keyboard.type("hung vuong")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option")).to_have_count(0)


def test_coordinates_are_shown_in_both_systems_with_named_axes(open_page):
    page = open_page("/vi/map")
    bar = page.get_by_role("group", name="Tọa độ")
    expect(bar).to_contain_text("WGS 84")
    expect(bar).to_contain_text(re.compile(r"X\s\(Bắc\)\s1\.1\d\d\.\d{3},\d\sm,\sY\s\(Đông\)"))


def test_typed_vn2000_coordinates_are_found(open_page):
    page = open_page("/vi/map")
    page.wait_for_load_state("networkidle")
    page.get_by_role("combobox").first.fill("1145000 567000")
    page.get_by_role("option").first.click()
    # The typed position, back from the map in both systems.
    place = page.get_by_role("complementary", name="Tại điểm này")
    expect(place.get_by_text("1.145.000,0")).to_be_visible()
    expect(place.get_by_text("10,35334")).to_be_visible()


def test_an_answer_after_the_choice_does_not_open_the_list_again(open_page):
    page = open_page("/vi/map")
    page.wait_for_load_state("networkidle")
    held = []

    def hold(route):
        held.append(route)

    page.route("**/api/search*", hold)
    with page.expect_request("**/api/search*"):
        page.get_by_role("combobox").first.fill("1145000 567000")
    page.get_by_role("option").first.click()
    for route in held:
        route.fulfill(json={"results": []})
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("complementary", name="Tại điểm này")).to_be_visible()
    assert page.locator("#search-list").is_hidden()


def test_the_list_tells_what_the_map_shows(open_page):
    page = open_page("/vi/map#map=18/10.35530/106.36560&layers=parcels")
    page.wait_for_load_state("networkidle")
    page.get_by_role("tab", name="Danh sách").click()
    panel = page.get_by_role("tabpanel", name="Danh sách")
    expect(panel.get_by_text(re.compile(r"Thửa \d+")).first).to_be_visible()


def test_a_search_sent_before_the_script_ran_is_answered(open_page):
    page = open_page("/vi/map?q=hung+vuong")
    expect(page.get_by_role("combobox").first).to_have_value("hung vuong")
    expect(page.get_by_role("option").first).to_be_visible()


def test_a_position_that_arrives_while_the_catalogue_loads_is_kept(open_page):
    page = open_page("/vi/map")
    page.wait_for_load_state("networkidle")
    held = []
    page.route("**/api/catalog*", lambda route: held.append(route))  # noqa: PLW0108
    page.reload(wait_until="domcontentloaded")
    page.wait_for_function("() => document.querySelector('#panel-left .skeleton')")
    page.evaluate("() => history.replaceState(null, '', '#map=17/10.34500/106.37500')")
    for route in held:
        route.continue_()
    expect(page.get_by_role("group", name="Tọa độ")).to_contain_text("WGS 84")
    page.wait_for_load_state("networkidle")
    assert "map=17/10.34500/106.37500" in page.url
