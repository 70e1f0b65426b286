/** Every corner of the shape in hand with its VN-2000 position, to be typed over or taken out. */
import { h, iconButton, replaceChildren } from "../dom";
import { formatNumber } from "../format";
import { say } from "../shell/messages";
import { samePath, type Corner, type CornerPath } from "./corner_edits";
import type { CornerWork } from "./corner_work";
import { metresBetween, roundedPosition } from "./planar";
import { numberText, typedNumber } from "./typed_numbers";
import { w } from "./words";

const MOST = 200; // rows at once; a coastline has thousands of corners
const DIGITS = 3;

interface Row {
  path: CornerPath;
  element: HTMLTableRowElement;
  northing: HTMLInputElement;
  easting: HTMLInputElement;
  edge: HTMLTableCellElement;
}

export class CornerList {
  readonly element = h("div", { class: "corner-list", tabindex: -1 });
  private readonly body = h("tbody", {});
  private readonly more = h("p", { class: "soft small" });
  private rows: Row[] = [];

  constructor(private readonly work: CornerWork) {
    const head = h("thead", {}, h("tr", {}, ...(["corner.number", "corner.x", "corner.y", "corner.edge"] as const).map((words) => h("th", { scope: "col", class: words.replace(".", "-") }, w(words))), h("th", {}, h("span", { class: "visually-hidden" }, w("corner.remove_column")))));
    this.element.append(h("table", { class: "corner-table numbers" }, head, this.body), this.more);
  }

  focus(): void {
    (this.rows[0]?.northing ?? this.element).focus();
  }

  update(): void {
    const { corners } = this.work;
    const shown = corners.slice(0, MOST);
    if (shown.length !== this.rows.length || !shown.every(({ path }, index) => samePath(path, this.rows[index]?.path ?? null))) this.rebuild(shown);
    shown.forEach((corner, index) => this.fill(this.rows[index]!, corner, shown[index + 1] ?? null));
    this.more.textContent = corners.length === 0 ? w("corner.none") : corners.length > MOST ? w("corner.most", { n: MOST, of: corners.length }) : "";
    this.more.hidden = this.more.textContent === "";
  }

  private rebuild(corners: Corner[]): void {
    const focused = this.rows.findIndex(({ element }) => element.contains(document.activeElement));
    this.rows = corners.map(({ path }, index) => this.row(path, index));
    replaceChildren(this.body, ...this.rows.map(({ element }) => element));
    if (focused >= 0) (this.rows[Math.min(focused, this.rows.length - 1)]?.northing ?? this.element).focus();
  }

  private row(path: CornerPath, index: number): Row {
    const n = index + 1;
    const input = (words: string) => h("input", { class: "input", inputmode: "decimal", autocomplete: "off", "aria-label": `${words}, ${w("corner.nth", { n })}` });
    const [northing, easting] = [input(w("corner.x")), input(w("corner.y"))];
    const edge = h("td", { class: "corner-edge" });
    const remove = iconButton("x", w("corner.remove", { n }), () => this.remove(path));
    const element = h("tr", {}, h("th", { scope: "row" }, String(n)), h("td", {}, northing), h("td", {}, easting), edge, h("td", {}, remove));
    const row = { path, element, northing, easting, edge };
    for (const control of [northing, easting]) {
      control.addEventListener("change", () => this.moved(row));
      control.addEventListener("focus", () => !this.work.editor.shapes.drawing && this.work.choice.choose(path));
      control.addEventListener("keydown", (event) => event.key === "Enter" && this.onward(event, row, control));
    }
    return row;
  }

  /** Enter takes the number and goes on: from X to Y, then to the next corner. */
  private onward(event: KeyboardEvent, { northing, easting, path }: Row, control: HTMLInputElement): void {
    event.preventDefault();
    const next = this.rows[this.rows.findIndex((row) => samePath(row.path, path)) + 1];
    (control === northing ? easting : (next?.northing ?? northing)).focus();
  }

  private fill({ element, northing, easting, edge, path }: Row, { position }: Corner, next: Corner | null): void {
    const { zone, changeable, choice } = this.work;
    const [east, north] = zone.toMetres(position);
    for (const [control, value] of [[northing, north], [easting, east]] as const) {
      const text = numberText(value, DIGITS);
      control.disabled = !changeable;
      if (control !== document.activeElement || control.defaultValue === control.value) control.value = text;
      control.defaultValue = text;
    }
    const sameLine = next !== null && samePath(next.path.slice(0, -1), path.slice(0, -1));
    edge.textContent = sameLine ? formatNumber(metresBetween(position, next.position, zone), 2) : "";
    element.classList.toggle("chosen", samePath(choice.path, path));
  }

  private moved({ path, northing, easting }: Row): void {
    const [north, east] = [typedNumber(northing.value), typedNumber(easting.value)];
    for (const [control, value] of [[northing, north], [easting, east]] as const) {
      if (value === null) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    }
    if (north === null || east === null) {
      say(w("corner.bad_metres"), "caution");
      return;
    }
    if (northing.value === northing.defaultValue && easting.value === easting.defaultValue) return;
    this.work.move(path, roundedPosition(this.work.zone.toLonLat(east, north)));
  }

  private remove(path: CornerPath): void {
    if (!this.work.changeable) return;
    if (!this.work.remove(path)) say(w("corner.too_few"), "caution");
  }
}
