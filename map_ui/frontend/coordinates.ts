/** WGS 84 degrees ↔ metres of the city's VN-2000 zone, and reading positions that people type. */
import proj4 from "proj4";
import type { LonLat } from "./api_types";

export interface Zone {
  name: string;
  toMetres(lonLat: LonLat): [easting: number, northing: number];
  toLonLat(easting: number, northing: number): LonLat;
}

/** `definition` is the official proj4 string of the catalogue (with its seven datum parameters). */
export function zoneOf(name: string, definition: string): Zone {
  const converter = proj4("+proj=longlat +datum=WGS84 +no_defs", definition);
  return {
    name,
    toMetres: (lonLat) => converter.forward<[number, number]>([...lonLat]),
    toLonLat: (easting, northing) => converter.inverse<[number, number]>([easting, northing]),
  };
}

/** Numbers of a text in either language: "10,354 106,363", "1.145.000,5; 567.890" and "10.354, 106.363". */
function typedNumbers(text: string): number[] {
  const thousands = /\d\.\d{3}\.\d{3}/.test(text); // 1.145.000 is no decimal
  const decimalComma = thousands || (/\d,\d/.test(text) && !text.includes("."));
  const separated = decimalComma ? text.replace(/(\d)\.(?=\d{3}(\D|$))/g, "$1").replace(/(\d),(?=\d)/g, "$1.") : text;
  return (separated.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
}

const ANGLE = /([NBEĐD])?\s*(\d{1,3})\s*[°º]\s*(\d{1,2}(?:[.,]\d+)?)\s*['′’]\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:"|″|”|''|′′|’’)\s*)?([NBEĐD])?/giu;

/** Two angles in degrees, minutes and seconds: latitude first unless their letters say otherwise. */
function typedAngles(text: string): LonLat | null {
  const found = [...text.matchAll(ANGLE)];
  if (found.length !== 2 || /[\p{L}\d]/u.test(text.replace(ANGLE, ""))) return null;
  const [first, second] = found.map(([, before, d, m, s = "0", after]) => {
    const [minutes, seconds] = [Number(m?.replace(",", ".")), Number(s.replace(",", "."))];
    const degrees = minutes < 60 && seconds < 60 ? Number(d) + minutes / 60 + seconds / 3600 : NaN;
    return { degrees, east: /[EĐD]/iu.test(before ?? after ?? "") };
  });
  if (!first || !second || Number.isNaN(first.degrees + second.degrees)) return null;
  const [lat, lon] = first.east || first.degrees > 90 ? [second.degrees, first.degrees] : [first.degrees, second.degrees];
  return lat <= 90 && lon <= 180 ? [lon, lat] : null;
}

/** The position that a text names: "lat, lon" in degrees, or VN-2000 "X (northing) Y (easting)"; otherwise null. */
export function parsedPosition(text: string, zone: Zone | null): LonLat | null {
  if (/['′’]/.test(text)) return typedAngles(text);
  const bare = text.replace(/\((Bắc|Đông|N|E)\)/g, " ").replace(/[°;XYxyNEBĐm:=]|, (?=[\dY])/g, " ");
  if (/\p{L}/u.test(bare)) return null;
  const [first, second, ...rest] = typedNumbers(bare);
  if (first === undefined || second === undefined || rest.length > 0) return null;
  if (Math.abs(first) <= 90 && second > 90 && second <= 180) return [second, first];
  if (Math.abs(second) <= 90 && first > 90 && first <= 180) return [first, second];
  if (!zone || Math.min(first, second) < 100_000) return null;
  // Northings of the country are above 900 km and eastings below; so the order typed does not matter.
  const [northing, easting] = first > second ? [first, second] : [second, first];
  return northing > 900_000 && northing < 2_700_000 ? zone.toLonLat(easting, northing) : null;
}

/** Metres along the points, on the plane of the zone. */
export function lengthM(points: LonLat[], zone: Zone): number {
  const metres = points.map((point) => zone.toMetres(point));
  return metres.slice(1).reduce((sum, [e, n], index) => {
    const [e0, n0] = metres[index] ?? [e, n];
    return sum + Math.hypot(e - e0, n - n0);
  }, 0);
}

/** Square metres of the closed ring, on the plane of the zone (shoelace formula). */
export function areaM2(points: LonLat[], zone: Zone): number {
  const metres = points.map((point) => zone.toMetres(point));
  const twice = metres.reduce((sum, [e, n], index) => {
    const [e1, n1] = metres[(index + 1) % metres.length] ?? [e, n];
    return sum + (e * n1 - e1 * n);
  }, 0);
  return Math.abs(twice) / 2;
}
