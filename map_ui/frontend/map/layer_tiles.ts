/** Vector tiles of several layers in one request, decoded for the canvas renderer. */
import { VectorTile } from "@mapbox/vector-tile";
import Protobuf from "pbf";
import type { Bbox, Feature, JsonObject, TileSource, Zxy } from "protomaps-leaflet";

/** Tiles finer than this are not asked for; closer zooms enlarge these (4096 units stay crisp). */
export const FINEST_TILE_ZOOM = 17;
/** A tile of zoom z is drawn at display zoom z + 1, 512 CSS pixels wide: a quarter of the requests. */
export const DISPLAY_ABOVE_TILE = 1;
export const TILE_PIXELS = 512;

export interface TiledLayer {
  slug: string;
  min_zoom: number;
}

/** Slugs that hold data at this tile zoom, in the order given. */
export function slugsAt(layers: TiledLayer[], tileZoom: number): string[] {
  return layers.filter((layer) => Math.min(layer.min_zoom, FINEST_TILE_ZOOM) <= tileZoom).map((layer) => layer.slug);
}

function bboxOf(rings: { x: number; y: number }[][]): Bbox {
  const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  for (const ring of rings) {
    for (const { x, y } of ring) {
      box.minX = Math.min(box.minX, x);
      box.maxX = Math.max(box.maxX, x);
      box.minY = Math.min(box.minY, y);
      box.maxY = Math.max(box.maxY, y);
    }
  }
  return box;
}

/** Layer name → features, with coordinates scaled to `tilePixels`. */
export function decodedTile(bytes: ArrayBuffer, tilePixels: number): Map<string, Feature[]> {
  const layers = new Map<string, Feature[]>();
  for (const [name, layer] of Object.entries(new VectorTile(new Protobuf(bytes)).layers)) {
    const scale = tilePixels / layer.extent;
    const features = Array.from({ length: layer.length }, (_, index): Feature => {
      const feature = layer.feature(index);
      const geom = feature.loadGeometry();
      for (const ring of geom) for (const point of ring) point._mult(scale);
      return {
        // The id of the feature lies beside its attributes.
        props: { ...feature.properties, ...(feature.id === undefined ? {} : { id: String(feature.id) }) } as JsonObject,
        geom,
        bbox: bboxOf(geom),
        geomType: feature.type as unknown as Feature["geomType"],
        numVertices: geom.reduce((sum, ring) => sum + ring.length, 0),
      };
    });
    layers.set(name, features);
  }
  return layers;
}

const PAUSES_MS = [600, 2500];

/** The bytes of a tile; tries again twice, because a busy server or a weak network is busy or weak for seconds. */
async function patientBytes(address: string, signal: AbortSignal, failures = 0): Promise<ArrayBuffer> {
  try {
    const response = await fetch(address, { signal, credentials: "same-origin" });
    if (!response.ok) throw new Error(`${address}: HTTP ${response.status}`);
    return await response.arrayBuffer();
  } catch (reason) {
    const pause = PAUSES_MS[failures];
    if (signal.aborted || pause === undefined) throw reason;
    await new Promise((resolve) => window.setTimeout(resolve, pause));
    return patientBytes(address, signal, failures + 1);
  }
}

export class LayerTiles implements TileSource {
  private pending: { zoom: number; controller: AbortController }[] = [];

  /** `report(false)` is called when a tile could not be had, `report(true)` when one came again;
   *  `tileZoom()` is the zoom that the reader looks at now. */
  constructor(
    private readonly layers: TiledLayer[],
    private readonly labelLanguage: string,
    private readonly tileZoom: () => number,
    private readonly report: (reachable: boolean) => void,
  ) {}

  async get(tile: Zxy, tilePixels: number): Promise<Map<string, Feature[]>> {
    const slugs = slugsAt(this.layers, tile.z);
    if (slugs.length === 0) return new Map();
    const controller = this.controllerFor(tile.z);
    try {
      const address = `/tiles/${slugs.join(",")}/${tile.z}/${tile.x}/${tile.y}.mvt?lang=${this.labelLanguage}`;
      const bytes = await patientBytes(address, controller.signal);
      this.report(true);
      return decodedTile(bytes, tilePixels);
    } catch (reason) {
      // Zoomed out and in again: the cache above still waits for this very answer.
      if (controller.signal.aborted && this.tileZoom() === tile.z) return await this.get(tile, tilePixels);
      if (!controller.signal.aborted) this.report(false);
      throw reason;
    } finally {
      this.pending = this.pending.filter((entry) => entry.controller !== controller);
    }
  }

  /** Requests of other zooms are given up: nobody looks at them any more. */
  private controllerFor(zoom: number): AbortController {
    for (const entry of this.pending) if (entry.zoom !== zoom) entry.controller.abort();
    const controller = new AbortController();
    this.pending.push({ zoom, controller });
    return controller;
  }
}
