/** The layers of a file as its person knows them: those that we make of a file are named in words. */
import { w } from "./words";

const OURS = /^(infrastructure|topography|tourism): (point|line|area)$/;
const LEVEL = /^(.+): (point|line|area|text|parcel)$/;
const READING = /^(.*): E=(.+), N=(.+)$/s;
type OurTheme = "infrastructure" | "topography" | "tourism";
type Kind = "point" | "line" | "area" | "text" | "parcel";

/** "infrastructure: line" → "Hạ tầng: đường"; levels of a drawing likewise; a name of the file itself stays. */
export function layerName(layer: string, drawing = false): string {
  const [, sheet = "", east = "", north = ""] = READING.exec(layer) ?? [];
  if (east) return w("layer.reading", { sheet, east, north });
  const [, level = "", kind = ""] = (drawing && LEVEL.exec(layer)) || [];
  if (level) return w(`layer.${kind as Kind}`, { level });
  const parts = OURS.exec(layer);
  return parts ? `${w(`osm.${parts[1] as OurTheme}`)}: ${w(`shape.${parts[2] as "point" | "line" | "area"}s`).toLowerCase()}` : layer;
}

/** Whether files are a drawing, whose layers are its levels. */
export function isDrawing(files: readonly { name: string }[]): boolean {
  return files.some(({ name }) => /\.(dxf|dgn)$/i.test(name));
}

/** Whether the layers are ways to read the same table: which column is north, which is east. */
export function areReadings(layers: readonly string[]): boolean {
  return layers.length > 1 && layers.every((layer) => READING.test(layer));
}

/** Those made for the theme first: they are what somebody wants who imports into it. */
export function byTheme(layers: readonly string[], theme: string): string[] {
  const own = (layer: string) => (OURS.exec(layer)?.[1] === theme ? 0 : 1);
  return [...layers].sort((one, other) => own(one) - own(other));
}
