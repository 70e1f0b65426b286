/** A small picture of a shape: its outline alone, north up. */
import type { LonLat } from "../api_types";
import { svg } from "../dom";
import { outlinesOf } from "./geometry";

const SIZE = 56;
const EDGE = 4;

export function sketch(geometry: GeoJSON.Geometry): SVGElement {
  const lines = geometry.type === "Point" ? [] : outlinesOf(geometry);
  const all = lines.flat();
  const [west, south] = [Math.min(...all.map(([lon]) => lon)), Math.min(...all.map(([, lat]) => lat))];
  const [east, north] = [Math.max(...all.map(([lon]) => lon)), Math.max(...all.map(([, lat]) => lat))];
  const narrow = Math.cos((south * Math.PI) / 180); // a degree of longitude is shorter than one of latitude
  const scale = (SIZE - 2 * EDGE) / Math.max((east - west) * narrow, north - south, 1e-9);
  const place = ([lon, lat]: LonLat) => `${(EDGE + (lon - west) * narrow * scale).toFixed(1)} ${(EDGE + (north - lat) * scale).toFixed(1)}`;
  const path = lines.map((line) => `M${line.map(place).join("L")}${geometry.type === "MultiPolygon" ? "Z" : ""}`).join("");
  const mark = all.length > 0 ? svg("path", { d: path, "fill-rule": "evenodd" }) : svg("circle", { cx: SIZE / 2, cy: SIZE / 2, r: 6 });
  return svg("svg", { class: `sketch ${geometry.type === "MultiLineString" ? "of-line" : ""}`, viewBox: `0 0 ${SIZE} ${SIZE}`, "aria-hidden": "true" }, mark);
}
