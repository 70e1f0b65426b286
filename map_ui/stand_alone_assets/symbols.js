"use strict";
/** Symbols of the catalogue as Leaflet options, pins and legend pictures. */
const SVG = "http://www.w3.org/2000/svg";
const FALLBACK = "#5b6a77";
const SMALLEST_PIN = 7; // px; smaller discs carry no icon

function svg(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/** What the class says, laid over the layer's default. */
function symbolOf(style, value) {
  return { ...style.default, ...(Object.hasOwn(style.values, value) ? style.values[value] : {}) };
}

/** Leaflet's path options of a symbol. */
function pathOptions(symbol, type) {
  const line = type === "MultiLineString";
  const stroke = symbol.stroke ?? (line ? (symbol.fill ?? FALLBACK) : undefined);
  return {
    stroke: stroke !== undefined && symbol.stroke_width !== 0,
    color: stroke ?? FALLBACK,
    weight: symbol.stroke_width ?? (line ? 2 : 1),
    dashArray: symbol.dash?.length ? symbol.dash : null,
    fill: !line && symbol.fill !== undefined,
    fillColor: symbol.fill ?? FALLBACK,
    fillOpacity: symbol.fill_opacity ?? 0.65,
  };
}

/** Options of the small disc that stands for a point. */
function discOptions(symbol) {
  return {
    radius: Math.min(symbol.radius ?? 5, 6),
    color: symbol.stroke ?? "#ffffff",
    weight: 1.25,
    fillColor: symbol.fill ?? FALLBACK,
    fillOpacity: 1,
  };
}

/** The disc with its icon; size in pixels. */
function pinPicture(symbol, paths, size) {
  const half = size / 2;
  const scale = (size * 0.62) / 15;
  const icon = svg(
    "g",
    { fill: "#ffffff", transform: `translate(${half} ${half}) scale(${scale}) translate(-7.5 -7.5)` },
    ...paths.map((d) => svg("path", { d })),
  );
  const disc = { cx: half, cy: half, r: half - 1, fill: symbol.fill ?? FALLBACK, stroke: "#ffffff", "stroke-width": 1.5 };
  return svg("svg", { width: size, height: size, viewBox: `0 0 ${size} ${size}`, "aria-hidden": "true" }, svg("circle", disc), icon);
}

function carriesPin(symbol, icons) {
  return symbol.icon !== undefined && Object.hasOwn(icons, symbol.icon) && (symbol.radius ?? 10) >= SMALLEST_PIN;
}

/** A legend picture of 28 × 20 pixels. */
function swatch(symbol, type, icons) {
  if (type === "Point" && carriesPin(symbol, icons)) return pinPicture(symbol, icons[symbol.icon], 20);
  const options = pathOptions(symbol, type);
  const line = {
    stroke: options.stroke ? options.color : "none",
    "stroke-width": Math.min(options.weight, 5),
    "stroke-dasharray": options.dashArray?.join(" ") ?? "none",
  };
  const fill = { fill: options.fill ? options.fillColor : "none", "fill-opacity": options.fillOpacity };
  const shapes = {
    Point: () => svg("circle", { cx: 14, cy: 10, r: Math.min(symbol.radius ?? 5, 6), ...fill, "fill-opacity": 1, ...line }),
    MultiLineString: () => svg("line", { x1: 2, y1: 10, x2: 26, y2: 10, ...line }),
    MultiPolygon: () => svg("rect", { x: 3, y: 3, width: 22, height: 14, rx: 2, ...fill, ...line }),
  };
  return svg("svg", { width: 28, height: 20, viewBox: "0 0 28 20", "aria-hidden": "true" }, shapes[type]());
}
