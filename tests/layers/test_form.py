"""The form of a layer: what it asks and who may send it."""

import pytest
from django.test import Client
from sample_features import make_layer

pytestmark = pytest.mark.usefixtures("db")


def form_of(client: Client, slug: str, language: str = "vi") -> dict:
    answer = client.get(f"/api/layers/{slug}/form?lang={language}")
    assert answer.status_code == 200
    return answer.json()


def test_a_planner_is_asked_what_the_theme_needs(sign_in):
    make_layer("zz-parcels", "parcels")
    form = form_of(sign_in("planner"), "zz-parcels")
    fields = {field["name"]: field for field in form["fields"]}
    assert form["may"] == ["edit"]
    assert form["geometry_type"] == "MultiPolygon"
    assert fields["so_thua"]["required"] and not fields["address"]["required"]
    assert fields["area_m2"] == {
        **fields["area_m2"],
        "kind": "number",
        "unit": "m²",
        "minimum": 0,
        "maximum": None,
    }
    assert "ODT" in [option["value"] for option in fields["land_use_code"]["options"]]
    assert fields["names"]["languages"] == ["en"]
    assert [option["value"] for option in fields["sensitivity"]["options"]] == [0, 1]


def test_words_follow_the_language(sign_in):
    make_layer("zz-parcels", "parcels")
    labels = {
        language: {
            field["name"]: field["label"]
            for field in form_of(sign_in("planner"), "zz-parcels", language)["fields"]
        }
        for language in ("vi", "en")
    }
    assert labels["en"]["so_thua"] == "Parcel number"
    assert labels["vi"]["so_thua"] != labels["en"]["so_thua"]


def test_fields_that_one_may_not_see_are_not_asked(sign_in):
    make_layer("zz-parcels", "parcels")
    staff = {field["name"] for field in form_of(sign_in("planner"), "zz-parcels")["fields"]}
    others = {
        field["name"] for field in form_of(sign_in("environment_officer"), "zz-parcels")["fields"]
    }
    assert staff - others == {"owner_name", "owner_address"}


@pytest.mark.parametrize(
    ("role", "may"),
    [("planner", ["edit"]), ("approver", ["approve", "publish"]), ("ward_officer", [])],
)
def test_the_catalogue_says_what_one_may_do(sign_in, role, may):
    make_layer("zz-parcels", "parcels")
    layers = sign_in(role).get("/api/catalog").json()["layers"]
    assert next(entry for entry in layers if entry["slug"] == "zz-parcels")["may"] == may


def test_a_guarded_field_is_shown_with_the_reason(sign_in):
    make_layer("zz-parcels", "parcels")
    locked = {
        role: {
            field["name"]
            for field in form_of(sign_in(role), "zz-parcels")["fields"]
            if field["locked"]
        }
        for role in ("planner", "administrator")
    }
    assert locked == {"planner": {"legal_area_m2"}, "administrator": set()}


def test_limits_of_building_are_asked_for_built_land_alone(sign_in):
    make_layer("zz-plan", "planned_land_use")
    form = form_of(sign_in("planner"), "zz-plan")
    limits = next(group for group in form["groups"] if "density_min_pct" in group["fields"])
    assert limits["when"]["field"] == "land_use_code"
    known = next(field for field in form["fields"] if field["name"] == "land_use_code")
    codes = {option["value"] for option in known["options"]}
    assert {"ODT", "TMD"} <= set(limits["when"]["codes"]) <= codes
    assert not {"LUC", "SON", "DGT"} & set(limits["when"]["codes"])
