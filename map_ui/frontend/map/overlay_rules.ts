/** Thematic layers as the catalogue describes them: symbols by class, labels, pins. */
import type { Feature, LabelRule, PaintRule } from "protomaps-leaflet";
import type { CatalogLayer, MapSymbol } from "../api_types";
import { token } from "../dom";
import { AreaPaint, LinePaint, PointPaint, PointPin, type Opacity } from "./paint_symbols";
import { LineText, PointText } from "./text_labels";

export const OVERLAY_SOURCE = "overlays";

export interface ActiveLayer {
  layer: CatalogLayer;
  opacity: number;
}

/** The symbol of one class: what the class says, laid over the layer's default. */
export function symbolFor(layer: CatalogLayer, value: string | null): MapSymbol {
  const own = value === null ? undefined : layer.style.values[value];
  return own ? { ...layer.style.default, ...own } : layer.style.default;
}

/** Icon names that the layer may draw. */
export function iconNames(layer: CatalogLayer): string[] {
  return [layer.style.default, ...Object.values(layer.style.values)].flatMap((symbol) => symbol.icon ?? []);
}

function symbolReader(layer: CatalogLayer): (feature: Feature) => MapSymbol {
  const known = new Map<unknown, MapSymbol>();
  return (feature) => {
    const value = feature.props["class"];
    const found = known.get(value) ?? symbolFor(layer, typeof value === "string" ? value : null);
    known.set(value, found);
    return found;
  };
}

/** Later layers are drawn over earlier ones. */
export function overlayPaintRules(active: ActiveLayer[]): PaintRule[] {
  return active.map((entry) => {
    const { layer } = entry;
    const opacity: Opacity = () => entry.opacity;
    const symbolOf = symbolReader(layer);
    const symbolizer =
      layer.geometry_type === "MultiPolygon"
        ? new AreaPaint(symbolOf, opacity)
        : layer.geometry_type === "MultiLineString"
          ? new LinePaint(symbolOf, opacity)
          : new PointPaint(symbolOf, token("map-pin-edge"), token("map-fallback"), opacity);
    return { dataSource: OVERLAY_SOURCE, dataLayer: layer.slug, symbolizer };
  });
}

function labelZoom(layer: CatalogLayer): number {
  return (layer.label_min_zoom ?? (layer.geometry_type === "Point" ? 15 : 99)) + 1;
}

function labelRules(layer: CatalogLayer): LabelRule[] {
  const common = { dataSource: OVERLAY_SOURCE, minzoom: labelZoom(layer) };
  const text = { size: 11.5, colour: token("map-label"), halo: token("map-halo") };
  if (layer.geometry_type === "MultiPolygon") {
    const overPattern = { ...text, weight: 600 as const, haloWidth: 2.5 };
    const symbolOf = symbolReader(layer);
    return [{ ...common, dataLayer: `${layer.slug}__labels`, symbolizer: new PointText((_zoom, feature) => (symbolOf(feature).pattern ? overPattern : text)) }];
  }
  if (layer.geometry_type === "MultiLineString") {
    return [{ ...common, dataLayer: layer.slug, symbolizer: new LineText(() => text) }];
  }
  const hasPins = iconNames(layer).length > 0;
  return [{ ...common, dataLayer: layer.slug, symbolizer: new PointText(() => ({ ...text, offsetY: hasPins ? 19 : 12 })) }];
}

function pinRules(entry: ActiveLayer): LabelRule[] {
  const { layer } = entry;
  if (layer.geometry_type !== "Point" || iconNames(layer).length === 0) return [];
  const pin = new PointPin(symbolReader(layer), token("map-pin-edge"), token("map-fallback"), () => entry.opacity);
  return [{ dataSource: OVERLAY_SOURCE, dataLayer: layer.slug, minzoom: 13, symbolizer: pin }];
}

/** The uppermost layer takes the room first: all pins, then all names. */
export function overlayLabelRules(active: ActiveLayer[]): LabelRule[] {
  const fromTop = [...active].reverse();
  return [...fromTop.flatMap(pinRules), ...fromTop.flatMap(({ layer }) => labelRules(layer))];
}
