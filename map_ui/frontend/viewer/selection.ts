/** What lies at a click or behind a link: asks the server, shows the sheet, marks it on the map. */
import L from "leaflet";
import { api, RequestError } from "../api";
import type { LonLat, MapFeature } from "../api_types";
import type { Zone } from "../coordinates";
import { h, token } from "../dom";
import { t } from "../i18n";
import { say } from "../shell/messages";
import { coveredEdges, phone, type Panel } from "../shell/panel";
import { emptyState, fillFrom } from "../shell/states";
import { featureChoices, featureSheet, positionFacts, rasterRow } from "./feature_sheet";
import { BASE_LAYERS } from "../map/base_rules";
import type { LayerStore } from "./layer_store";
import { overlaps, type LiveChange } from "./live";

export interface SelectionOptions {
  map: L.Map;
  panel: Panel;
  store: LayerStore;
  zone: Zone;
  onChange(): void;
  /** More buttons for the sheet of a feature. */
  buttons?(feature: MapFeature): HTMLElement[];
}

export class Selection {
  current: { layer: string; id: string } | null = null;
  private readonly marks: L.LayerGroup;
  private shown: { feature: MapFeature; back: (() => void) | null } | null = null;
  private running: AbortController | null = null;

  constructor(private readonly options: SelectionOptions) {
    this.marks = L.layerGroup().addTo(options.map);
  }

  /** Everything under a position; one hit opens at once, several become a list. */
  async identify(position: L.LatLng): Promise<void> {
    const { panel } = this.options;
    this.clearMarks();
    this.spot(position);
    panel.title.textContent = t("feature.here");
    panel.show("half");
    await fillFrom(panel.body, () => this.asked(position), ({ features, rasters }) => this.found(position, features, rasters));
    this.options.onChange();
  }

  /** Opens one feature by its layer and id. */
  async open(layer: string, id: string, moveMap: boolean, focus = false): Promise<void> {
    const { panel } = this.options;
    panel.title.textContent = t("feature.selected");
    panel.show("half", focus);
    const signal = this.freshSignal();
    await fillFrom(panel.body, () => api.feature(layer, id, signal), (feature) => {
      if (moveMap) this.zoomTo(feature);
      return this.sheet(feature, null);
    });
    this.options.onChange();
  }

  /** The open sheet follows what others write. */
  async refresh(changes: LiveChange[]): Promise<void> {
    const { shown } = this;
    const touched = ({ layer, bbox_4326 }: LiveChange) => shown?.feature.layer === layer && overlaps(shown.feature.bbox_4326, bbox_4326);
    if (!shown || !changes.some(touched)) return;
    const { layer, id, provenance } = shown.feature;
    try {
      const feature = await api.feature(layer, id);
      if (this.shown !== shown || feature.provenance.version === provenance.version) return;
      this.options.panel.body.replaceChildren(...this.sheet(feature, shown.back));
      say(t("live.sheet_changed"));
    } catch (reason) {
      if (!(reason instanceof RequestError) || reason.kind !== "missing" || this.shown !== shown) return;
      this.clear();
      say(t("live.sheet_gone"), "caution");
    }
  }

  clear(): void {
    this.running?.abort();
    this.clearMarks();
    this.options.panel.hide();
    this.options.onChange();
  }

  private freshSignal(): AbortSignal {
    this.running?.abort();
    this.running = new AbortController();
    return this.running.signal;
  }

  private async asked(position: L.LatLng) {
    const { lng, lat } = position;
    const signal = this.freshSignal();
    const shown = this.options.store.visible;
    const slugs = shown.flatMap(({ item }) => (item.kind === "vector" ? [item.layer.slug] : []));
    const rasters = shown.flatMap(({ item }) => (item.kind === "raster" ? [item.raster] : []));
    const [features, values] = await Promise.all([
      this.hits(position, slugs, signal),
      Promise.all(rasters.map(async (raster) => rasterRow(raster.title, await api.rasterValue(raster.slug, lng, lat, signal)))),
    ]);
    return { features, rasters: values };
  }

  /** Features of the layers that are on; where there are none, what the basemap shows. */
  private async hits({ lng, lat }: L.LatLng, slugs: string[], signal: AbortSignal): Promise<MapFeature[]> {
    const zoom = this.options.map.getZoom();
    const base = BASE_LAYERS.filter((slug) => this.options.store.find(slug) && !slugs.includes(slug)).reverse();
    const found = slugs.length > 0 ? (await api.identify(lng, lat, zoom, slugs, signal)).features : [];
    if (found.length > 0 || base.length === 0) return found;
    const { features } = await api.identify(lng, lat, zoom, base, signal);
    // Of the basemap one road and one ward are enough; the nearest comes first.
    return features.filter((feature, index) => features.findIndex(({ layer }) => layer === feature.layer) === index);
  }

  private found(position: L.LatLng, features: MapFeature[], rasters: HTMLElement[]): Node[] {
    const place = positionFacts([position.lng, position.lat] satisfies LonLat, this.options.zone);
    const [only] = features;
    if (features.length === 1 && only) return [...this.sheet(only, null), ...rasters, place];
    if (features.length > 1) return [this.choices(position, features, rasters), ...rasters, place];
    const nothing = rasters.length > 0 ? null : emptyState("mouse-pointer-2", t("feature.nothing"), t("feature.nothing_text"));
    return [...(nothing ? [nothing] : []), ...rasters, place];
  }

  private choices(position: L.LatLng, features: MapFeature[], rasters: HTMLElement[]): HTMLElement {
    const body = this.options.panel.body;
    const count = h("p", { class: "soft small list-count" }, t("feature.several", { n: features.length }));
    const list = featureChoices(features, (feature) => {
      const back = () => {
        this.clearMarks();
        this.spot(position);
        body.replaceChildren(...this.found(position, features, rasters));
      };
      body.replaceChildren(...this.sheet(feature, back));
      body.querySelector<HTMLElement>(".back")?.focus();
      this.options.onChange();
    });
    return h("div", {}, count, list);
  }

  private sheet(feature: MapFeature, back: (() => void) | null): Node[] {
    this.clearMarks();
    this.current = { layer: feature.layer, id: feature.id };
    this.shown = { feature, back };
    this.highlight(feature);
    return featureSheet(feature, { back, zoomTo: (chosen) => this.zoomTo(chosen), buttons: this.options.buttons?.(feature) ?? [] });
  }

  private zoomTo(feature: MapFeature): void {
    const [west, south, east, north] = feature.bbox_4326;
    this.options.map.fitBounds(L.latLngBounds([south, west], [north, east]), { maxZoom: 18, ...coveredEdges() });
    if (phone.matches) this.options.panel.setHeight("half");
  }

  private clearMarks(): void {
    this.current = null;
    this.shown = null;
    this.marks.clearLayers();
  }

  private spot(position: L.LatLng): void {
    L.circleMarker(position, { radius: 5, color: token("map-select"), weight: 2, fillOpacity: 0.25, interactive: false }).addTo(this.marks);
  }

  private highlight(feature: MapFeature): void {
    const colour = token("map-select");
    const halo = { color: token("map-pin-edge"), weight: 6, opacity: 0.8, fill: false, interactive: false };
    const line = { color: colour, weight: 3, fillColor: colour, fillOpacity: 0.16, interactive: false };
    const pointToLayer = (_: unknown, at: L.LatLng) => L.circleMarker(at, { radius: 14, ...line, fillOpacity: 0 });
    if (feature.geometry.type !== "Point") L.geoJSON(feature.geometry, { style: halo, interactive: false }).addTo(this.marks);
    L.geoJSON(feature.geometry, { style: line, pointToLayer, interactive: false }).addTo(this.marks);
  }
}
