/** Legend pictures: each symbol as the map draws it, as a small SVG. */
import type { CatalogLayer, GeometryKind, MapSymbol } from "../api_types";
import { h, placeIcon, svg } from "../dom";
import { t } from "../i18n";
import { symbolFor } from "../map/overlay_rules";
import type { StoredLayer } from "./layer_store";

const WIDTH = 28;
const HEIGHT = 20;

function patternLines(name: string, colour: string): Node[] {
  if (name === "dots") {
    return [6, 14, 22].flatMap((x) => [6, 14].map((y) => svg("circle", { cx: x, cy: y, r: 1.4, fill: colour })));
  }
  const line = (x1: number, x2: number) => svg("line", { x1, y1: 19, x2, y2: 1, stroke: colour, "stroke-width": 1.4 });
  const rising = [-12, -4, 4, 12, 20].map((x) => line(x, x + 18));
  return name === "cross" ? [...rising, ...[-12, -4, 4, 12, 20].map((x) => line(x + 18, x))] : rising;
}

function areaShapes(symbol: MapSymbol): Node[] {
  const frame = { x: 1, y: 1, width: WIDTH - 2, height: HEIGHT - 2, rx: 2 };
  const shapes: Node[] = [];
  if (symbol.fill) shapes.push(svg("rect", { ...frame, fill: symbol.fill, "fill-opacity": symbol.fill_opacity ?? 1 }));
  if (symbol.pattern) shapes.push(...patternLines(symbol.pattern, symbol.stroke ?? symbol.fill ?? "#555"));
  const outline = { fill: "none", stroke: symbol.stroke, "stroke-width": Math.min(symbol.stroke_width ?? 1, 2.5) };
  if (symbol.stroke) shapes.push(svg("rect", { ...frame, ...outline, "stroke-dasharray": symbol.dash?.map((d) => d / 2).join(" ") }));
  return shapes;
}

function lineShapes(symbol: MapSymbol): Node[] {
  const style = { stroke: symbol.stroke ?? symbol.fill, "stroke-width": Math.min(symbol.stroke_width ?? 1, 6), fill: "none" };
  return [svg("path", { d: "M1 15 C9 15 10 5 27 5", ...style, "stroke-dasharray": symbol.dash?.join(" ") })];
}

/** One symbol's picture; decorative, the words beside it carry the meaning. */
export function swatch(kind: GeometryKind, symbol: MapSymbol): Element {
  if (kind === "Point") {
    const disc = h("span", { class: "pin-swatch", "aria-hidden": "true" }, symbol.icon ? placeIcon(symbol.icon) : null);
    disc.style.setProperty("--pin", symbol.fill ?? "var(--map-fallback)");
    return disc;
  }
  const shapes = kind === "MultiPolygon" ? areaShapes(symbol) : lineShapes(symbol);
  return svg("svg", { class: "swatch", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" }, ...shapes);
}

function legendOf(layer: CatalogLayer): HTMLElement[] {
  const entries = layer.legend.length > 0 ? layer.legend : [{ value: null, label: layer.title, symbol: layer.style.default }];
  return entries.map((entry) => {
    const symbol = { ...symbolFor(layer, entry.value), ...entry.symbol };
    return h("li", {}, swatch(layer.geometry_type, symbol), h("span", {}, entry.label || layer.title));
  });
}

/** The whole legend of a layer. */
export function legendList(entry: StoredLayer): HTMLElement {
  if (entry.item.kind === "vector") return h("ul", { class: "legend" }, ...legendOf(entry.item.layer));
  const { raster } = entry.item;
  const rows = raster.legend.map(({ label, color }) => {
    const square = h("span", { class: "colour-swatch", "aria-hidden": "true" });
    square.style.backgroundColor = color;
    return h("li", {}, square, h("span", {}, label));
  });
  const unit = raster.unit ? h("p", { class: "legend-unit" }, t("legend.unit", { unit: raster.unit })) : null;
  return h("div", {}, unit, h("ul", { class: "legend" }, ...rows));
}

/** The first colours of a layer with many classes, side by side. */
function bands(symbols: MapSymbol[]): HTMLElement {
  const colours = [...new Set(symbols.flatMap((symbol) => symbol.fill ?? []))].slice(0, 4);
  const stops = colours.map((colour, index) => `${colour} ${(100 * index) / colours.length}% ${(100 * (index + 1)) / colours.length}%`);
  const band = h("span", { class: "colour-swatch", "aria-hidden": "true" });
  band.style.backgroundImage = `linear-gradient(90deg, ${stops.join(", ")})`;
  return band;
}

/** The picture that stands for a layer in the tree. */
export function layerSwatch(entry: StoredLayer): Element {
  if (entry.item.kind === "vector") {
    const { layer } = entry.item;
    const symbols = layer.legend.map((line) => ({ ...symbolFor(layer, line.value), ...line.symbol }));
    if (symbols.length > 1 && layer.geometry_type === "MultiPolygon" && !symbols[0]?.pattern) return bands(symbols);
    return swatch(layer.geometry_type, (symbols.length === 1 && symbols[0]) || layer.style.default);
  }
  const ramp = h("span", { class: "colour-swatch", "aria-hidden": "true" });
  const colours = entry.item.raster.legend.map(({ color }) => color);
  if (colours.length > 1) ramp.style.backgroundImage = `linear-gradient(90deg, ${colours.join(", ")})`;
  return ramp;
}
