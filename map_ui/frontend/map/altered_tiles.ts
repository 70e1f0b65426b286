/** Tiles with features taken out and others put in: a layer as it would be, or as it was, in its own symbols. */
import Point from "@mapbox/point-geometry";
import type { Feature, TileSource, Zxy } from "protomaps-leaflet";

/** A feature beside those of the tiles; degrees (WGS 84). */
export interface AddedFeature {
  id: string;
  class: string;
  label: string;
  geometry: GeoJSON.Geometry;
}

export interface Alteration {
  /** Ids of the features that are not drawn; all of the layer's are left out when it is "all". */
  hidden: Set<string> | "all";
  added: AddedFeature[];
}

/** Slug → what differs in that layer. */
export type Alterations = Map<string, Alteration>;

const LABELS = "__labels";
const KIND = { Point: 1, MultiPoint: 1, LineString: 2, MultiLineString: 2, Polygon: 3, MultiPolygon: 3 } as const;
const MARGIN_PX = 64; // wide lines and pins reach over the edge of their tile

interface Flat {
  type: 1 | 2 | 3;
  parts: GeoJSON.Position[][];
}

function flat(geometry: GeoJSON.Geometry): Flat | null {
  switch (geometry.type) {
    case "Point":
      return { type: 1, parts: [[geometry.coordinates]] };
    case "MultiPoint":
    case "LineString":
      return { type: KIND[geometry.type], parts: [geometry.coordinates] };
    case "MultiLineString":
    case "Polygon":
      return { type: KIND[geometry.type], parts: geometry.coordinates };
    case "MultiPolygon":
      return { type: 3, parts: geometry.coordinates.flat() };
    default:
      return null;
  }
}

/** Pixels inside the tile z/x/y, whose side is `tilePixels`. */
export function tilePoint([lon = 0, lat = 0]: GeoJSON.Position, { z, x, y }: Zxy, tilePixels: number): Point {
  const side = 2 ** z * tilePixels;
  const sine = Math.sin((lat * Math.PI) / 180);
  const across = ((lon + 180) / 360) * side;
  const down = (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * side;
  return new Point(across - x * tilePixels, down - y * tilePixels);
}

function bboxOf(parts: Point[][]): Feature["bbox"] {
  const all = parts.flat();
  const xs = all.map(({ x }) => x);
  const ys = all.map(({ y }) => y);
  return { minX: Math.min(...xs), minY: Math.min(...ys), maxX: Math.max(...xs), maxY: Math.max(...ys) };
}

function tileFeature({ id, class: kind, label, geometry }: AddedFeature, tile: Zxy, tilePixels: number): Feature | null {
  const shape = flat(geometry);
  if (!shape) return null;
  const geom = shape.parts.map((part) => part.map((position) => tilePoint(position, tile, tilePixels)));
  const bbox = bboxOf(geom);
  const outside = bbox.maxX < -MARGIN_PX || bbox.maxY < -MARGIN_PX || bbox.minX > tilePixels + MARGIN_PX || bbox.minY > tilePixels + MARGIN_PX;
  if (outside || geom.every((part) => part.length === 0)) return null;
  const numVertices = geom.reduce((sum, part) => sum + part.length, 0);
  return { props: { id, class: kind, label }, geom, bbox, geomType: shape.type as unknown as Feature["geomType"], numVertices };
}

/** The middle of an area's largest ring, if this tile holds it. */
function labelPoint(feature: Feature, tilePixels: number): Feature | null {
  const widest = [...feature.geom].sort((a, b) => b.length - a.length)[0] ?? [];
  const box = bboxOf([widest]);
  const middle = new Point((box.minX + box.maxX) / 2, (box.minY + box.maxY) / 2);
  if (middle.x < 0 || middle.y < 0 || middle.x >= tilePixels || middle.y >= tilePixels) return null;
  const bbox = { minX: middle.x, maxX: middle.x, minY: middle.y, maxY: middle.y };
  return { ...feature, geom: [[middle]], bbox, geomType: KIND.Point as unknown as Feature["geomType"], numVertices: 1 };
}

/** What an alteration makes of one layer of a decoded tile. */
export function alteredLayers(tiles: Map<string, Feature[]>, slug: string, { hidden, added }: Alteration, tile: Zxy, tilePixels: number): void {
  const stays = ({ props }: Feature) => hidden !== "all" && !hidden.has(String(props["id"]));
  const mine = added.flatMap((feature) => tileFeature(feature, tile, tilePixels) ?? []);
  tiles.set(slug, [...(tiles.get(slug) ?? []).filter(stays), ...mine]);
  const areas = mine.filter(({ geomType, props }) => (geomType as number) === KIND.Polygon && props["label"]);
  const names = areas.flatMap((feature) => labelPoint(feature, tilePixels) ?? []);
  tiles.set(slug + LABELS, [...(tiles.get(slug + LABELS) ?? []).filter(stays), ...names]);
}

export class AlteredTiles implements TileSource {
  constructor(
    private readonly source: TileSource,
    private readonly alterations: Alterations,
  ) {}

  async get(tile: Zxy, tilePixels: number): Promise<Map<string, Feature[]>> {
    const tiles = new Map(await this.source.get(tile, tilePixels));
    for (const [slug, alteration] of this.alterations) alteredLayers(tiles, slug, alteration, tile, tilePixels);
    return tiles;
  }
}
