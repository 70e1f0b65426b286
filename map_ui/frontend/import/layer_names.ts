/** The layers of a file as its person knows them: those of OpenStreetMap are made by us, and named in words. */
import { w } from "./words";

const OURS = /^(infrastructure|topography|tourism): (point|line|area)$/;
type OurTheme = "infrastructure" | "topography" | "tourism";

/** "infrastructure: line" → "Hạ tầng: đường"; a name of the file itself stays. */
export function layerName(layer: string): string {
  const parts = OURS.exec(layer);
  return parts ? `${w(`osm.${parts[1] as OurTheme}`)}: ${w(`shape.${parts[2] as "point" | "line" | "area"}s`).toLowerCase()}` : layer;
}

/** Those made for the theme first: they are what somebody wants who imports into it. */
export function byTheme(layers: readonly string[], theme: string): string[] {
  const own = (layer: string) => (OURS.exec(layer)?.[1] === theme ? 0 : 1);
  return [...layers].sort((one, other) => own(one) - own(other));
}
