/** One overtaken step: who changed it, field by field, and the choices of the person. */
import { h, icon, replaceChildren } from "../dom";
import { formatMoment } from "../format";
import { disputes, openChoices, SHAPE, takeAll, wayOf, waysOf, type Choices, type Way, type Whose } from "./conflict_choice";
import { knownField, shownDifference } from "./differences";
import type { Conflict, ConflictSides, LayerForm } from "./types";
import { w } from "./words";

export interface ConflictCardOptions {
  conflict: Conflict;
  form: LayerForm;
  name: string;
  /** Null for people who only look. */
  choices: Choices | null;
  onChoose(choices: Choices): void;
  onPoint(): void;
}

export class ConflictCard {
  readonly element: HTMLElement;
  private choices: Choices;

  constructor(private readonly options: ConflictCardOptions) {
    this.choices = options.choices ?? { way: null, fields: new Map() };
    this.element = h("article", { class: "step-card conflict-card", "aria-label": options.name });
    this.draw();
  }

  private choose(choices: Choices): void {
    this.choices = choices;
    this.options.onChoose(choices);
    const focused = document.activeElement?.id;
    this.draw();
    if (focused) document.getElementById(focused)?.focus();
  }

  private draw(): void {
    const { conflict, form, name, choices } = this.options;
    const may = choices !== null;
    const { by } = conflict;
    const who = by && [by.actor, formatMoment(by.at), by.title ? `“${by.title}”` : ""].filter(Boolean).join(" · ");
    const find = h("button", { type: "button", class: "button quiet small-button", click: () => this.options.onPoint() }, icon("locate-fixed", "icon-small"), w("conflict.find"));
    const head = h("div", { class: "step-head" }, h("span", { class: `kind-mark kind-${conflict.kind}` }, w(`kind.${conflict.kind}`)), h("div", {}, h("h4", {}, name), h("small", { class: "soft" }, form.title)), find);
    const what = conflict.kind === "delete" && conflict.cause === "changed" ? w("conflict.delete_changed") : w(`conflict.${conflict.cause}`);
    const cause = h("p", { class: "step-note" }, icon("triangle-alert", "icon-small"), h("span", {}, what, who ? h("br") : null, who ? h("small", {}, who) : null));
    replaceChildren(this.element, head, cause, may ? this.wayChoice() : null, this.fields(may), may ? this.state() : null);
  }

  private wayChoice(): HTMLElement | null {
    const { conflict } = this.options;
    const ways = waysOf(conflict);
    const only = ways.length === 1 ? ways[0] : null;
    if (only === "drop") return h("p", { class: "small soft" }, w("conflict.only_drop"));
    const quick = (whose: Whose) => h("button", { type: "button", class: "button small-button", id: `all-${whose}-${conflict.key}`, click: () => this.choose(takeAll(conflict, whose)) }, w(`conflict.all_${whose}`));
    if (only) return disputes(conflict).length > 0 ? h("div", { class: "row" }, quick("mine"), quick("theirs")) : null;
    const radio = (way: Way) => this.radio(`way-${conflict.key}`, this.choices.way === way, w(this.wayWords(way)), () => this.choose({ ...this.choices, way }), `way-${way}-${conflict.key}`);
    return h("div", { class: "ways-choice", role: "radiogroup", "aria-label": w("conflict.way") }, ...ways.map(radio));
  }

  private wayWords(way: Way): "conflict.way_again" | "conflict.way_apart" | "conflict.way_drop" | "conflict.way_delete" | "conflict.way_merge" {
    if (way === "merge") return this.options.conflict.kind === "delete" ? "conflict.way_delete" : "conflict.way_merge";
    return `conflict.way_${way}`;
  }

  private radio(group: string, checked: boolean, words: string, act: () => void, id: string): HTMLElement {
    const input = h("input", { type: "radio", name: group, id, checked, change: act });
    return h("label", { class: "radio" }, input, h("span", {}, words));
  }

  private fields(may: boolean): HTMLElement | null {
    const { conflict, form } = this.options;
    const merging = wayOf(conflict, this.choices) === "merge" && conflict.kind !== "delete";
    const rows = conflict.fields.map((sides) => this.fieldRow(sides, sides.label, (value) => shownDifference(knownField(form, sides.field, sides.label), value), may && merging));
    const { geometry } = conflict;
    const moved = geometry.outcome !== "same" && conflict.cause !== "gone";
    const shape: ConflictSides = { ...geometry, field: SHAPE, label: w("conflict.geometry") };
    if (moved) rows.push(this.fieldRow(shape, shape.label, (value) => w(value ? "conflict.on_map" : "conflict.no_shape"), may && merging));
    return rows.length > 0 ? h("div", { class: "conflict-fields" }, ...rows) : null;
  }

  /** The three sides one under the other: a panel is too narrow for three columns. */
  private fieldRow(sides: ConflictSides, label: string, shown: (value: unknown) => string, asked: boolean): HTMLElement {
    const open = sides.outcome === "choose";
    const gone = this.options.conflict.cause === "gone";
    const merged = open || gone ? null : h("small", { class: "merged" }, icon("check", "icon-small"), w(`conflict.merged_${sides.outcome as "mine" | "theirs" | "same"}`));
    const key = `${sides.field}-${this.options.conflict.key}`;
    const line = (side: "base" | Whose) => {
      const chosen = side !== "base" && (open ? this.choices.fields.get(sides.field) === side : sides.outcome === side);
      const words = [h("span", { class: `side ${side}` }, w(`conflict.${side}`)), h("span", { class: "value" }, shown(sides[side]))];
      if (side === "base" || !open || !asked) return h("p", { class: `side-line ${chosen ? "taken" : ""}` }, ...words);
      const choose = () => this.choose({ ...this.choices, fields: new Map(this.choices.fields).set(sides.field, side) });
      const input = h("input", { type: "radio", name: `pick-${key}`, id: `pick-${side}-${key}`, checked: chosen, change: choose });
      return h("label", { class: `side-line ${chosen ? "taken" : ""}` }, input, ...words);
    };
    const legend = h("legend", {}, label, merged);
    const lines = gone ? [line("base"), line("mine")] : [line("base"), line("theirs"), line("mine")];
    return h("fieldset", { class: `conflict-field ${open ? "open" : ""}` }, legend, ...lines);
  }

  private state(): HTMLElement {
    const left = openChoices(this.options.conflict, this.choices);
    return h("p", { class: `check-summary ${left > 0 ? "caution" : "good"}`, role: "status" }, icon(left > 0 ? "circle-help" : "check", "icon-small"), left > 0 ? w("conflict.left", { n: left }) : w("conflict.ready"));
  }
}
