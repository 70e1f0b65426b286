/** The panel of the feature in hand: what it is, its measures, what is wrong, its form. */
import type { Zone } from "../coordinates";
import { h, icon, replaceChildren } from "../dom";
import { fixButton } from "./fixable";
import { FeatureForm } from "./form";
import { figuresOf } from "./geometry";
import type { Base, LayerForm, Operation, Problem, Values } from "./types";
import { w } from "./words";

/** The feature that is worked on; without id it is new in the draft. */
export interface Hand {
  key: string;
  id: string | null;
  form: LayerForm;
}

export interface FeaturePanelState {
  step: Operation | null;
  base: Base | null;
  values: Values;
  geometry: GeoJSON.Geometry | null;
  problems: Problem[];
  checking: boolean;
}

export interface FeaturePanelOptions {
  zone: Zone;
  onChange(name: string, value: unknown, label: string): void;
  onRevert(): void;
  /** Shows how a problem can be mended. */
  onFix(problem: Problem): void;
}

/** What people call the feature: its name, or the fields of its natural key. */
export function nameOf(form: LayerForm, values: Values): string {
  const named = String(values["name"] ?? "").trim();
  if (named) return named;
  const parts = form.natural_key.map((name) => String(values[name] ?? "").trim()).filter(Boolean);
  return parts.join(" / ") || w("feature.without_name");
}

export class FeaturePanel {
  readonly element: HTMLElement;
  private readonly heading = h("h3", {});
  private readonly state = h("p", { class: "feature-state" });
  private readonly figures = h("p", { class: "figures numbers", "aria-live": "polite" });
  private readonly problems = h("ul", { class: "problem-list" });
  private readonly revert: HTMLButtonElement;
  private readonly form: FeatureForm;

  constructor(
    private readonly layer: LayerForm,
    /** Null for a feature that is not on the map yet. */
    readonly id: string | null,
    private readonly options: FeaturePanelOptions,
  ) {
    this.form = new FeatureForm(layer, { onChange: (name, value, label) => options.onChange(name, value, label), onFix: (problem) => options.onFix(problem) });
    this.revert = h("button", { type: "button", class: "button quiet", click: () => options.onRevert() }, icon("rotate-ccw"), w("edit.revert"));
    const head = h("div", { class: "feature-head" }, h("p", { class: "kicker" }, layer.title), this.heading, this.figures);
    this.element = h("div", { class: "feature-edit" }, head, this.state, this.problems, this.form.element, h("div", { class: "row" }, this.revert));
  }

  show({ step, base, values, geometry, problems, checking }: FeaturePanelState): void {
    this.heading.textContent = nameOf(this.layer, values);
    const kind = step?.kind ?? null;
    replaceChildren(this.state, h("span", { class: `tag kind-${kind ?? "none"}` }, w(`kind.${kind ?? "none"}`)), base ? h("span", { class: "soft" }, w("feature.version", { n: base.version })) : null);
    this.live(geometry);
    const general = problems.filter(({ field }) => !field || !this.layer.fields.some(({ name }) => name === field));
    replaceChildren(this.problems, ...general.map((problem) => h("li", { class: problem.level }, icon(problem.level === "error" ? "circle-alert" : "triangle-alert", "icon-small"), h("span", {}, problem.detail, " ", fixButton(problem, (wanted) => this.options.onFix(wanted))))));
    this.problems.hidden = general.length === 0;
    this.problems.setAttribute("aria-busy", String(checking));
    this.form.show(values, kind === "create" ? null : (base?.values ?? null), problems, kind !== "delete");
    this.revert.hidden = step === null || kind === "create";
  }

  /** Area and length while the shape moves. */
  live(geometry: GeoJSON.Geometry | null): void {
    this.figures.textContent = figuresOf(geometry, this.options.zone);
  }

  focusField(name: string | null): void {
    this.form.focusField(name);
  }
}
