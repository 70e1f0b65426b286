"""Clients of the editing services for tests: with a session's rights, a token, or as QGIS does."""

import json
from typing import Any

import shapely
from django.test import Client
from sample_features import shape_at

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def geojson(shape: Any) -> dict[str, Any]:
    """Return a shapely geometry as a GeoJSON object with the seven decimals of the service."""
    return json.loads(shapely.to_geojson(shapely.set_precision(shape, 1e-7)))


def read(client: Client, layer: str, feature_id: int) -> dict[str, Any]:
    """Return a feature as the service gives it now."""
    response = client.get(f"/ogc/collections/{layer}/items/{feature_id}")
    assert response.status_code == 200, response.content
    return response.json()


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """Send a body as GeoJSON unless `content_type` says otherwise; header names with `_`."""
    kind = headers.pop("content_type", "application/geo+json")
    data = body if isinstance(body, (bytes, str)) else json.dumps(body)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.generic(method, path, data, content_type=kind, headers=sent)


def put(client: Client, layer: str, feature: dict[str, Any], **headers: str) -> Any:
    """Send a whole feature back, as QGIS does."""
    return send(
        client, "PUT", f"/ogc/collections/{layer}/items/{feature['id']}", feature, **headers
    )


def changed(feature: dict[str, Any], shape: Any = None, **properties: Any) -> dict[str, Any]:
    """Return a feature with other properties, and another geometry where one is given."""
    geometry = feature["geometry"] if shape is None else geojson(shape)
    return {**feature, "geometry": geometry, "properties": {**feature["properties"], **properties}}


def moved(geometry_type: str, step: float = 0.0001) -> Any:
    """Return a small geometry of a type beside the usual place of the samples."""
    return shape_at(geometry_type, 106.3630 + step, 10.3540 + step)
