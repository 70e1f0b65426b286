"""axe-core finds nothing serious or critical on any page, on a phone and on a desktop."""

import pytest
from axe import serious_faults

PAGES = {
    "start": ("/vi/", None),
    "start in English": ("/en/", None),
    "place": ("/vi/places/chua-vinh-trang", None),
    "viewer": ("/vi/map", None),
    "sign-in": ("/vi/login", None),
    "missing page": ("/vi/places/khong-co", None),
    "workspace": ("/vi/workspace", "planner"),
    "security": ("/vi/security", "security_staff"),
}


@pytest.mark.parametrize("screen", ["phone", "desktop"])
@pytest.mark.parametrize("name", PAGES)
def test_no_serious_accessibility_fault(open_page, name, screen):
    path, role = PAGES[name]
    page = open_page(path, screen, role, expect_missing=name == "missing page")
    page.wait_for_load_state("networkidle")
    assert serious_faults(page) == []


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("path", ["/vi/", "/vi/map", "/vi/login", "/vi/places/chua-vinh-trang"])
def test_nothing_is_wider_than_a_narrow_phone(open_page, path, width):
    page = open_page(path, "phone")
    page.set_viewport_size({"width": width, "height": 700})
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
