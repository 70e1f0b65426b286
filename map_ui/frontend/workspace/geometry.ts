/** Geometry between GeoJSON (many parts, degrees) and what Leaflet edits; areas and lengths in the city's zone. */
import L from "leaflet";
import type { LonLat } from "../api_types";
import { areaM2, lengthM, type Zone } from "../coordinates";
import { formatArea, formatLength } from "../format";
import { coveredEdges } from "../shell/panel";
import { t } from "../i18n";
import type { LayerForm } from "./types";
import { w } from "./words";

export type GeometryKind = LayerForm["geometry_type"];
export type Shape = L.Polyline<never> | L.Marker;

/** A single part becomes the many-part type that the layer stores. */
export function promoted(geometry: GeoJSON.Geometry): GeoJSON.Geometry {
  switch (geometry.type) {
    case "Polygon":
      return { type: "MultiPolygon", coordinates: [geometry.coordinates] };
    case "LineString":
      return { type: "MultiLineString", coordinates: [geometry.coordinates] };
    default:
      return geometry;
  }
}

/** The geometry that the person sees, at full precision. */
export function geometryOf(shape: Shape): GeoJSON.Geometry {
  return promoted(shape.toGeoJSON(false).geometry as GeoJSON.Geometry);
}

/** One geometry from all shapes that a cut left; null when nothing is left. */
export function gathered(layer: L.Layer): GeoJSON.Geometry | null {
  const found = (layer as L.FeatureGroup | L.Polygon).toGeoJSON(false as never) as GeoJSON.Feature | GeoJSON.FeatureCollection;
  const features = found.type === "FeatureCollection" ? found.features : [found];
  const parts = features.map(({ geometry }) => promoted(geometry)) as (GeoJSON.MultiPolygon | GeoJSON.MultiLineString)[];
  const coordinates = parts.flatMap((part) => part.coordinates as unknown[]);
  const [first] = parts;
  return first && coordinates.length > 0 ? ({ type: first.type, coordinates } as GeoJSON.Geometry) : null;
}

/** The Leaflet layer of a geometry, for editing. */
export function shapeOf(geometry: GeoJSON.Geometry, style: L.PathOptions, icon: L.DivIcon): Shape {
  if (geometry.type === "Point") return L.marker(L.GeoJSON.coordsToLatLng(geometry.coordinates as [number, number]), { icon, draggable: false });
  if (geometry.type === "MultiLineString") return L.polyline(L.GeoJSON.coordsToLatLngs(geometry.coordinates, 1) as L.LatLng[][], style) as unknown as Shape;
  const { coordinates } = geometry as GeoJSON.MultiPolygon;
  return L.polygon(L.GeoJSON.coordsToLatLngs(coordinates, 2) as L.LatLng[][][], style) as unknown as Shape;
}

/** Leaflet takes a ring's last corner away when it meets the first, which a corner dragged past its
 *  neighbour does for a moment. Rings are open after they were made, so nothing needs to be taken away. */
export function keepCorners(shape: Shape): void {
  const plain = L.Polyline.prototype as unknown as { _convertLatLngs: unknown };
  Object.assign(shape, { _convertLatLngs: plain._convertLatLngs });
}

/** The lines and closed rings of a geometry; none of a point. */
export function outlinesOf(geometry: GeoJSON.Geometry | null): LonLat[][] {
  if (geometry?.type === "MultiPolygon") return geometry.coordinates.flat() as LonLat[][];
  return geometry?.type === "MultiLineString" ? (geometry.coordinates as LonLat[][]) : [];
}

export function boundsOf(geometry: GeoJSON.Geometry): L.LatLngBounds {
  return L.geoJSON(geometry).getBounds();
}

/** "1.234,5 m², chu vi 140 m", "850 m" or nothing for a point. */
export function measures(geometry: GeoJSON.Geometry | null, zone: Zone): { area: string | null; length: string | null } {
  if (geometry?.type === "MultiPolygon") {
    const rings = geometry.coordinates as LonLat[][][];
    const area = rings.reduce((sum, [outer = [], ...holes]) => sum + areaM2(outer, zone) - holes.reduce((hole, ring) => hole + areaM2(ring, zone), 0), 0);
    const around = rings.reduce((sum, part) => sum + part.reduce((all, ring) => all + lengthM(ring, zone), 0), 0);
    return { area: formatArea(area), length: formatLength(around) };
  }
  if (geometry?.type === "MultiLineString") {
    const length = (geometry.coordinates as LonLat[][]).reduce((sum, line) => sum + lengthM(line, zone), 0);
    return { area: null, length: formatLength(length) };
  }
  return { area: null, length: null };
}

/** Area, way around and corners in one line; "" for a point. */
export function figuresOf(geometry: GeoJSON.Geometry | null, zone: Zone): string {
  const { area, length } = measures(geometry, zone);
  const around = area && length ? t("measure.perimeter", { length }) : length;
  const corners = area || length ? w("feature.corners", { n: vertexCount(geometry) }) : null;
  return [area, around, corners].filter(Boolean).join(" · ");
}

/** Corners as people count them: a ring's last point is its first. */
export function vertexCount(geometry: GeoJSON.Geometry | null): number {
  if (geometry?.type === "MultiPolygon") return geometry.coordinates.flat().reduce((sum, ring) => sum + ring.length - 1, 0);
  if (geometry?.type === "MultiLineString") return geometry.coordinates.flat().length;
  return 0;
}

/** Shows all of the shapes, as close as one street, beside the panels. */
export function fitShapes(map: L.Map, shapes: GeoJSON.Geometry[]): void {
  const [first, ...rest] = shapes;
  if (!first) return;
  const bounds = rest.reduce((all, geometry) => all.extend(boundsOf(geometry)), boundsOf(first));
  map.fitBounds(bounds, { maxZoom: 18, ...coveredEdges() });
}
