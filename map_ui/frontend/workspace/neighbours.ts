/** What shapes snap to: features of the visible editable layers inside the window, drawn faintly. */
import L from "leaflet";
import { isAbort } from "../api";
import { token } from "../dom";
import { server } from "./server";

const PANE = "snap-targets";
const LIMIT = 1000;
const AGAIN_MS = 3000;
/** Farther out a window holds more shapes than anybody can snap to. */
export const SNAP_ZOOM = 16;

export class Neighbours {
  private readonly group = L.layerGroup();
  private running: AbortController | null = null;
  private timer = 0;
  private loaded = "";
  private found: GeoJSON.Feature[] = [];
  private byLayer = new Map<string, GeoJSON.Feature[]>();
  private on = false;
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly map: L.Map,
    private readonly layers: () => string[],
    private readonly left: () => Set<string | null | undefined>,
  ) {
    map.createPane(PANE).classList.add("snap-targets-pane");
    map.on("moveend", () => this.soon());
  }

  /** The shapes that are there to snap to, without those of the draft. */
  get geometries(): GeoJSON.Geometry[] {
    const left = this.left();
    return this.found.filter(({ id }) => !left.has(String(id))).map(({ geometry }) => geometry);
  }

  /** The stored features of one layer, without those of the draft. */
  features(layer: string): GeoJSON.Feature[] {
    const left = this.left();
    return (this.byLayer.get(layer) ?? []).filter(({ id }) => !left.has(String(id)));
  }

  /** Their shapes. */
  of(layer: string): GeoJSON.Geometry[] {
    return this.features(layer).map(({ geometry }) => geometry);
  }

  /** After the shapes of a window have come: what was worked out without them is out of date. */
  onLoad(listener: () => void): void {
    this.listeners.push(listener);
  }

  start(): void {
    this.on = true;
    this.group.addTo(this.map);
    this.refresh();
  }

  stop(): void {
    this.on = false;
    window.clearTimeout(this.timer);
    this.running?.abort();
    this.group.clearLayers().remove();
    this.forget();
  }

  refresh(): void {
    this.loaded = "";
    this.soon();
  }

  private soon(afterMs = 150): void {
    window.clearTimeout(this.timer);
    if (this.on) this.timer = window.setTimeout(() => void this.load(), afterMs);
  }

  private forget(): void {
    this.found = [];
    this.byLayer.clear();
    this.loaded = "";
  }

  private async load(): Promise<void> {
    if (this.map.getZoom() < SNAP_ZOOM) {
      this.group.clearLayers();
      this.forget();
      return;
    }
    const bounds = this.map.getBounds().pad(0.1);
    const bbox = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const asked = `${this.layers().join()} ${bbox.map((v) => v.toFixed(5)).join()}`;
    if (asked === this.loaded) return;
    this.running?.abort();
    this.running = new AbortController();
    const { signal } = this.running;
    try {
      const layers = this.layers();
      const found = await Promise.all(layers.map((layer) => server.items(layer, bbox, LIMIT, signal)));
      this.loaded = asked;
      this.byLayer = new Map(layers.map((layer, index) => [layer, found[index]?.features ?? []]));
      this.found = found.flatMap(({ features }) => features);
      this.show();
      for (const listener of this.listeners) listener();
    } catch (reason) {
      if (!isAbort(reason)) this.soon(AGAIN_MS); // drawing goes on without
    }
  }

  /** Shapes of the draft and the one in hand are drawn elsewhere, so they are left out here. */
  show(): void {
    const left = this.left();
    const targets = this.found.filter(({ id }) => !left.has(String(id)));
    const style = { color: token("map-select"), weight: 1, opacity: 0.28, fill: false, interactive: false, pane: PANE, pmIgnore: true, snapIgnore: false };
    this.group.clearLayers();
    // Leaves go straight into the map: a group inside a group would hide them from the snapping list.
    for (const layer of L.geoJSON(targets, { style, pane: PANE, pointToLayer: (_, at) => L.circleMarker(at, { ...style, radius: 4 }) }).getLayers()) {
      Object.assign((layer as L.Path).options, style);
      this.group.addLayer(layer);
    }
  }
}
