/** Length and area on the map, computed on the plane of the city's VN-2000 zone. */
import L from "leaflet";
import type { LonLat } from "../api_types";
import { areaM2, lengthM, type Zone } from "../coordinates";
import { h, icon, iconButton, replaceChildren, token } from "../dom";
import { formatArea, formatLength } from "../format";
import { t } from "../i18n";

type Kind = "length" | "area";

export class MeasureTool {
  active = false;
  private kind: Kind = "length";
  private points: L.LatLng[] = [];
  private finished = false;
  private readonly drawn = L.layerGroup();
  private readonly result = h("output", { class: "measure-result numbers", "aria-live": "polite" });
  private readonly hint = h("p", { class: "soft small" });
  private readonly kinds: Record<Kind, HTMLButtonElement>;
  readonly element: HTMLElement;

  constructor(
    private readonly map: L.Map,
    private readonly zone: Zone,
    private readonly onEnd: () => void,
  ) {
    this.kinds = {
      length: h("button", { type: "button", class: "segment", click: () => this.setKind("length") }, t("measure.length")),
      area: h("button", { type: "button", class: "segment", click: () => this.setKind("area") }, t("measure.area")),
    };
    this.element = this.toolbar();
    map.on("click", (event) => this.active && this.add(event.latlng));
    map.on("mousemove", (event) => this.active && !this.finished && this.draw(event.latlng));
    map.on("dblclick", () => this.active && this.finish());
    map.getContainer().addEventListener("keydown", (event) => this.onKey(event));
  }

  start(): void {
    this.active = true;
    this.element.hidden = false;
    this.drawn.addTo(this.map);
    this.map.doubleClickZoom.disable();
    this.map.getContainer().classList.add("measuring");
    this.setKind(this.kind);
    this.map.getContainer().focus();
  }

  stop(): void {
    if (!this.active) return;
    this.active = false;
    this.element.hidden = true;
    this.drawn.remove();
    this.map.doubleClickZoom.enable();
    this.map.getContainer().classList.remove("measuring");
    this.onEnd();
  }

  private toolbar(): HTMLElement {
    const kinds = h("div", { class: "segments", role: "group", "aria-label": t("measure.kind") }, this.kinds.length, this.kinds.area);
    const undo = iconButton("undo-2", t("measure.undo"), () => this.undo());
    const again = iconButton("trash-2", t("measure.again"), () => this.setKind(this.kind));
    const close = iconButton("x", t("measure.close"), () => this.stop());
    const zone = h("p", { class: "soft small" }, t("measure.zone", { zone: this.zone.name }));
    const head = h("div", { class: "measure-head" }, icon("ruler"), kinds, undo, again, close);
    return h("section", { class: "measure", hidden: true, "aria-label": t("measure.name") }, head, this.result, this.hint, zone);
  }

  private setKind(kind: Kind): void {
    this.kind = kind;
    for (const [name, button] of Object.entries(this.kinds)) button.setAttribute("aria-pressed", String(name === kind));
    this.points = [];
    this.finished = false;
    this.draw(null);
  }

  private add(position: L.LatLng): void {
    if (this.finished) this.points = [];
    this.finished = false;
    const last = this.points.at(-1);
    // The second click of a double click falls on the same spot.
    if (!last || this.map.latLngToContainerPoint(last).distanceTo(this.map.latLngToContainerPoint(position)) > 3) this.points.push(position);
    this.draw(null);
  }

  private undo(): void {
    this.points.pop();
    this.finished = false;
    this.draw(null);
  }

  private finish(): void {
    this.finished = true;
    this.draw(null);
  }

  /** Without a mouse: Space or Enter sets a point in the middle of the map, Backspace takes it back. */
  private onKey(event: KeyboardEvent): void {
    if (!this.active || event.target !== this.map.getContainer()) return;
    if (event.key === " " || event.key === "Enter") this.add(this.map.getCenter());
    else if (event.key === "Backspace") this.undo();
    else return;
    event.preventDefault();
  }

  private draw(pointer: L.LatLng | null): void {
    const line = pointer && this.points.length > 0 ? [...this.points, pointer] : this.points;
    const colour = token("map-measure");
    const style = { color: colour, weight: 3, fillColor: colour, fillOpacity: 0.14, interactive: false };
    this.drawn.clearLayers();
    if (line.length > 1) (this.kind === "area" ? L.polygon(line, style) : L.polyline(line, style)).addTo(this.drawn);
    for (const point of this.points) {
      L.circleMarker(point, { radius: 5, color: colour, weight: 2, fillColor: token("map-pin-edge"), fillOpacity: 1, interactive: false }).addTo(this.drawn);
    }
    this.tell(line.map((point): LonLat => [point.lng, point.lat]));
  }

  private tell(line: LonLat[]): void {
    const enough = line.length >= (this.kind === "area" ? 3 : 2);
    this.hint.textContent = enough ? t("measure.finish") : t(this.kind === "area" ? "measure.start_area" : "measure.start_length");
    if (!enough) {
      replaceChildren(this.result, "–");
      return;
    }
    if (this.kind === "length") {
      replaceChildren(this.result, formatLength(lengthM(line, this.zone)));
      return;
    }
    const around = formatLength(lengthM([...line, line[0]!], this.zone));
    replaceChildren(this.result, formatArea(areaM2(line, this.zone)), h("small", {}, t("measure.perimeter", { length: around })));
  }
}
