/** Corners of a geometry by their path: [part, ring, corner] of areas, [part, corner] of lines, [] of a point.
 *  Rings stay closed: their last position is their first, and it is no corner of its own. */
import type { LonLat } from "../api_types";
import type { Zone } from "../coordinates";

export type CornerPath = readonly number[];

export interface Corner {
  path: CornerPath;
  position: LonLat;
}

type Line = LonLat[];

function linesOf(geometry: GeoJSON.Geometry): { path: number[]; line: Line; closed: boolean }[] {
  if (geometry.type === "MultiPolygon") {
    return geometry.coordinates.flatMap((part, p) => part.map((ring, r) => ({ path: [p, r], line: ring.slice(0, -1) as Line, closed: true })));
  }
  if (geometry.type === "MultiLineString") return geometry.coordinates.map((line, p) => ({ path: [p], line: line as Line, closed: false }));
  return [];
}

/** All corners in their order. */
export function cornersOf(geometry: GeoJSON.Geometry | null): Corner[] {
  if (!geometry) return [];
  if (geometry.type === "Point") return [{ path: [], position: geometry.coordinates as LonLat }];
  return linesOf(geometry).flatMap(({ path, line }) => line.map((position, index) => ({ path: [...path, index], position })));
}

export function samePath(a: CornerPath | null, b: CornerPath | null): boolean {
  return a !== null && b !== null && a.length === b.length && a.every((step, index) => step === b[index]);
}

/** The corner at a path, and the one before it in its line; a line's first corner has none. */
export function cornerAt(geometry: GeoJSON.Geometry | null, path: CornerPath | null): { position: LonLat; before: LonLat | null } | null {
  if (!geometry || !path) return null;
  if (geometry.type === "Point") return { position: geometry.coordinates as LonLat, before: null };
  const found = linesOf(geometry).find((entry) => samePath(entry.path, path.slice(0, -1)));
  const index = path.at(-1) ?? 0;
  const position = found?.line[index];
  if (!found || !position) return null;
  const before = found.line[index - 1] ?? (found.closed ? found.line.at(-1) : undefined);
  return { position, before: before ?? null };
}

/** The geometry with one line replaced by what `change` makes of its open corners; null: the line goes. */
function withLine(geometry: GeoJSON.Geometry, path: CornerPath, change: (line: Line) => Line | null): GeoJSON.Geometry | null {
  const [part = 0, ring = 0] = path;
  if (geometry.type === "MultiLineString") {
    const lines = geometry.coordinates.flatMap((line, index) => {
      const made = index === part ? change(line as Line) : line;
      return made ? [made] : [];
    });
    return lines.length > 0 ? { type: "MultiLineString", coordinates: lines } : null;
  }
  if (geometry.type !== "MultiPolygon") return null;
  const parts = geometry.coordinates.flatMap((rings, p) => {
    if (p !== part) return [rings];
    const kept = rings.flatMap((line, r) => {
      if (r !== ring) return [line];
      const made = change(line.slice(0, -1) as Line);
      return made?.[0] ? [[...made, made[0]]] : [];
    });
    return kept.length < rings.length && ring === 0 ? [] : [kept]; // without its outline a part is gone
  });
  return parts.length > 0 ? { type: "MultiPolygon", coordinates: parts } : null;
}

export function withCorner(geometry: GeoJSON.Geometry, path: CornerPath, position: LonLat): GeoJSON.Geometry {
  if (geometry.type === "Point") return { type: "Point", coordinates: position };
  const index = path.at(-1) ?? 0;
  return withLine(geometry, path, (line) => [...line.slice(0, index), position, ...line.slice(index + 1)]) ?? geometry;
}

/** The geometry with a corner more, after the one at `path`. */
export function insertedAfter(geometry: GeoJSON.Geometry, path: CornerPath, position: LonLat): GeoJSON.Geometry {
  if (geometry.type === "Point") return { type: "Point", coordinates: position };
  const index = path.at(-1) ?? 0;
  return withLine(geometry, path, (line) => [...line.slice(0, index + 1), position, ...line.slice(index + 1)]) ?? geometry;
}

/** The geometry with a corner less; a hole or part that has too few left goes, null where nothing would be left. */
export function withoutCorner(geometry: GeoJSON.Geometry, path: CornerPath): GeoJSON.Geometry | null {
  const fewest = geometry.type === "MultiPolygon" ? 3 : 2;
  const index = path.at(-1) ?? 0;
  return withLine(geometry, path, (line) => (line.length > fewest ? [...line.slice(0, index), ...line.slice(index + 1)] : null));
}

/** The geometry with every position changed. */
export function mapped(geometry: GeoJSON.Geometry, change: (position: LonLat) => LonLat): GeoJSON.Geometry {
  const deep = (value: unknown): unknown => (typeof (value as unknown[])[0] === "number" ? change(value as LonLat) : (value as unknown[]).map(deep));
  return geometry.type === "GeometryCollection" ? geometry : ({ ...geometry, coordinates: deep(geometry.coordinates) } as GeoJSON.Geometry);
}

/** The corner after which a position fits best: where it makes the outline longer by the least. */
export function bestPlace(geometry: GeoJSON.Geometry, position: LonLat, zone: Zone): CornerPath | null {
  const at = zone.toMetres(position);
  const apart = (a: readonly number[], b: readonly number[]) => Math.hypot((a[0] ?? 0) - (b[0] ?? 0), (a[1] ?? 0) - (b[1] ?? 0));
  let best: { path: CornerPath; longer: number } | null = null;
  for (const { path, line, closed } of linesOf(geometry)) {
    const metres = line.map((corner) => zone.toMetres(corner));
    metres.forEach((corner, index) => {
      const next = metres[index + 1] ?? (closed ? metres[0] : undefined);
      const longer = next ? apart(corner, at) + apart(at, next) - apart(corner, next) : apart(corner, at);
      if (!best || longer < best.longer) best = { path: [...path, index], longer };
    });
  }
  return (best as { path: CornerPath } | null)?.path ?? null;
}
