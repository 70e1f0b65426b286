/** Tracing: while something is drawn, corners follow the outlines of the visible editable features. */
import L from "leaflet";
import type { LonLat } from "../api_types";
import { iconButton, token } from "../dom";
import { formatLength } from "../format";
import { lengthM } from "../coordinates";
import type { Editor } from "./editor";
import { outlinesOf } from "./geometry";
import { SNAP_ZOOM } from "./neighbours";
import { metresBetween } from "./planar";
import { networkOf, spotNear, waysBetween, type Network, type Spot } from "./trace_path";
import { w } from "./words";

const REACH_PIXELS = 12;
const SAME_PLACE_M = 0.002;

interface Trace {
  spot: Spot;
  way: LonLat[] | null;
  hasOther: boolean;
}

export class Tracing {
  on = false;
  readonly button: HTMLButtonElement;
  private other = false;
  private network: Network | null = null;
  private trace: Trace | null = null;
  private pointer: L.LatLng | null = null;
  private readonly preview: L.Polyline;

  constructor(private readonly editor: Editor) {
    const { map } = editor.options;
    this.button = iconButton("waypoints", w("edit.trace"), () => this.toggle(), { "aria-pressed": "false", "aria-keyshortcuts": "T" });
    this.preview = L.polyline([], { weight: 5, opacity: 0.75, interactive: false, pmIgnore: true, snapIgnore: true } as L.PolylineOptions);
    editor.onChange(() => this.changed());
    editor.neighbours.onLoad(() => this.reached());
    map.on("mousemove", (event) => this.follow(event.latlng, event.originalEvent.altKey));
    map.on("moveend", () => document.activeElement === map.getContainer() && this.follow(map.getCenter(), false));
    map.getContainer().addEventListener("click", (event) => this.clicked(event), { capture: true });
  }

  /** What the hint says while tracing is on; null while it is off. */
  get hint(): string | null {
    if (!this.on || !this.editor.shapes.drawing) return null;
    if (this.editor.options.map.getZoom() < SNAP_ZOOM) return w("hint.trace_zoom");
    const { way, hasOther } = this.trace ?? {};
    if (!way) return w("hint.trace");
    const corners = this.editor.shapes.corners.slice(-1);
    const length = formatLength(lengthM([...corners, ...way], this.editor.options.zone));
    return w(hasOther ? "hint.trace_ways" : "hint.trace_way", { length, n: way.length });
  }

  /** On; then the other way round where there is one; else off. */
  press(): boolean {
    if (!this.editor.active) return false;
    if (this.on && this.trace?.hasOther) {
      this.other = !this.other;
      if (this.pointer) this.follow(this.pointer, false);
    } else this.toggle();
    return true;
  }

  toggle(): void {
    this.on = !this.on;
    this.other = false;
    this.button.setAttribute("aria-pressed", String(this.on));
    this.changed();
    this.editor.refresh();
  }

  /** Off; false when it was. */
  escape(): boolean {
    if (!this.on || !this.editor.shapes.drawing) return false;
    this.toggle();
    return true;
  }

  /** Adds the way to a position, or the place of an outline there; false where no outline is near. */
  take(position: L.LatLng): boolean {
    if (!this.working) return false;
    this.follow(position, false);
    const { trace } = this;
    if (!trace) return false;
    for (const corner of trace.way ?? [trace.spot.position]) this.editor.shapes.addCorner(corner);
    this.other = false;
    this.show(null);
    this.editor.refresh();
    return true;
  }

  private get working(): boolean {
    return this.on && this.editor.shapes.drawing && this.editor.form?.geometry_type !== "Point";
  }

  private changed(): void {
    this.network = null;
    this.button.disabled = this.editor.form?.geometry_type === "Point" || this.editor.locked;
    if (!this.working) this.show(null);
  }

  /** Outlines of another part of the map have come. */
  private reached(): void {
    this.network = null;
    if (this.pointer) this.follow(this.pointer, false);
  }

  private outlines(): Network {
    const { neighbours, options, key } = this.editor;
    const { draft, zone } = options;
    const steps = draft.operations.filter((step) => step.kind !== "delete" && step.key !== key).map((step) => draft.geometry(step.key));
    this.network ??= networkOf([...neighbours.geometries, ...steps].flatMap(outlinesOf), zone);
    return this.network;
  }

  private follow(position: L.LatLng, alt: boolean): void {
    if (!this.working) return;
    this.pointer = position;
    this.show(this.traceTo([position.lng, position.lat], alt !== this.other));
    this.editor.refreshHint();
  }

  private traceTo(position: LonLat, other: boolean): Trace | null {
    const { map, zone } = this.editor.options;
    const network = this.outlines();
    const spot = spotNear(network, position, REACH_PIXELS * metresPerPixel(map, position, zone), zone);
    if (!spot) return null;
    const last = this.editor.shapes.corners.at(-1);
    const start = last ? spotNear(network, last, SAME_PLACE_M, zone) : null;
    const ways = start && waysBetween(network, start, spot);
    return { spot, way: ways ? ((other && ways.other) || ways.shorter) : null, hasOther: Boolean(ways?.other) };
  }

  private show(trace: Trace | null): void {
    this.trace = trace;
    if (!trace?.way) {
      this.preview.remove();
      return;
    }
    const line = [...this.editor.shapes.corners.slice(-1), ...trace.way];
    this.preview.setLatLngs(line.map(([lon, lat]) => L.latLng(lat, lon))).setStyle({ color: token("accent") }).addTo(this.editor.options.map);
  }

  /** Before the drawing library hears of it: it would snap one corner where a whole way is wanted. */
  private clicked(event: MouseEvent): void {
    const { map } = this.editor.options;
    if (!this.working || (map.dragging as unknown as { moved(): boolean }).moved() || (event.target as Element).closest(".leaflet-control")) return;
    if (event.altKey) this.other = !this.other;
    if (!this.take(map.mouseEventToLatLng(event))) return;
    event.stopImmediatePropagation();
    event.preventDefault();
  }
}

function metresPerPixel(map: L.Map, [lon, lat]: LonLat, zone: Editor["options"]["zone"]): number {
  const at = map.latLngToContainerPoint([lat, lon]);
  const beside = map.containerPointToLatLng(at.add([100, 0]));
  return metresBetween([lon, lat], [beside.lng, beside.lat], zone) / 100;
}
