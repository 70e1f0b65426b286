/** Surveyors' geometry on the plane of the city's VN-2000 zone: distances, bearings, moves, turns.
 *  Bearings are grid bearings: degrees from north, clockwise, 0 to 360. */
import type { LonLat } from "../api_types";
import type { Zone } from "../coordinates";

// A tenth of a millimetre: finer than any survey.
const DECIMALS = 1e9;
const DEGREE = Math.PI / 180;

export function roundedPosition([lon, lat]: readonly number[]): LonLat {
  return [Math.round((lon ?? 0) * DECIMALS) / DECIMALS, Math.round((lat ?? 0) * DECIMALS) / DECIMALS];
}

function turn(degrees: number): number {
  return ((degrees % 360) + 360) % 360;
}

export function metresBetween(from: LonLat, to: LonLat, zone: Zone): number {
  const [e0, n0] = zone.toMetres(from);
  const [e1, n1] = zone.toMetres(to);
  return Math.hypot(e1 - e0, n1 - n0);
}

export function bearingDeg(from: LonLat, to: LonLat, zone: Zone): number {
  const [e0, n0] = zone.toMetres(from);
  const [e1, n1] = zone.toMetres(to);
  return turn(Math.atan2(e1 - e0, n1 - n0) / DEGREE);
}

/** The turn from the direction of the edge before: 0 goes straight on, positive is to the right; -180 to 180. */
export function deflectionDeg(before: number, bearing: number): number {
  const angle = turn(bearing - before);
  return angle > 180 ? angle - 360 : angle;
}

/** The position so many metres east and north. */
export function shifted(position: LonLat, eastM: number, northM: number, zone: Zone): LonLat {
  const [easting, northing] = zone.toMetres(position);
  return roundedPosition(zone.toLonLat(easting + eastM, northing + northM));
}

/** The position at a distance in metres along a bearing. */
export function destination(from: LonLat, metres: number, bearing: number, zone: Zone): LonLat {
  return shifted(from, metres * Math.sin(bearing * DEGREE), metres * Math.cos(bearing * DEGREE), zone);
}

/** The position turned clockwise about a centre. */
export function turned(position: LonLat, centre: LonLat, degrees: number, zone: Zone): LonLat {
  if (position[0] === centre[0] && position[1] === centre[1]) return position;
  return destination(centre, metresBetween(centre, position, zone), bearingDeg(centre, position, zone) + degrees, zone);
}
