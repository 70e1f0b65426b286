/** Asks anew for those tiles only in which something was written, and draws them in place. */
import type { View } from "protomaps-leaflet";
import type { Bbox } from "../api_types";

/** The server keeps features up to this part of a tile beyond its edge. */
const MARGIN = 64 / 4096;

/** A box as parts of the world of the tile grid: x from the west, y from the north, 0 to 1. */
function worldBox([west, south, east, north]: Bbox): Bbox {
  const x = (lon: number) => lon / 360 + 0.5;
  const y = (lat: number) => 0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI);
  return [x(west), y(north), x(east), y(south)];
}

/** Those of the tiles `x:y:z` that a box of degrees touches. */
export function touchedTiles(keys: Iterable<string>, boxes: Bbox[]): string[] {
  const places = boxes.map(worldBox);
  return [...keys].filter((key) => {
    const [x = 0, y = 0, z = 0] = key.split(":").map(Number);
    const count = 2 ** z;
    return places.some(
      ([west, north, east, south]) => west * count <= x + 1 + MARGIN && east * count >= x - MARGIN && north * count <= y + 1 + MARGIN && south * count >= y - MARGIN,
    );
  });
}

/** Brings the touched tiles of a view up to date; gives back those that are to be drawn again. */
export async function refreshView({ tileCache }: View, boxes: Bbox[], tileZoom: number): Promise<string[]> {
  const { cache, inflight, source, tileSize } = tileCache;
  const keys = touchedTiles(new Set([...cache.keys(), ...inflight.keys()]), boxes);
  const shown = keys.filter((key) => key.endsWith(`:${tileZoom}`));
  for (const key of keys) if (!shown.includes(key)) cache.delete(key);
  await Promise.all(
    shown.map(async (key) => {
      const [x = 0, y = 0, z = 0] = key.split(":").map(Number);
      try {
        // What is on its way may have been made before the change.
        if (inflight.has(key)) await tileCache.get({ x, y, z });
        cache.set(key, { used: performance.now(), data: await source.get({ x, y, z }, tileSize) });
      } catch {
        cache.delete(key); // asked for again when it is drawn next
      }
    }),
  );
  return shown;
}

/** The tiles of a canvas, `x:y:z` at display zoom, that show or border one of the data tiles. */
export function displayedFrom(displayed: Iterable<string>, dataTiles: string[], above: number): string[] {
  return [...displayed].filter((key) => {
    const [x = 0, y = 0, z = 0] = key.split(":").map(Number);
    return dataTiles.some((tile) => {
      const [dataX = 0, dataY = 0, dataZ = 0] = tile.split(":").map(Number);
      const size = 2 ** (z - dataZ);
      // One tile around: names reach over the edge.
      const near = (at: number, start: number) => at >= start * size - 1 && at <= (start + 1) * size;
      return z - dataZ >= above && near(x, dataX) && near(y, dataY);
    });
  });
}
