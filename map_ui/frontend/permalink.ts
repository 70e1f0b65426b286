/** The part of an address after "#": where the map stands and what it shows.
 *  Example: #map=15/10.35400/106.36300&layers=roads,parcels:0.6&sel=parcels/123&base=own */
export interface MapState {
  zoom: number;
  lat: number;
  lon: number;
}

export interface Permalink {
  map: MapState | null;
  layers: { slug: string; opacity: number }[] | null;
  selection: { layer: string; id: string } | null;
  base: string | null;
}

const SLUG = /^[a-z0-9][a-z0-9-]*$/;

function parsedMap(text: string | null): MapState | null {
  const numbers = (text ?? "").split("/").map(Number);
  const [zoom, lat, lon] = numbers;
  if (numbers.length !== 3 || zoom === undefined || lat === undefined || lon === undefined) return null;
  const inside = zoom >= 0 && zoom <= 24 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
  return inside ? { zoom, lat, lon } : null; // NaN compares false
}

function parsedLayers(text: string | null): Permalink["layers"] {
  if (text === null) return null;
  return text.split(",").flatMap((part) => {
    const [slug = "", opacityText = "1"] = part.split(":");
    const opacity = Number(opacityText);
    if (!SLUG.test(slug) || !(opacity >= 0 && opacity <= 1)) return [];
    return [{ slug, opacity }];
  });
}

function parsedSelection(text: string | null): Permalink["selection"] {
  const [layer = "", id = "", ...rest] = (text ?? "").split("/");
  return SLUG.test(layer) && /^[\w-]+$/.test(id) && rest.length === 0 ? { layer, id } : null;
}

/** What the hash says; parts that make no sense are null, never an error. */
export function parsePermalink(hash: string): Permalink {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const base = parameters.get("base");
  return {
    map: parsedMap(parameters.get("map")),
    layers: parsedLayers(parameters.get("layers")),
    selection: parsedSelection(parameters.get("sel")),
    base: base && SLUG.test(base) ? base : null,
  };
}

/** The hash for a state, "#" included; readable, so commas, slashes and colons stay as they are. */
export function permalinkHash(state: Permalink): string {
  const parts: string[] = [];
  if (state.map) {
    const zoom = Number(state.map.zoom.toFixed(2));
    parts.push(`map=${zoom}/${state.map.lat.toFixed(5)}/${state.map.lon.toFixed(5)}`);
  }
  if (state.layers) {
    const layers = state.layers.map(({ slug, opacity }) => (opacity === 1 ? slug : `${slug}:${Number(opacity.toFixed(2))}`));
    parts.push(`layers=${layers.join(",")}`);
  }
  if (state.selection) parts.push(`sel=${state.selection.layer}/${state.selection.id}`);
  if (state.base) parts.push(`base=${state.base}`);
  return `#${parts.join("&")}`;
}

/** Keeps the same place in the other language's address. */
export function carryHashToLinks(hash: string): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-keeps-place]")) {
    link.hash = hash;
  }
}
