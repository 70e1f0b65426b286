"""Values as people read them: units, numbers, dates, codes, titles, in both languages."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from sample_features import SYSTEM, add, make_layer

from gis_core.access import ANONYMOUS
from layers import display, selectors
from layers.registry import theme_by_key
from layers.selectors import ReadableLayer

pytestmark = pytest.mark.usefixtures("db")


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (1234567.891, 1, "1.234.567,9", "1,234,567.9"),
        (Decimal("250.0"), 1, "250", "250"),
        (1000, 0, "1.000", "1,000"),
        (0.05, 1, "0", "0"),
        (-1234.5, 1, "-1.234,5", "-1,234.5"),
        (12, 2, "12", "12"),
    ],
)
def test_numbers(value, decimals: int, vi: str, en: str):
    for language, expected in (("vi", vi), ("en", en)):
        with translation.override(language):
            assert display.number(value, decimals).replace("-0", "0") == expected


def entry_of(theme: str, slug: str = "zd", geometry: str | None = None) -> ReadableLayer:
    make_layer(slug, theme, geometry)
    return selectors.layer(SYSTEM, slug)


@pytest.mark.parametrize(
    ("theme", "field", "value", "shown", "kind", "unit"),
    [
        ("infrastructure", "width_m", 12.54, "12,5", "length", "m"),
        ("infrastructure", "diameter_mm", 300.0, "300", "length", "mm"),
        ("infrastructure", "power_w", 90.0, "90", "number", "W"),
        ("infrastructure", "built_year", 1998, "1998", "number", None),
        ("environment", "distance_to_sea_km", 43.21, "43,2", "length", "km"),
        ("admin_units", "official_area_km2", Decimal("9.876"), "9,88", "area", "km²"),
        ("admin_units", "population", 41_000, "41.000", "number", None),
        ("planned_land_use", "decision_date", date(2025, 6, 30), "30/06/2025", "date", None),
        ("tourism", "in_city", True, "Có", "boolean", None),
        ("tourism", "website", "https://example.vn", "https://example.vn", "link", None),
        ("tourism", "texts", {"vi": "Cổ kính", "en": "Old"}, "Cổ kính", "text", None),
        ("parcels", "address", "", "", "text", None),
    ],
)
def test_values(theme, field, value, shown, kind, unit):
    entry = entry_of(theme)
    with translation.override("vi"):
        line = display.property_of(entry, field, value, {}, "vi")
    assert (line.value, line.kind, line.unit) == (shown, kind, unit)
    assert line.label[:1].isupper()


def test_codes_carry_label_and_colour_and_unknown_ones_stay():
    entry = entry_of("parcels")
    codes = display.layer_codes(entry)
    known = display.property_of(entry, "land_use_code", "ODT", codes, "vi")
    assert known.value.startswith("ODT · ")
    assert known.color
    assert known.raw == "ODT"
    english = display.property_of(entry, "land_use_code", "ODT", codes, "en")
    assert english.value.startswith("ODT · ")
    assert english.value != known.value
    unknown = display.property_of(entry, "land_use_code", "ZZZ", codes, "vi")
    assert (unknown.value, unknown.color) == ("ZZZ", None)


def test_measured_parameters_are_read_aloud():
    entry = entry_of("environment")
    codes = display.layer_codes(entry)
    code, row = next(iter(codes["environment.parameter"].items()))
    line = display.property_of(entry, "parameters", f"{code};khac", codes, "vi")
    assert line.value == f"{row.label('vi')}, khac"


def test_parsed_limits_stand_behind_their_text():
    names = display.shown_fields(entry_of("planned_land_use"))
    assert "density_text" in names
    assert not {"density_min_pct", "storeys_max", "setback_min_m"} & set(names)


def test_titles_are_never_empty():
    for number, theme in enumerate(("parcels", "tourism", "environment")):
        entry = entry_of(theme, f"zd-{number}")
        row = add(entry.layer, f"k{number}", name="", names={"en": "English"})
        feature = selectors.feature(entry, row.id)
        assert display.title(entry, feature, "vi")
        feature.names = {}
        assert display.title(entry, feature, "en")


def test_columns_of_the_source_that_no_field_takes_are_for_staff():
    entry = entry_of("environment")
    row = add(entry.layer, "x", extra={"CHU": "ai đó"})
    feature = selectors.feature(entry, row.id)
    staff = display.properties(entry, feature, {}, "vi")
    public_fields = frozenset(
        name for name, level in theme_by_key("environment").fields.items() if level == 0
    )
    visitor = ReadableLayer(ANONYMOUS, entry.layer, entry.theme, public_fields)
    assert "extra.CHU" in {line.key for line in staff}
    assert "extra.CHU" not in {line.key for line in display.properties(visitor, feature, {}, "vi")}
