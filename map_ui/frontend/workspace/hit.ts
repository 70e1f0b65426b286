/** Whether a click meets a geometry that is drawn on the map. */
import L from "leaflet";

const REACH_PX = 12;

function inRing([x = 0, y = 0]: GeoJSON.Position, ring: GeoJSON.Position[]): boolean {
  let inside = false;
  ring.forEach(([ax = 0, ay = 0], index) => {
    const [bx = 0, by = 0] = ring[(index + ring.length - 1) % ring.length] ?? [];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  });
  return inside;
}

/** Inside the outline and in none of its holes. */
export function inPolygon(position: GeoJSON.Position, [outline = [], ...holes]: GeoJSON.Position[][]): boolean {
  return inRing(position, outline) && !holes.some((hole) => inRing(position, hole));
}

export function hitBy(geometry: GeoJSON.Geometry, { lng, lat }: L.LatLng, map: L.Map): boolean {
  const at = map.latLngToLayerPoint([lat, lng]);
  const point = ([x = 0, y = 0]: GeoJSON.Position) => map.latLngToLayerPoint([y, x]);
  const near = (line: GeoJSON.Position[]) => line.some((end, index) => index > 0 && L.LineUtil.pointToSegmentDistance(at, point(line[index - 1] ?? end), point(end)) < REACH_PX);
  switch (geometry.type) {
    case "Polygon":
      return inPolygon([lng, lat], geometry.coordinates);
    case "MultiPolygon":
      return geometry.coordinates.some((polygon) => inPolygon([lng, lat], polygon));
    case "Point":
      return at.distanceTo(point(geometry.coordinates)) < REACH_PX;
    case "LineString":
      return near(geometry.coordinates);
    case "MultiLineString":
      return geometry.coordinates.some(near);
    default:
      return false;
  }
}
