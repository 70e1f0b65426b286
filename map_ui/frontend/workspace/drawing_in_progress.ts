/** The drawing in progress: its corners, and corners set exactly where they are wanted.
 *  The drawing library has no interface for this; its own handler of clicks snaps to whatever is near. */
import L from "leaflet";
import type { LonLat } from "../api_types";
import type { GeometryKind } from "./geometry";
import { roundedPosition } from "./planar";

interface Progress {
  enabled(): boolean;
  _layer?: L.Polyline;
  _hintMarker?: L.Marker & { _snapped?: boolean };
  _createVertex(event: { latlng: L.LatLng }): void;
  _removeLastVertex(): void;
  _finishShape(): void;
}

function progressOf(map: L.Map): Progress | null {
  const drawings = map.pm?.Draw as unknown as Record<string, Progress> | undefined;
  if (!drawings) return null;
  return ["Polygon", "Line", "Cut"].map((name) => drawings[name]).find((drawing) => drawing?.enabled()) ?? null;
}

/** The corners that are set so far. */
export function drawnCorners(map: L.Map): LonLat[] {
  const corners = (progressOf(map)?._layer?.getLatLngs() ?? []) as L.LatLng[];
  return corners.map(({ lng, lat }) => roundedPosition([lng, lat]));
}

/** Where a click would set the next corner: at the pointer, or at what it snaps to. */
export function pointedCorner(map: L.Map): LonLat | null {
  const position = progressOf(map)?._hintMarker?.getLatLng();
  return position ? [position.lng, position.lat] : null;
}

/** Sets a corner exactly at a position; false when no line is being drawn. */
export function addDrawnCorner(map: L.Map, [lon, lat]: LonLat): boolean {
  const progress = progressOf(map);
  const hint = progress?._hintMarker;
  if (!progress || !hint) return false;
  const latlng = L.latLng(lat, lon);
  hint.setLatLng(latlng);
  hint._snapped = true; // the library then takes the hint's place for the corner's
  progress._createVertex({ latlng });
  hint._snapped = false;
  return true;
}

/** Takes back the last corner; true when there was one. */
export function removeDrawnCorner(map: L.Map): boolean {
  const progress = progressOf(map);
  progress?._removeLastVertex();
  return progress !== null;
}

/** Ends the drawing with the corners that it has; false when they are too few. */
export function finishDrawing(map: L.Map): boolean {
  const progress = progressOf(map);
  const fewest = progress === null || progress === (map.pm.Draw as unknown as Record<string, Progress>)["Line"] ? 2 : 3;
  if (!progress || drawnCorners(map).length < fewest) return false;
  progress._finishShape();
  return true;
}

/** What the corners would be as a shape, for figures while it is drawn. */
export function sketchOf(kind: GeometryKind, corners: LonLat[]): GeoJSON.Geometry | null {
  const [first] = corners;
  if (!first) return null;
  if (kind === "MultiPolygon" && corners.length > 2) return { type: "MultiPolygon", coordinates: [[[...corners, first]]] };
  return kind === "Point" ? null : { type: "MultiLineString", coordinates: [corners] };
}
