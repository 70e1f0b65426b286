/** Corners that neighbours share, found again by their rounded positions. Pure. */
import type { LonLat } from "../api_types";
import { cornersOf, mapped } from "./corner_edits";

const SAME_DEG = 1.5e-7; // two roundings to seven decimals
const MOVED_DEG = 1e-8;

interface Step {
  from: LonLat;
  to: LonLat;
}

/** The one corner that differs between two shapes with as many corners; null when it is not just one. */
export function movedCorner(before: GeoJSON.Geometry, after: GeoJSON.Geometry): Step | null {
  const [old, now] = [cornersOf(before), cornersOf(after)];
  if (old.length !== now.length) return null;
  const steps = old.flatMap(({ position }, index): Step[] => {
    const to = now[index]?.position ?? position;
    return apart(position, to) > MOVED_DEG ? [{ from: position, to }] : [];
  });
  return steps.length === 1 ? (steps[0] ?? null) : null;
}

function apart([x, y]: LonLat, [east, north]: LonLat): number {
  return Math.max(Math.abs(x - east), Math.abs(y - north));
}

/** The shape with the corner moved; null when it has no such corner. */
export function withMoved(geometry: GeoJSON.Geometry, { from, to }: Step): GeoJSON.Geometry | null {
  let found = false;
  const shape = mapped(geometry, (position) => {
    if (apart(position, from) > SAME_DEG) return position;
    found = true;
    return to;
  });
  return found ? shape : null;
}
