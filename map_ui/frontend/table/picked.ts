/** The selected features: the same in the table and on the map. */
import L from "leaflet";
import { RequestError } from "../api";
import { token } from "../dom";
import { fitShapes } from "../workspace/geometry";
import { server } from "../workspace/server";

const PANE = "picked";
const WAIT_MS = 150;

export class Picked {
  private chosen = new Set<string>();
  private shapes = new Map<string, GeoJSON.Geometry>();
  private readonly group = L.layerGroup();
  private readonly listeners: (() => void)[] = [];
  private timer = 0;

  constructor(
    private readonly map: L.Map,
    private readonly layer: () => string,
    /** The shape that the draft gives a feature; null for one that it leaves as it is. */
    private readonly drafted: (id: string) => GeoJSON.Geometry | null,
  ) {
    map.createPane(PANE).classList.add("picked-pane");
    this.group.addTo(map);
    document.addEventListener("themechange", () => this.draw());
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  get ids(): string[] {
    return [...this.chosen];
  }

  get size(): number {
    return this.chosen.size;
  }

  has(id: string): boolean {
    return this.chosen.has(id);
  }

  set(ids: Iterable<string>): void {
    this.chosen = new Set(ids);
    this.changed();
  }

  toggle(id: string): void {
    const next = new Set(this.chosen);
    if (!next.delete(id)) next.add(id);
    this.set(next);
  }

  add(ids: Iterable<string>): void {
    this.set([...this.chosen, ...ids]);
  }

  /** Another layer, or shapes that are new after publication. */
  forget(): void {
    this.shapes.clear();
    this.set([]);
  }

  async zoom(): Promise<void> {
    await this.fetchShapes();
    fitShapes(this.map, this.ids.flatMap((id) => this.shape(id) ?? []));
  }

  private shape(id: string): GeoJSON.Geometry | null {
    return this.drafted(id) ?? this.shapes.get(id) ?? null;
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
    this.draw();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.fetchShapes().then(() => this.draw()), WAIT_MS);
  }

  private async fetchShapes(): Promise<void> {
    const missing = this.ids.filter((id) => /^\d+$/.test(id) && !this.shapes.has(id)); // new ones are in the draft alone
    if (missing.length === 0) return;
    try {
      for (const [id, { geometry }] of await server.bases(this.layer(), missing)) this.shapes.set(id, geometry);
    } catch (reason) {
      if (!(reason instanceof RequestError)) throw reason; // the table says that the server is away
    }
  }

  private draw(): void {
    this.group.clearLayers();
    const colour = token("map-select");
    const style = { color: colour, weight: 3, fillColor: colour, fillOpacity: 0.2, pane: PANE, interactive: false, pmIgnore: true, snapIgnore: true };
    for (const id of this.chosen) {
      const geometry = this.shape(id);
      if (!geometry) continue;
      const shape = L.geoJSON(geometry, { pane: PANE, style, interactive: false, pointToLayer: (_, at) => L.circleMarker(at, { ...style, radius: 10 }) });
      for (const part of shape.getLayers()) this.group.addLayer(part);
    }
  }
}
