"""The classes of the OGC standards that this service meets, each held by a test."""

_COMMON = "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/"
_FEATURES_1 = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
_FEATURES_2 = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/"
_FEATURES_3 = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/"
_FEATURES_4 = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/"
_FEATURES_5 = "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/"
_CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/"
_TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
_TILE_MATRIX_SET = "http://www.opengis.net/spec/tms/2.0/conf/"

CONFORMS_TO = (
    *(_COMMON + name for name in ("core", "landing-page", "json", "oas30")),
    *(_FEATURES_1 + name for name in ("core", "geojson", "oas30")),
    _FEATURES_2 + "crs",
    *(
        _FEATURES_3 + name
        for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *(
        _CQL2 + name
        for name in (
            "cql2-text",
            "basic-cql2",
            "advanced-comparison-operators",
            "basic-spatial-functions",
            "basic-spatial-functions-plus",
        )
    ),
    # QGIS up to 3.44 asks for this class of the draft before it sends S_INTERSECTS.
    "http://www.opengis.net/spec/cql2/0.0/conf/basic-spatial-operators",
    *(_FEATURES_4 + name for name in ("create-replace-delete", "features")),
    *(_FEATURES_5 + name for name in ("schemas", "core-roles-features")),
    *(_TILES + name for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt")),
    *(_TILE_MATRIX_SET + name for name in ("tilematrixset", "json-tilematrixset")),
)
