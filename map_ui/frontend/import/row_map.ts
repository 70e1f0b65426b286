/** The rows of a dry run on the map, by what becomes of them; each can be chosen and read. */
import L from "leaflet";
import { h, icon, iconButton, replaceChildren, token } from "../dom";
import { formatNumber } from "../format";
import { fillFrom } from "../shell/states";
import type { MapFrame } from "./map_frame";
import { rowCard, swatch } from "./row_card";
import { apart } from "./row_counts";
import { KINDS, LOOK, spotsOf, type ShownKind, type Spot } from "./row_kinds";
import { server } from "./server";
import type { Job, Report, RowMapData } from "./types";
import { w } from "./words";

const SHAPES_FROM = 16; // farther away a parcel is smaller than a dot
const WIDE_DEG = 0.004; // about 400 m: seen as a shape from far away, too
const CLOSE = 18;

export class RowMap {
  readonly element = h("section", { class: "card stack row-map", "aria-labelledby": "row-map-title" });
  private readonly card = h("div", { class: "row-card stack-tight", "aria-live": "polite" });
  private readonly body = h("div", { class: "stack" });
  private data!: RowMapData;
  private spots!: Record<ShownKind, Spot[]>;
  private visible = new Set<ShownKind>();
  private walk: ShownKind = "new";
  private chosen: Spot | null = null;
  private readonly select = h("select", { class: "input", id: "walk-kind" });
  private readonly position = h("span", { class: "numbers soft" });

  constructor(private readonly job: Job, private readonly report: Report, private readonly frame: MapFrame) {
    this.element.append(h("h2", { id: "row-map-title" }, w("map.title")), this.body);
    void fillFrom(this.body, () => server.rows(job.id), (data) => this.start(data));
  }

  /** Goes to a row that a finding names. */
  showRow(row: number): void {
    if (!this.spots) return;
    const kind = KINDS.find((one) => this.spots[one].some((spot) => spot.row === row));
    const spot = kind && this.spots[kind].find((one) => one.row === row);
    if (!kind || !spot) return;
    this.visible.add(kind);
    this.element.scrollIntoView({ block: "start" });
    this.choose(spot);
    this.element.querySelector<HTMLElement>(".import-map-canvas")?.focus({ preventScroll: true });
  }

  private start(data: RowMapData): Node[] {
    this.data = data;
    this.spots = spotsOf(data);
    const found = KINDS.filter((kind) => this.spots[kind].length > 0);
    // What stays as it is would hide what does not.
    const quiet: ShownKind[] = this.report.retired > 0 ? ["same"] : ["same", "missing"];
    this.visible = new Set(found.filter((kind) => !quiet.includes(kind)));
    if (this.visible.size === 0) this.visible = new Set(found);
    this.walk = (["changed", "rejected", "warned", "new", "aside", "missing", "same"] as const).find((kind) => found.includes(kind)) ?? "new";
    const near = found.flatMap((kind) => this.spots[kind]).some((spot) => spot.shape !== null && this.frame.near(boundsOf(spot)));
    const far = near ? null : h("p", { class: "note caution" }, icon("triangle-alert"), w("map.nothing_near"));
    const few = data.squares.length > 0 ? h("p", { class: "soft small" }, w("map.sampled")) : null;
    queueMicrotask(() => {
      this.frame.show(() => this.draw());
      this.frame.fit(found.filter((kind) => this.visible.has(kind)).flatMap((kind) => this.spots[kind]).map(boundsOf));
    });
    return [...(far ? [far] : []), h("p", { class: "soft" }, w(this.job.state === "undone" ? "map.text_undone" : "map.text")), this.legend(found), this.frame.element, this.walker(found), this.card, ...(few ? [few] : [])];
  }

  private legend(found: ShownKind[]): HTMLElement {
    const chips = found.map((kind) => {
      const button = h("button", { type: "button", class: "kind-chip", "aria-pressed": String(this.visible.has(kind)) }, swatch(kind), w(`kind.${kind}`), h("span", { class: "numbers" }, this.count(kind)));
      button.addEventListener("click", () => {
        if (!this.visible.delete(kind)) this.visible.add(kind);
        button.setAttribute("aria-pressed", String(this.visible.has(kind)));
        this.frame.show(() => this.draw());
      });
      return button;
    });
    return h("div", { class: "row kind-chips", role: "group", "aria-label": w("map.kinds") }, ...chips);
  }

  /** The report's own numbers; warned rows are counted as far as the map knows them. */
  private count(kind: ShownKind): string {
    if (kind === "warned") return formatNumber(this.spots.warned.length) + (this.moreWarnings() ? "+" : "");
    if (kind === "missing") return formatNumber(this.report.missing);
    return formatNumber(apart(this.report)[kind === "aside" ? "set_aside" : kind]);
  }

  private moreWarnings(): boolean {
    const known = (code: string, field: string) => this.data.findings.filter((one) => one.code === code && one.field === field).length;
    return this.report.issues.some(({ code, field, severity, count, first }) => severity === "warning" && first.some(({ row }) => row !== null) && count > known(code, field));
  }

  /** One row after the other: the way through them without a mouse, and on a phone. */
  private walker(found: ShownKind[]): HTMLElement {
    this.select.replaceChildren(...found.map((kind) => h("option", { value: kind }, `${w(`kind.${kind}`)} (${this.count(kind)})`)));
    this.select.value = this.walk;
    this.select.addEventListener("change", () => {
      this.walk = this.select.value as ShownKind;
      this.visible.add(this.walk);
      this.step(0);
    });
    const back = iconButton("chevron-left", w("map.previous"), () => this.step(-1));
    const next = iconButton("chevron-right", w("map.next"), () => this.step(1));
    this.tellPosition();
    return h("div", { class: "row walker" }, h("label", { for: "walk-kind" }, w("map.walk")), this.select, h("span", { class: "row" }, back, this.position, next));
  }

  private step(by: number): void {
    const list = this.spots[this.walk];
    const at = this.chosen ? list.indexOf(this.chosen) : -1;
    const spot = list[at < 0 ? 0 : (at + by + list.length) % list.length];
    if (spot) this.choose(spot);
  }

  private choose(spot: Spot, move = true): void {
    this.chosen = spot;
    if (this.spots[spot.kind].includes(spot)) this.select.value = this.walk = spot.kind;
    this.tellPosition();
    replaceChildren(this.card, ...rowCard(this.job, this.data, spot));
    const bounds = boundsOf(spot);
    if (spot.shape && !this.frame.near(bounds)) this.card.append(h("p", { class: "note caution" }, icon("triangle-alert"), w("row.far_away")));
    else if (spot.shape && move) this.frame.fit([bounds], CLOSE);
    this.frame.show(() => this.draw());
  }

  private tellPosition(): void {
    const list = this.spots[this.walk];
    const at = this.chosen ? list.indexOf(this.chosen) : -1;
    this.position.textContent = at < 0 ? w(list.length === 1 ? "issues.line_one" : "issues.lines", { n: formatNumber(list.length) }) : w("map.of", { n: formatNumber(at + 1), total: formatNumber(list.length) });
  }

  private draw(): void {
    const { shapes } = this.frame;
    shapes.clearLayers();
    const near = this.frame.map.getZoom() >= SHAPES_FROM;
    if (!near) this.drawSquares();
    for (const kind of [...KINDS].reverse()) if (this.visible.has(kind)) for (const spot of this.spots[kind]) this.drawSpot(spot, near);
    if (this.chosen) this.drawChosen(this.chosen);
  }

  private drawSquares(): void {
    for (const { kind, rows, place } of this.data.squares) {
      if (!this.visible.has(kind)) continue;
      this.frame.dot(place, LOOK[kind].colour, { radius: 3.5, weight: 0, fillOpacity: Math.min(0.5, 0.08 + 0.05 * Math.log2(rows)), interactive: false }).addTo(this.frame.shapes);
    }
  }

  private drawSpot(spot: Spot, near: boolean): void {
    if (!spot.shape) return;
    const { colour, dash } = LOOK[spot.kind];
    const bounds = boundsOf(spot);
    const wide = bounds.getEast() - bounds.getWest() > WIDE_DEG || bounds.getNorth() - bounds.getSouth() > WIDE_DEG;
    const middle = bounds.getCenter();
    const ring = spot.kind === "warned" || spot.kind === "aside";
    if (ring || spot.shape.type === "Point" || !(near || wide)) {
      const look = { radius: near ? 7 : 5, weight: 2.5, color: token(colour), fillOpacity: 0, ...(dash ? { dashArray: dash } : {}) };
      const mark = this.frame.dot([middle.lng, middle.lat], colour, ring ? look : near ? { radius: 7 } : { radius: 3.5 });
      mark.on("click", () => this.choose(spot, false)).addTo(this.frame.shapes);
      return;
    }
    this.outline(spot.shape, { color: token(colour), weight: 2, fillColor: token(colour), fillOpacity: spot.kind === "rejected" ? 0.05 : 0.22, ...(dash ? { dashArray: dash } : {}) })
      .on("click", () => this.choose(spot, false))
      .addTo(this.frame.shapes);
  }

  /** Where the chosen row was, and where it will be. */
  private drawChosen({ shape, source }: Spot): void {
    if (source?.before_shape) this.outline(source.before_shape, { color: token("text"), weight: 2.5, dashArray: "4 5", fill: false, interactive: false }).addTo(this.frame.shapes);
    if (shape) this.outline(shape, { color: token("map-select"), weight: 4, fillColor: token("map-select"), fillOpacity: 0.12, interactive: false }).addTo(this.frame.shapes);
  }

  private outline(shape: GeoJSON.Geometry, style: L.PathOptions): L.GeoJSON {
    const options = { ...style, renderer: this.frame.canvas, bubblingMouseEvents: false };
    return L.geoJSON(shape, { ...options, style: () => options, pointToLayer: (_, at) => L.circleMarker(at, { ...options, radius: 11 }) } as L.GeoJSONOptions);
  }
}

const known = new WeakMap<GeoJSON.Geometry, L.LatLngBounds>(); // asked for at every zoom

function boundsOf({ shape }: Spot): L.LatLngBounds {
  if (!shape) return L.latLngBounds([]);
  const bounds = known.get(shape) ?? L.geoJSON(shape).getBounds();
  known.set(shape, bounds);
  return bounds;
}
