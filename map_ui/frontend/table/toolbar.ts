/** What can be done with the table as a whole and with what is selected in it. */
import { h, icon, iconButton, replaceChildren } from "../dom";
import { w } from "../workspace/words";
import type { Question } from "./question";
import { tw } from "./words";

export interface ToolbarActions {
  layer(slug: string): void;
  /** One of the switches of the question was turned. */
  narrowed(): void;
  clearFilters(): void;
  pickAll(): void;
  rectangle(): void;
  zoom(): void;
  deselect(): void;
  bulk(): void;
  remove(): void;
  undo(): void;
  redo(): void;
  page(by: 1 | -1 | 0): void;
  close(): void;
}

export interface ToolbarState {
  layers: { slug: string; title: string }[];
  layer: string;
  question: Question;
  picked: number;
  mayEdit: boolean;
  undo: string | null;
  redo: string | null;
  drawing: boolean;
  count: string;
  hasNext: boolean;
}

const SWITCHES = [
  ["windowOnly", "window_only", "scan"],
  ["pickedOnly", "picked_only", "list-checks"],
  ["changedOnly", "changed_only", "file-pen"],
] as const;

export class Toolbar {
  readonly element = h("div", { class: "table-tools", role: "toolbar", "aria-label": tw("name") });
  readonly foot = h("div", { class: "table-foot" });
  private readonly layer = h("select", { class: "input", "aria-label": tw("layer") });
  private readonly picked = h("span", { class: "picked-count", role: "status" });
  private readonly count = h("span", { class: "soft small", role: "status" });
  private readonly switches = new Map<string, HTMLButtonElement>();
  private readonly clear: HTMLButtonElement;
  private readonly pickAll: HTMLButtonElement;
  private readonly draw: HTMLButtonElement;
  private readonly ofPicked: HTMLButtonElement[];
  private readonly edits: HTMLButtonElement[];
  private readonly undo: HTMLButtonElement;
  private readonly redo: HTMLButtonElement;
  private readonly first: HTMLButtonElement;
  private readonly back: HTMLButtonElement;
  private readonly forth: HTMLButtonElement;
  private question: Question | null = null;

  constructor(actions: ToolbarActions) {
    this.layer.addEventListener("change", () => actions.layer(this.layer.value));
    const worded = (name: string, words: string, act: () => void) => h("button", { type: "button", class: "button", click: act }, icon(name), h("span", {}, words));
    for (const [field, word, name] of SWITCHES) {
      const turn = () => {
        if (this.question) this.question[field] = !this.question[field];
        actions.narrowed();
      };
      this.switches.set(field, h("button", { type: "button", class: "button quiet", "aria-pressed": "false", click: turn }, icon(name), h("span", {}, tw(word))));
    }
    this.clear = iconButton("list-x", tw("clear_filters"), () => actions.clearFilters());
    this.pickAll = iconButton("list-checks", tw("all"), () => actions.pickAll());
    this.draw = iconButton("square-dashed", tw("rectangle"), () => actions.rectangle(), { "aria-pressed": "false" });
    const zoom = iconButton("scan-search", tw("zoom"), () => actions.zoom());
    const deselect = iconButton("x", tw("deselect"), () => actions.deselect());
    const bulk = worded("pencil-line", tw("bulk"), () => actions.bulk());
    const remove = iconButton("trash-2", tw("delete"), () => actions.remove());
    this.ofPicked = [zoom, deselect, bulk, remove];
    this.undo = iconButton("undo-2", w("edit.undo"), () => actions.undo(), { "aria-keyshortcuts": "Control+Z" });
    this.redo = iconButton("redo-2", w("edit.redo"), () => actions.redo(), { "aria-keyshortcuts": "Control+Shift+Z" });
    this.edits = [bulk, remove, this.undo, this.redo];
    const close = iconButton("x", tw("close"), () => actions.close());
    const group = (...parts: HTMLElement[]) => h("div", { class: "tool-group" }, ...parts);
    replaceChildren(this.element, this.layer, group(...this.switches.values(), this.clear), group(this.pickAll, this.draw, zoom, deselect), group(bulk, remove), group(this.undo, this.redo), h("span", { class: "spring" }), close);
    this.first = iconButton("chevrons-left", tw("first"), () => actions.page(0));
    this.back = iconButton("chevron-left", tw("previous"), () => actions.page(-1));
    this.forth = iconButton("chevron-right", tw("next"), () => actions.page(1));
    replaceChildren(this.foot, this.count, this.picked, h("span", { class: "spring" }), this.first, this.back, this.forth);
  }

  update(state: ToolbarState): void {
    const { question, picked } = state;
    this.question = question;
    replaceChildren(this.layer, ...state.layers.map(({ slug, title }) => h("option", { value: slug }, title)));
    this.layer.value = state.layer;
    for (const [field, button] of this.switches) button.setAttribute("aria-pressed", String(question[field as "windowOnly"]));
    this.clear.disabled = !question.filtered;
    this.picked.textContent = picked > 0 ? tw("picked", { n: picked }) : "";
    this.draw.setAttribute("aria-pressed", String(state.drawing));
    for (const button of this.edits) button.hidden = !state.mayEdit;
    for (const button of this.ofPicked) button.disabled = picked === 0;
    this.named(this.undo, state.undo, w("edit.undo"), "edit.undo_what");
    this.named(this.redo, state.redo, w("edit.redo"), "edit.redo_what");
    this.count.textContent = state.count;
    this.first.disabled = question.onFirst;
    this.back.disabled = question.onFirst;
    this.forth.disabled = !state.hasNext;
  }

  private named(button: HTMLButtonElement, what: string | null, plain: string, full: "edit.undo_what" | "edit.redo_what"): void {
    const words = what ? w(full, { what }) : plain;
    button.disabled = what === null;
    button.setAttribute("aria-label", words);
    button.title = words;
  }
}
