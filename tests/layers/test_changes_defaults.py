"""A new feature for which an editor leaves fields out: its key and search text are plain."""

import pytest
from sample_features import SYSTEM, make_layer, shape_at

from gis_core.errors import Invalid
from layers import changes, selectors
from layers.changes import Kind, Operation

pytestmark = pytest.mark.usefixtures("db")


def test_fields_left_out_are_blank_in_key_and_search_text():
    layer = make_layer("zd-parcels", "parcels")
    entry = selectors.layer(SYSTEM, layer.slug)
    values = {"so_to": "5", "so_thua": "1"}
    step = Operation(Kind.CREATE, entry, values, shape_at("MultiPolygon", 106.36, 10.35))
    applied = changes.apply(SYSTEM, [step], title="x", channel="browser")
    row = selectors.feature(entry, applied.feature_ids[0])
    assert row.feature_key == "/5/1"
    assert "object" not in row.search_text
    with pytest.raises(Invalid):  # the same parcel again
        changes.apply(SYSTEM, [step], title="x", channel="browser")
