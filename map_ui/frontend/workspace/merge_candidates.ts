/** Which shapes lie along each other, so that they can be merged without apart pieces. Pure. */
import type { LonLat } from "../api_types";

const REACH_DEG = 1e-6; // 10 cm: the server closes gaps up to half of that

interface Box {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** Rings closed, lines as they are. */
function chainsOf(geometry: GeoJSON.Geometry): LonLat[][] {
  if (geometry.type === "MultiPolygon") return geometry.coordinates.flat() as LonLat[][];
  return geometry.type === "MultiLineString" ? (geometry.coordinates as LonLat[][]) : [];
}

function boxOf(chains: LonLat[][]): Box {
  const all = chains.flat();
  const [lons, lats] = [all.map(([lon]) => lon), all.map(([, lat]) => lat)];
  return { west: Math.min(...lons), south: Math.min(...lats), east: Math.max(...lons), north: Math.max(...lats) };
}

function apart(a: Box, b: Box): boolean {
  return a.east + REACH_DEG < b.west || b.east + REACH_DEG < a.west || a.north + REACH_DEG < b.south || b.north + REACH_DEG < a.south;
}

function onEdge([x, y]: LonLat, [ax, ay]: LonLat, [bx, by]: LonLat): boolean {
  const [dx, dy] = [bx - ax, by - ay];
  const share = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(ax + share * dx - x, ay + share * dy - y) <= REACH_DEG;
}

/** How many corners of one lie on the other. */
function cornersOn(chains: LonLat[][], others: LonLat[][]): Set<string> {
  const met = chains.flat().filter((corner) => others.some((line) => line.some((end, index) => index > 0 && onEdge(corner, line[index - 1] ?? end, end))));
  return new Set(met.map((corner) => corner.map((value) => Math.round(value / REACH_DEG)).join()));
}

/** True for areas that share a part of their outline, and for lines that meet. */
export function touches(one: GeoJSON.Geometry, other: GeoJSON.Geometry): boolean {
  if (one.type !== other.type) return false;
  const [a, b] = [chainsOf(one), chainsOf(other)];
  if (a.length === 0 || b.length === 0 || apart(boxOf(a), boxOf(b))) return false;
  const met = new Set([...cornersOn(a, b), ...cornersOn(b, a)]);
  return met.size >= (one.type === "MultiPolygon" ? 2 : 1);
}
