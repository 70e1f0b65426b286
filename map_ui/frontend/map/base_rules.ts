/** The own basemap: how the city's water, parks, buildings, roads and wards are drawn. */
import type { Feature, LabelRule, PaintRule } from "protomaps-leaflet";
import type { MapSymbol } from "../api_types";
import { token } from "../dom";
import type { TiledLayer } from "./layer_tiles";
import { AreaPaint, InnerHalo, LinePaint } from "./paint_symbols";
import { LineText, PointText } from "./text_labels";

/** The layers of the own basemap in drawing order; one tile request brings them all.
 *  `min_zoom` is the tile zoom from which the basemap wants them: houses only when they can be told apart. */
export const BASE_TILES: TiledLayer[] = [
  { slug: "water", min_zoom: 0 },
  { slug: "land-cover", min_zoom: 0 },
  { slug: "green-areas", min_zoom: 0 },
  { slug: "buildings", min_zoom: 15 },
  { slug: "roads", min_zoom: 0 },
  { slug: "wards", min_zoom: 0 },
];
export const BASE_LAYERS = BASE_TILES.map(({ slug }) => slug);
export const BASE_SOURCE = "base";

interface RoadClass {
  /** Width in pixels at display zooms 12, 14, 16 and 18. */
  widths: [number, number, number, number];
  fromZoom: number;
  main: boolean;
}

const ROADS: Record<string, RoadClass> = {
  trunk: { widths: [2.6, 5, 10, 20], fromZoom: 8, main: true },
  bridge: { widths: [2.4, 4.6, 9.5, 19], fromZoom: 8, main: true },
  primary: { widths: [2, 4.2, 9, 18], fromZoom: 8, main: true },
  secondary: { widths: [1.5, 3.4, 7.5, 15], fromZoom: 11, main: false },
  tertiary: { widths: [1, 2.8, 6.5, 13], fromZoom: 12, main: false },
  residential: { widths: [0.6, 1.8, 5, 10], fromZoom: 13, main: false },
  alley: { widths: [0.4, 1.2, 3, 6.5], fromZoom: 14, main: false },
};
const PLAIN_ROAD = ROADS["residential"]!;

function classOf(feature: Feature): string {
  const value = feature.props["class"];
  return typeof value === "string" ? value : "";
}

function roadClass(feature: Feature): RoadClass {
  return ROADS[classOf(feature)] ?? PLAIN_ROAD;
}

/** Pixels at this zoom, between the given stops. */
function roadWidth(road: RoadClass, zoom: number): number {
  const at = Math.min(Math.max((zoom - 12) / 2, 0), 3.5);
  const low = Math.min(Math.floor(at), 2);
  const [from, to] = [road.widths[low] ?? 1, road.widths[low + 1] ?? 1];
  return from + (to - from) * (at - low);
}

function area(layer: string, symbol: MapSymbol, filter?: (zoom: number, feature: Feature) => boolean, minzoom = 0): PaintRule {
  const rule: PaintRule = { dataSource: BASE_SOURCE, dataLayer: layer, symbolizer: new AreaPaint(() => symbol), minzoom };
  return filter ? { ...rule, filter } : rule;
}

function ofClass(...names: string[]): (zoom: number, feature: Feature) => boolean {
  return (_zoom, feature) => names.includes(classOf(feature));
}

function roadRule(casing: boolean, main: boolean): PaintRule {
  const colour = casing ? token(main ? "map-road-main-casing" : "map-road-casing") : token(main ? "map-road-main" : "map-road");
  const symbolizer = new LinePaint((feature, zoom) => {
    const width = roadWidth(roadClass(feature), zoom);
    if (casing && width < 1.6) return null; // a casing wider than the road would make it grey
    return { stroke: casing || width >= 1.6 ? colour : token("map-road-casing"), stroke_width: casing ? width + 1.8 : width };
  });
  return {
    dataSource: BASE_SOURCE,
    dataLayer: "roads",
    symbolizer,
    filter: (zoom, feature) => roadClass(feature).main === main && zoom >= roadClass(feature).fromZoom,
  };
}

function wardBorder(): PaintRule[] {
  const line = new AreaPaint(() => ({ stroke: token("map-ward"), stroke_width: 1.2, dash: [14, 5, 3, 5] }));
  const halo = new InnerHalo(token("map-ward-halo"), 6);
  return [halo, line].map((symbolizer) => ({ dataSource: BASE_SOURCE, dataLayer: "wards", symbolizer }));
}

/** Everything below the labels, from the ground up. */
export function basePaintRules(): PaintRule[] {
  const water = { fill: token("map-water"), stroke: token("map-bank"), stroke_width: 1 };
  const land = { fill: token("map-land"), stroke: token("map-bank"), stroke_width: 1 };
  const park = { fill: token("map-park"), stroke: token("map-park-line"), stroke_width: 0.75 };
  const building = { fill: token("map-building"), stroke: token("map-building-line"), stroke_width: 0.6 };
  return [
    area("wards", { fill: token("map-land") }),
    area("land-cover", { fill: token("map-built-up") }, ofClass("built_up")),
    area("water", water),
    area("land-cover", land, ofClass("islet")),
    area("green-areas", park),
    area("buildings", building, undefined, 16),
    roadRule(true, false),
    roadRule(true, true),
    roadRule(false, false),
    roadRule(false, true),
    ...wardBorder(),
  ];
}

function roadLabels(main: boolean, minzoom: number): LabelRule {
  const text = { colour: token("map-label-road"), halo: token("map-halo") };
  return {
    dataSource: BASE_SOURCE,
    dataLayer: "roads",
    minzoom,
    filter: (zoom, feature) => roadClass(feature).main === main && zoom >= (classOf(feature) === "alley" ? 18 : minzoom),
    symbolizer: new LineText((zoom) => ({ ...text, size: zoom >= 17 ? 12.5 : 11.5, weight: main ? 600 : 400 })),
  };
}

/** Rivers early, canals and ponds only where there is room for them. */
function waterLabels(): LabelRule {
  const text = { colour: token("map-label-water"), halo: token("map-halo"), lineChars: 16 };
  return {
    dataSource: BASE_SOURCE,
    dataLayer: "water__labels",
    minzoom: 11,
    filter: (zoom, feature) => zoom >= (classOf(feature) === "river" ? 11 : 15),
    symbolizer: new PointText((zoom, feature) => {
      const river = classOf(feature) === "river";
      return { ...text, size: river ? 14 : zoom >= 16 ? 12.5 : 11.5, spacing: river ? 2 : 0.4, weight: river ? 600 : 400, apart: river ? 420 : 160 };
    }),
  };
}

function parkLabels(): LabelRule {
  const text = { colour: token("map-label-park"), halo: token("map-halo"), lineChars: 16 };
  return {
    dataSource: BASE_SOURCE,
    dataLayer: "green-areas__labels",
    minzoom: 16,
    symbolizer: new PointText((zoom) => ({ ...text, size: zoom >= 17 ? 12.5 : 11.5 })),
  };
}

function wardLabels(): LabelRule {
  const text = { weight: 600 as const, colour: token("map-label-ward"), halo: token("map-halo"), spacing: 1.2, capitals: true };
  return {
    dataSource: BASE_SOURCE,
    dataLayer: "wards__labels",
    minzoom: 11,
    maxzoom: 16,
    symbolizer: new PointText((zoom) => ({ ...text, size: zoom >= 14 ? 13 : 11.5, lineChars: zoom >= 14 ? 20 : 12 })),
  };
}

/** Names; the first rule wins the room. */
export function baseLabelRules(): LabelRule[] {
  return [
    wardLabels(),
    waterLabels(),
    roadLabels(true, 13),
    parkLabels(),
    roadLabels(false, 15),
  ];
}
