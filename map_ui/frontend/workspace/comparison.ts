/** A change set on the map: before and after under a divider, or one of them alone. */
import type L from "leaflet";
import { h } from "../dom";
import type { AddedFeature, Alterations } from "../map/altered_tiles";
import { LEFT_PANE, MapSwipe, RIGHT_PANE } from "../map/swipe";
import type { VectorLayer } from "../map/vector_layer";
import { coveredEdges } from "../shell/panel";
import { ComparedShapes, type ComparedShape } from "./differences";
import { nameOf } from "./feature_panel";
import type { Base, LayerForm, Operation, Values } from "./types";
import { w } from "./words";

export interface Seen {
  step: Operation;
  form: LayerForm;
  base: Base | null;
}

type View = "swipe" | "before" | "both" | "after";
const VIEWS: View[] = ["swipe", "before", "both", "after"];

export interface ComparisonOptions {
  map: L.Map;
  vectors: VectorLayer;
}

function freeEdges(): { left: number; right: number } {
  const { paddingTopLeft: [left], paddingBottomRight: [right] } = coveredEdges();
  return { left, right };
}

export function afterOf({ step, base }: Seen): GeoJSON.Geometry | null {
  return step.kind === "delete" ? null : (step.geometry ?? base?.geometry ?? null);
}

export class Comparison {
  readonly element: HTMLElement;
  private readonly shapes: ComparedShapes;
  private readonly swipe: MapSwipe;
  private readonly buttons = new Map<View, HTMLButtonElement>();
  private seen: Seen[] = [];
  private done = false;
  private view: View = "swipe";

  constructor(options: ComparisonOptions) {
    this.shapes = new ComparedShapes(options.map);
    this.swipe = new MapSwipe(options.map, options.vectors, freeEdges, { name: w("diff.divider"), left: w("diff.before"), right: w("diff.after") });
    for (const view of VIEWS) this.buttons.set(view, h("button", { type: "button", class: "segment", click: () => this.turn(view) }, w(`diff.${view}`)));
    this.element = h("div", { class: "segments compare", role: "group", "aria-label": w("diff.sides") }, ...this.buttons.values());
  }

  /** `done`: the map shows the state after already. */
  show(seen: Seen[], done: boolean, onClick: (key: string) => void): L.LatLngBounds | null {
    this.seen = seen;
    this.done = done;
    this.shapes.show(seen.map((entry) => this.compared(entry, onClick)));
    this.turn(this.view);
    return this.shapes.bounds();
  }

  clear(): void {
    this.seen = [];
    this.swipe.stop();
    this.shapes.clear();
  }

  private compared(entry: Seen, onClick: (key: string) => void): ComparedShape {
    const { step, base } = entry;
    return { kind: step.kind, before: base?.geometry ?? null, after: afterOf(entry), onClick: () => onClick(step.key) };
  }

  private turn(view: View): void {
    this.view = view;
    for (const [name, button] of this.buttons) button.setAttribute("aria-pressed", String(name === view));
    const swiped = view === "swipe" && this.seen.length > 0;
    this.shapes.turn(view === "swipe" ? "both" : view, swiped ? { before: LEFT_PANE, after: RIGHT_PANE } : null);
    if (swiped) this.swipe.start({ alterations: this.alterations(), side: this.done ? "left" : "right" });
    else this.swipe.stop();
  }

  /** The other state of the map: as it would be, or as it was before what is published now. */
  private alterations(): Alterations {
    const found: Alterations = new Map();
    for (const entry of this.seen) {
      const { step } = entry;
      const layer = found.get(step.layer) ?? { hidden: new Set<string>(), added: [] };
      found.set(step.layer, layer);
      if (step.id !== null && layer.hidden !== "all") layer.hidden.add(step.id);
      const feature = this.done ? this.feature(entry, entry.base?.geometry ?? null, entry.base?.values ?? {}) : this.feature(entry, afterOf(entry), { ...entry.base?.values, ...step.values });
      if (feature) layer.added.push(feature);
    }
    return found;
  }

  private feature({ step, form }: Seen, geometry: GeoJSON.Geometry | null, values: Values): AddedFeature | null {
    if (!geometry) return null;
    const said = (field: string | null) => (field ? String(values[field] ?? "") : "");
    return { id: step.id ?? step.key, class: said(form.class_field), label: form.label_field ? said(form.label_field) : nameOf(form, values), geometry };
  }
}
