/** Typed reads of the server's JSON. Every failure is a `RequestError` that says who is to blame. */
import type { Bbox, Catalog, LayerRows, MapFeature, Places, Problem, RasterValue, SearchResult } from "./api_types";
import { language } from "./i18n";

export type FailureKind = "offline" | "refused" | "missing" | "server";

export class RequestError extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

type Query = Record<string, string | number | null | undefined>;

/** The address with its query; empty values are left out. */
export function addressOf(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") parameters.set(key, String(value));
  }
  const text = parameters.toString();
  return text ? `${path}?${text}` : path;
}

function failureKind(status: number): FailureKind {
  if (status === 404) return "missing";
  return status >= 500 ? "server" : "refused";
}

async function problemTitle(response: Response): Promise<string> {
  try {
    const problem = (await response.json()) as Problem;
    return problem.detail ?? problem.title;
  } catch {
    return response.statusText;
  }
}

/** The parsed JSON of `path`; throws RequestError, or AbortError when `signal` fires. */
export async function readJson<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const options: RequestInit = { headers: { Accept: "application/json" }, credentials: "same-origin" };
  if (signal) options.signal = signal;
  const response = await fetch(addressOf(path, query), options).catch((reason: unknown) => {
    if (reason instanceof DOMException && reason.name === "AbortError") throw reason;
    throw new RequestError("offline", 0, String(reason));
  });
  if (!response.ok) {
    throw new RequestError(failureKind(response.status), response.status, await problemTitle(response));
  }
  return (await response.json()) as T;
}

export function isAbort(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === "AbortError";
}

/** JSON that the page carries in a <script type="application/json"> block, or null. */
export function embeddedJson<T>(id: string): T | null {
  const block = document.getElementById(id);
  return block?.textContent ? (JSON.parse(block.textContent) as T) : null;
}

function embeddedPlaces(): Places | null {
  const places = embeddedJson<Places["places"]>("places");
  const categories = embeddedJson<Places["categories"]>("categories");
  const layers = embeddedJson<Places["layers"]>("place-layers");
  return places && categories && layers ? { places, categories, layers } : null;
}

export const api = {
  catalog: () => embeddedJson<Catalog>("catalog") ?? readJson<Catalog>("/api/catalog", { lang: language }),
  places: () => embeddedPlaces() ?? api.placesNow(),
  placesNow: () => readJson<Places>("/api/places", { lang: language }),
  feature: (layer: string, id: string, signal?: AbortSignal) =>
    readJson<MapFeature>(`/api/features/${encodeURIComponent(layer)}/${encodeURIComponent(id)}`, { lang: language }, signal),
  identify: (lon: number, lat: number, zoom: number, layers: string[], signal?: AbortSignal) =>
    readJson<{ features: MapFeature[] }>(
      "/api/identify",
      { lon: lon.toFixed(7), lat: lat.toFixed(7), zoom, layers: layers.join(","), lang: language },
      signal,
    ),
  search: (q: string, near: { lon: number; lat: number } | null, signal?: AbortSignal) =>
    readJson<{ results: SearchResult[] }>(
      "/api/search",
      { q, lang: language, limit: 8, lon: near?.lon.toFixed(5), lat: near?.lat.toFixed(5) },
      signal,
    ),
  rows: (layer: string, bbox: Bbox | null, q: string, after: string, signal?: AbortSignal) =>
    readJson<LayerRows>(
      `/api/layers/${encodeURIComponent(layer)}/rows`,
      { bbox: bbox?.map((v) => v.toFixed(6)).join(","), q, limit: 50, after, lang: language },
      signal,
    ),
  rasterValue: (slug: string, lon: number, lat: number, signal?: AbortSignal) =>
    readJson<RasterValue>(
      `/api/rasters/${encodeURIComponent(slug)}/value`,
      { lon: lon.toFixed(7), lat: lat.toFixed(7) },
      signal,
    ),
};
