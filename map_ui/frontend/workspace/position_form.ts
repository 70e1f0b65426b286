/** A corner by its position: VN-2000 metres of the city's zone, or WGS 84 degrees. */
import type { LonLat } from "../api_types";
import { parsedPosition } from "../coordinates";
import { h, icon } from "../dom";
import type { CornerWork } from "./corner_work";
import { metresBetween, roundedPosition } from "./planar";
import { typedAngle, typedNumber } from "./typed_numbers";
import { w } from "./words";

type System = "metres" | "degrees";
const FARTHEST_M = 300_000; // from what the map shows: farther is a slip of the finger or another zone

export class PositionForm {
  readonly element: HTMLElement;
  private system: System = "metres";
  private readonly first = h("input", { class: "input numbers", id: "corner-first", autocomplete: "off", "aria-describedby": "corner-said" });
  private readonly second = h("input", { class: "input numbers", id: "corner-second", autocomplete: "off", "aria-describedby": "corner-said" });
  private readonly firstLabel = h("label", { for: "corner-first" });
  private readonly secondLabel = h("label", { for: "corner-second" });
  private readonly said = h("p", { class: "field-note", id: "corner-said", role: "status" });
  private readonly systems = new Map<System, HTMLButtonElement>();
  private readonly button = h("button", { type: "submit", class: "button primary" }, icon("plus"), h("span", {}));

  constructor(private readonly work: CornerWork) {
    for (const system of ["metres", "degrees"] as const) {
      this.systems.set(system, h("button", { type: "button", class: "segment", click: () => this.use(system) }, w(`corner.${system}`, { zone: work.zone.name })));
    }
    const fields = h("div", { class: "corner-fields" }, h("div", { class: "field" }, this.firstLabel, this.first), h("div", { class: "field" }, this.secondLabel, this.second), this.button);
    const systems = h("div", { class: "segments", role: "group", "aria-label": w("corner.system") }, ...this.systems.values());
    this.element = h("form", { novalidate: true, class: "corner-form" }, systems, fields, this.said);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.add();
    });
    this.use("metres");
  }

  focus(): void {
    this.first.focus();
  }

  update(): void {
    const words = this.work.points ? "corner.put" : "corner.add";
    this.button.lastElementChild!.textContent = w(words);
  }

  private use(system: System): void {
    this.system = system;
    for (const [name, button] of this.systems) button.setAttribute("aria-pressed", String(name === system));
    const metres = system === "metres";
    this.firstLabel.textContent = w(metres ? "corner.x" : "corner.lat");
    this.secondLabel.textContent = w(metres ? "corner.y" : "corner.lon");
    this.first.placeholder = metres ? "1145000,00" : "10,3540 · 10°21'14\"";
    this.second.placeholder = metres ? "567000,00" : "106,3630 · 106°21'47\"";
    this.said.textContent = "";
  }

  private add(): void {
    const position = this.position();
    if (!position) return;
    this.work.add(position);
    this.first.value = "";
    this.second.value = "";
    this.first.focus();
  }

  private position(): LonLat | null {
    const { first, second, work } = this;
    // A pair may come from the clipboard in one piece.
    const found = second.value.trim() === "" ? parsedPosition(first.value, work.zone) : this.pair();
    if (!found) return this.refuse(w(this.system === "metres" ? "corner.bad_metres" : "corner.bad_degrees"));
    const { lng, lat } = work.editor.options.map.getCenter();
    if (!(metresBetween([lng, lat], found, work.zone) < FARTHEST_M)) return this.refuse(w("corner.far"));
    this.said.textContent = "";
    return roundedPosition(found);
  }

  private pair(): LonLat | null {
    const { first, second, system, work } = this;
    const [a, b] = [first.value, second.value].map((text) => (system === "metres" ? typedNumber(text) : typedAngle(text)));
    if (a === null || b === null || a === undefined || b === undefined) return null;
    // Papers name the axes either way round: in this country the northing is the larger number, the longitude too.
    if (system === "degrees") return a > 90 ? [a, b] : [b, a];
    return a > b ? work.zone.toLonLat(b, a) : work.zone.toLonLat(a, b);
  }

  private refuse(words: string): null {
    this.said.replaceChildren(h("span", { class: "field-bad" }, icon("circle-alert", "icon-small"), words));
    this.first.focus();
    return null;
  }
}
