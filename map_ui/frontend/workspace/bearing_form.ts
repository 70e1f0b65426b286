/** The next corner by distance and angle from the one before, shown on the map while it is typed. */
import L from "leaflet";
import type { LonLat } from "../api_types";
import { h, icon, token } from "../dom";
import { formatNumber } from "../format";
import type { CornerWork } from "./corner_work";
import { bearingDeg, destination } from "./planar";
import { typedAngle, typedNumber } from "./typed_numbers";
import { w } from "./words";

export class BearingForm {
  readonly element: HTMLElement;
  private readonly distance = h("input", { class: "input numbers", id: "next-distance", inputmode: "decimal", autocomplete: "off", placeholder: "12,50", "aria-describedby": "next-said" });
  private readonly angle = h("input", { class: "input numbers", id: "next-angle", autocomplete: "off", placeholder: "45,5 · 45°30'", "aria-describedby": "next-said" });
  private readonly kind = h("select", { class: "input", id: "next-kind" }, h("option", { value: "bearing" }, w("corner.bearing")), h("option", { value: "turn" }, w("corner.turn")));
  private readonly said = h("p", { class: "field-note", id: "next-said", role: "status" });
  private readonly preview: L.Polyline;

  constructor(private readonly work: CornerWork) {
    this.preview = L.polyline([], { weight: 3, dashArray: "3 6", interactive: false, pmIgnore: true, snapIgnore: true } as L.PolylineOptions);
    const field = (id: string, words: string, control: HTMLElement) => h("div", { class: "field" }, h("label", { for: id }, words), control);
    const button = h("button", { type: "submit", class: "button primary" }, icon("plus"), h("span", {}, w("corner.add")));
    const fields = h("div", { class: "corner-fields" }, field("next-distance", w("corner.distance"), this.distance), field("next-angle", w("corner.angle"), this.angle), field("next-kind", w("corner.angle_from"), this.kind), button);
    this.element = h("form", { novalidate: true, class: "corner-form" }, fields, this.said);
    this.element.addEventListener("input", () => this.update());
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.add();
    });
  }

  focus(): void {
    this.distance.focus();
  }

  /** Shows where the corner would be, and what is missing. */
  update(): void {
    const { start, zone, editor } = this.work;
    const next = this.element.isConnected && !this.element.hidden && !this.element.closest("[hidden]") ? this.next() : null;
    if (!start || !next) this.preview.remove();
    else this.preview.setLatLngs([start.position, next].map(([lon, lat]) => L.latLng(lat, lon))).setStyle({ color: token("accent") }).addTo(editor.options.map);
    if (!start) this.said.textContent = w(editor.geometry ? "corner.choose_first" : "corner.no_start");
    else if (!start.before && this.kind.value === "turn") this.said.textContent = w("corner.no_edge");
    else this.said.textContent = start.before ? w("corner.edge_before", { angle: formatNumber(bearingDeg(start.before, start.position, zone), 2) }) : "";
  }

  private next(): LonLat | null {
    const { start, zone } = this.work;
    const [metres, angle] = [typedNumber(this.distance.value), typedAngle(this.angle.value)];
    if (!start || metres === null || metres <= 0 || angle === null) return null;
    if (this.kind.value === "bearing") return destination(start.position, metres, angle, zone);
    return start.before && destination(start.position, metres, bearingDeg(start.before, start.position, zone) + angle, zone);
  }

  private add(): void {
    const next = this.next();
    if (!next) {
      const missing = typedNumber(this.distance.value) === null ? this.distance : this.angle;
      if (this.work.start) this.said.replaceChildren(h("span", { class: "field-bad" }, icon("circle-alert", "icon-small"), w("corner.bad_bearing")));
      missing.focus();
      return;
    }
    this.work.add(next);
    this.distance.value = "";
    this.angle.value = "";
    this.distance.focus();
    this.update();
  }
}
