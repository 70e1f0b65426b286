/** A Leaflet map of the city: basemaps, overlays, rasters, and words when tiles do not come. */
import L from "leaflet";
import type { Basemap, CatalogRaster, City } from "../api_types";
import { h } from "../dom";
import { t } from "../i18n";
import type { MapState } from "../permalink";
import { ABOVE_PICTURES, VectorLayer } from "./vector_layer";

export interface CityMap {
  map: L.Map;
  vectors: VectorLayer;
  useBasemap(key: string): void;
  useRasters(active: { raster: CatalogRaster; opacity: number }[]): void;
}

export interface CityMapOptions {
  city: Pick<City, "name" | "bbox_4326" | "center" | "zoom">;
  basemaps: Basemap[];
  /** Slugs of the basemap's layers that the city publishes. */
  baseLayers: string[];
  illustrative: boolean;
  start: MapState | null;
  basemap: string | null;
  onReach?(reachable: boolean): void;
}

const FARTHEST_ZOOM = 10;
const CLOSEST_ZOOM = 20;

export function cityBounds(city: Pick<City, "bbox_4326">): L.LatLngBounds {
  const [west, south, east, north] = city.bbox_4326;
  return L.latLngBounds([south, west], [north, east]);
}

function emptyMap(container: HTMLElement, city: CityMapOptions["city"], start: MapState | null): L.Map {
  const map = L.map(container, {
    zoomControl: false,
    attributionControl: false,
    fadeAnimation: false,
    minZoom: FARTHEST_ZOOM,
    maxZoom: CLOSEST_ZOOM,
    maxBounds: cityBounds(city).pad(1.5),
    maxBoundsViscosity: 0.6,
    keyboardPanDelta: 120,
    doubleClickZoom: true,
  });
  const [lon, lat] = city.center;
  map.setView([start?.lat ?? lat, start?.lon ?? lon], start?.zoom ?? city.zoom);
  container.setAttribute("role", "application");
  container.setAttribute("aria-roledescription", t("map.role"));
  container.setAttribute("aria-label", t("map.name", { city: city.name }));
  return map;
}

class Basemaps {
  private tiles: L.TileLayer | null = null;

  constructor(
    private readonly map: L.Map,
    private readonly vectors: VectorLayer,
    private readonly known: Basemap[],
    private readonly attribution: HTMLElement,
    private readonly ownAttribution: string,
  ) {}

  use(key: string): void {
    const chosen = this.known.find((basemap) => basemap.key === key) ?? this.known[0];
    this.tiles?.remove();
    this.tiles = null;
    if (chosen?.type === "xyz" && chosen.url) {
      this.tiles = L.tileLayer(chosen.url, { maxNativeZoom: chosen.max_zoom ?? 19, maxZoom: CLOSEST_ZOOM, zIndex: 0 });
      this.tiles.addTo(this.map);
    }
    this.attribution.textContent = chosen?.attribution || this.ownAttribution;
    this.vectors.setBase(!this.tiles);
  }
}

class Rasters {
  private shown = new Map<string, L.TileLayer>();

  constructor(
    private readonly map: L.Map,
    private readonly vectors: VectorLayer,
  ) {
    map.createPane("rasters").classList.add("rasters-pane");
    map.createPane(ABOVE_PICTURES).classList.add("above-pictures-pane");
  }

  use(active: { raster: CatalogRaster; opacity: number }[]): void {
    this.vectors.setSplit(active.length > 0);
    const wanted = new Map(active.map((entry) => [entry.raster.slug, entry]));
    for (const [slug, layer] of this.shown) {
      if (wanted.has(slug)) continue;
      layer.remove();
      this.shown.delete(slug);
    }
    for (const [slug, { raster, opacity }] of wanted) {
      const layer = this.shown.get(slug) ?? this.layerOf(raster);
      this.shown.set(slug, layer);
      layer.setOpacity(opacity);
    }
  }

  private layerOf(raster: CatalogRaster): L.TileLayer {
    const options: L.TileLayerOptions = { pane: "rasters", maxNativeZoom: raster.max_zoom, maxZoom: CLOSEST_ZOOM, minZoom: raster.min_zoom };
    if (raster.bbox_4326) {
      const [west, south, east, north] = raster.bbox_4326;
      options.bounds = L.latLngBounds([south, west], [north, east]);
    }
    return L.tileLayer(raster.tiles, options).addTo(this.map);
  }
}

export function createCityMap(container: HTMLElement, options: CityMapOptions): CityMap {
  const { city } = options;
  const map = emptyMap(container, city, options.start);
  const vectors = new VectorLayer(map, {
    bbox: city.bbox_4326,
    baseLayers: options.baseLayers,
    onReach: (reachable) => options.onReach?.(reachable),
  });
  // Leaflet's own attribution control writes markup; this one holds text.
  const attribution = h("p", { class: "attribution" });
  container.append(attribution);
  // The map itself says when what it shows is only illustrative.
  const ownAttribution = t(options.illustrative ? "map.own_illustrative" : "map.own_attribution");
  const basemaps = new Basemaps(map, vectors, options.basemaps, attribution, ownAttribution);
  const rasters = new Rasters(map, vectors);
  basemaps.use(options.basemap ?? "own");
  document.addEventListener("themechange", () => vectors.redraw());
  window.addEventListener("online", () => vectors.redraw());
  return {
    map,
    vectors,
    useBasemap: (key) => basemaps.use(key),
    useRasters: (active) => rasters.use(active),
  };
}
