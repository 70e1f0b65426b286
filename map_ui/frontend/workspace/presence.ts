/** Tells others what is in hand here, and shows where others are at work. */
import L from "leaflet";
import { h, icon } from "../dom";
import { say } from "../shell/messages";
import type { LiveEditing } from "../viewer/live";
import type { Others } from "../viewer/others";
import { newKey } from "./draft";
import { boundsOf } from "./geometry";
import { server } from "./server";
import { w } from "./words";

const LOOK_MS = 1000;
const SAY_MS = 10_000; // the server forgets after half a minute

export interface Held {
  layer: string;
  id: string | null;
  geometry: GeoJSON.Geometry | null;
}

export interface PresenceOptions {
  map: L.Map;
  others: Others;
  held(): Held | null;
}

/** What is told of a feature in hand; null while there is nothing to tell. */
export function told(held: Held | null): { layer: string; id: string | null; bbox_4326: number[] | null } | null {
  if (!held) return null;
  const { layer, id, geometry } = held;
  if (id !== null) return { layer, id, bbox_4326: null };
  if (!geometry) return null;
  const bounds = boundsOf(geometry);
  return { layer, id, bbox_4326: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()] };
}

export class Presence {
  private readonly page = newKey("page-");
  private readonly marks: L.LayerGroup;
  private editing: LiveEditing[] = [];
  private said = "null";
  private saidAt = 0;
  private warned = "";

  constructor(private readonly options: PresenceOptions) {
    this.marks = L.layerGroup().addTo(options.map);
    options.others.onEditing((marks) => this.show(marks));
    window.setInterval(() => this.look(), LOOK_MS);
    window.addEventListener("pagehide", () => this.said !== "null" && this.say(null));
  }

  private look(): void {
    const now = told(this.options.held());
    const due = now !== null && Date.now() - this.saidAt > SAY_MS;
    if (due || JSON.stringify(now) !== this.said) this.say(now);
    this.warn();
  }

  private say(now: ReturnType<typeof told>): void {
    this.said = JSON.stringify(now);
    this.saidAt = Date.now();
    // What is not heard now is said again in a moment, or is over by itself.
    void (now ? server.hold(this.page, now) : server.release(this.page)).catch(() => undefined);
  }

  private show(marks: LiveEditing[]): void {
    this.editing = marks;
    this.marks.clearLayers();
    for (const mark of marks) for (const shape of markOf(mark)) this.marks.addLayer(shape);
    this.warn();
  }

  /** Said once for each feature and person: both may go on, and the server merges or asks. */
  private warn(): void {
    const held = this.options.held();
    const same = held?.id ? this.editing.filter(({ layer, id }) => layer === held.layer && id === held.id) : [];
    const names = same.map(({ name }) => name).join(", ");
    const key = names && held ? `${held.layer} ${held.id} ${names}` : "";
    if (key && key !== this.warned) say(w("presence.same", { name: names }), "caution");
    this.warned = key;
  }
}

function markOf({ name, bbox_4326: [west, south, east, north] }: LiveEditing): L.Layer[] {
  const words = w("presence.editing", { name });
  const label = h("span", { class: "presence-mark", title: words }, icon("pencil", "icon-small"), h("span", {}, words));
  const badge = L.divIcon({ html: label, className: "presence-holder", iconSize: [0, 0] });
  const at: L.LatLngTuple = [north, (west + east) / 2];
  return [
    L.rectangle([[south, west], [north, east]], { className: "presence-box", interactive: false, fill: false, weight: 2, dashArray: "6 4" }),
    L.marker(at, { icon: badge, interactive: false, keyboard: false }),
  ];
}
