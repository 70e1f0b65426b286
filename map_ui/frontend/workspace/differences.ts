/** Before and after, field by field and on the map; for review and for history. */
import L from "leaflet";
import { h, icon, token } from "../dom";
import { shownValue } from "./form";
import { changeStyle } from "./draft_overlay";
import type { FieldDifference, FormField, Kind, LayerForm, Values } from "./types";
import { w } from "./words";

const PLAIN: Omit<FormField, "name" | "label"> = { kind: "text", required: false, max_length: null, unit: null, minimum: null, maximum: null, options: [], languages: [] };

/** The form's field of that name; a plain text where the reader's form has none. */
export function knownField(form: LayerForm | null, name: string, label: string): FormField {
  return form?.fields.find((field) => field.name === name) ?? { ...PLAIN, name, label };
}

export function shownDifference(field: FormField, value: unknown): string {
  return typeof value === "object" && value !== null && field.kind !== "translated" ? JSON.stringify(value) : shownValue(field, value);
}

/** A table of what was and what is; fields of `after` only. */
export function differenceTable(form: LayerForm | null, fields: FieldDifference[]): HTMLElement {
  const rows = fields.map(({ field, label, before, after }) => {
    const known = knownField(form, field, label);
    const shown = (value: unknown) => shownDifference(known, value);
    return h("tr", {}, h("th", { scope: "row" }, known.label), h("td", { class: "was" }, shown(before)), h("td", { class: "is" }, shown(after)));
  });
  const head = h("tr", {}, h("th", { scope: "col" }, w("diff.field")), h("th", { scope: "col" }, w("diff.before")), h("th", { scope: "col" }, w("diff.after")));
  return h("div", { class: "table-scroll diff", tabindex: 0, role: "region", "aria-label": w("diff.name") }, h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows)));
}

export function changedFields(form: LayerForm, before: Values, after: Values): FieldDifference[] {
  return form.fields
    .filter(({ name }) => name in after && JSON.stringify(after[name] ?? "") !== JSON.stringify(before[name] ?? ""))
    .map(({ name, label }) => ({ field: name, label, before: before[name] ?? null, after: after[name] ?? null }));
}

export interface ComparedShape {
  kind: Kind;
  before: GeoJSON.Geometry | null;
  after: GeoJSON.Geometry | null;
  onClick?(): void;
}
export type Side = "before" | "after" | "both";
/** Panes of their own for shapes that lie on either side of a divider. */
export interface SidePanes {
  before: string;
  after: string;
}

/** Shapes before and after on the map. */
export class ComparedShapes {
  private readonly group = L.layerGroup();
  private shapes: ComparedShape[] = [];

  constructor(private readonly map: L.Map) {}

  show(shapes: ComparedShape[]): void {
    this.shapes = shapes;
    this.group.addTo(this.map);
    this.turn("both");
  }

  bounds(): L.LatLngBounds | null {
    const all = L.latLngBounds([]);
    for (const { before, after } of this.shapes) for (const geometry of [before, after]) if (geometry) all.extend(L.geoJSON(geometry).getBounds());
    return all.isValid() ? all : null;
  }

  clear(): void {
    this.shapes = [];
    this.group.clearLayers().remove();
  }

  turn(side: Side, panes: SidePanes | null = null): void {
    this.group.clearLayers();
    const old: L.PathOptions = { color: token("text-soft"), weight: 2.5, dashArray: "4 4", fillColor: token("text-soft"), fillOpacity: 0.08 };
    const laid = panes ? { ...old, color: token("text"), fillOpacity: 0 } : old;
    for (const { kind, before, after, onClick } of this.shapes) {
      if (before && side !== "after") this.add(before, kind === "delete" ? changeStyle("delete") : laid, panes?.before, onClick);
      // The map under the divider is painted as it would be: an outline says what is new.
      if (after && side !== "before") this.add(after, panes ? { ...changeStyle(kind), fillOpacity: 0 } : changeStyle(kind), panes?.after, onClick);
    }
  }

  private add(geometry: GeoJSON.Geometry, look: L.PathOptions, pane: string | undefined, onClick?: () => void): void {
    const style = pane ? { ...look, pane } : look;
    const shape = L.geoJSON(geometry, { ...(pane ? { pane } : {}), style, pointToLayer: (_, at) => L.circleMarker(at, { ...style, radius: 9 }), bubblingMouseEvents: false } as L.GeoJSONOptions);
    if (onClick) shape.on("click", onClick);
    shape.addTo(this.group);
  }
}

/** A switch between before, after and both, for shapes alone. */
export class SideSwitch {
  readonly element: HTMLElement;
  private readonly buttons = new Map<Side, HTMLButtonElement>();

  constructor(private readonly shapes: ComparedShapes) {
    const sides: Side[] = ["before", "both", "after"];
    for (const side of sides) this.buttons.set(side, h("button", { type: "button", class: "segment", click: () => this.turn(side) }, w(`diff.${side}`)));
    this.element = h("div", { class: "segments compare", role: "group", "aria-label": w("diff.sides") }, ...this.buttons.values());
  }

  turn(side: Side): void {
    for (const [name, button] of this.buttons) button.setAttribute("aria-pressed", String(name === side));
    this.shapes.turn(side);
  }
}

export function backButton(words: string, go: () => void): HTMLElement {
  return h("button", { type: "button", class: "button quiet back", click: go }, icon("arrow-left"), words);
}

