/** The tools above the map while a layer is edited. */
import { h, icon, iconButton, replaceChildren } from "../dom";
import type { Keeping } from "./keeping";
import type { Tool } from "./shape_editor";
import type { LayerForm } from "./types";
import { w } from "./words";

const SHAPE_TOOLS = [
  ["corners", "spline"],
  ["drag", "move"],
  ["rotate", "rotate-cw"],
  ["cut", "scissors"],
  ["split", "slice"],
] as const;
const KEEPING_ICON: Record<Keeping, string> = { kept: "check", waiting: "save", saving: "save", offline: "cloud-off", refused: "circle-alert" };

export interface EditBarActions {
  draw(): void;
  tool(tool: Tool): void;
  remove(): void;
  undo(): void;
  redo(): void;
  snapping(on: boolean): void;
  lock(on: boolean): void;
  save(): void;
  close(): void;
}

export interface EditBarState {
  tool: Tool;
  selected: boolean;
  deleted: boolean;
  locked: boolean;
  undo: string | null;
  redo: string | null;
  keeping: Keeping;
  hint: string;
}

export class EditBar {
  readonly element: HTMLElement;
  snapping = true;
  private readonly title = h("strong", { class: "edit-layer" });
  private readonly hintLine = h("p", { class: "edit-hint", role: "status" });
  private readonly figures = h("p", { class: "edit-figures numbers", "aria-live": "off", hidden: true });
  private readonly draw: HTMLButtonElement;
  private readonly shapes = new Map<Tool, HTMLButtonElement>();
  private readonly remove: HTMLButtonElement;
  private readonly undo: HTMLButtonElement;
  private readonly redo: HTMLButtonElement;
  private readonly snap: HTMLButtonElement;
  private readonly lock: HTMLButtonElement;
  private readonly lockTag = h("span", { class: "tag lock-tag", hidden: true }, icon("lock", "icon-small"), w("edit.locked"));
  private readonly keeping: HTMLButtonElement;
  private readonly tools: HTMLElement;
  private readonly position: HTMLElement;
  private readonly shape: HTMLElement;

  constructor(private readonly actions: EditBarActions) {
    this.draw = h("button", { type: "button", class: "button draw-button", click: () => actions.draw() }, icon("plus"), h("span", {}, w("edit.draw")));
    for (const [tool, name] of SHAPE_TOOLS) this.shapes.set(tool, iconButton(name, w(`edit.${tool}`), () => actions.tool(tool), { "aria-pressed": "false" }));
    this.remove = iconButton("trash-2", w("edit.delete"), () => actions.remove(), { "aria-keyshortcuts": "Delete" });
    this.undo = iconButton("undo-2", w("edit.undo"), () => actions.undo(), { "aria-keyshortcuts": "Control+Z" });
    this.redo = iconButton("redo-2", w("edit.redo"), () => actions.redo(), { "aria-keyshortcuts": "Control+Shift+Z" });
    this.snap = iconButton("magnet", w("edit.snap"), () => this.toggleSnapping(), { "aria-pressed": "true", "aria-keyshortcuts": "S" });
    this.lock = iconButton("lock", w("edit.lock"), () => actions.lock(this.lock.getAttribute("aria-pressed") !== "true"), { "aria-pressed": "false", "aria-keyshortcuts": "L" });
    this.keeping = h("button", { type: "button", class: "keeping", click: () => actions.save(), "aria-keyshortcuts": "Control+S" });
    const close = h("button", { type: "button", class: "button", click: () => actions.close() }, w("edit.close"));
    this.position = this.group(w("edit.snapping"), this.snap, this.lock);
    this.shape = this.group(w("edit.shape"), ...this.shapes.values(), this.remove);
    this.shape.classList.add("shape-tools");
    this.tools = h("div", { class: "edit-tools", role: "toolbar", "aria-label": w("edit.tools") }, this.draw, this.group(w("edit.steps"), this.undo, this.redo), this.position, this.shape);
    const head = h("div", { class: "edit-head" }, icon("pencil", "icon-small"), this.title, this.lockTag, this.keeping, close);
    this.element = h("section", { class: "edit-bar", hidden: true, "aria-label": w("edit.name") }, head, this.tools, this.figures, this.hintLine);
  }

  /** More tools for setting positions, beside snapping. */
  addPositionTools(...buttons: HTMLElement[]): void {
    this.position.append(...buttons);
  }

  /** More tools for the shape in hand, before the one that deletes it. */
  addShapeTools(...buttons: HTMLElement[]): void {
    this.remove.before(...buttons);
  }

  /** A part that unfolds under the tools. */
  addPart(part: HTMLElement): void {
    this.hintLine.after(part);
  }

  open(form: LayerForm): void {
    this.title.textContent = form.title;
    this.element.hidden = false;
    const point = form.geometry_type === "Point";
    this.shapes.get("corners")!.hidden = point;
    this.shapes.get("rotate")!.hidden = point;
    this.shapes.get("cut")!.hidden = point;
    this.shapes.get("split")!.hidden = point;
  }

  close(): void {
    this.element.hidden = true;
  }

  toggleSnapping(): void {
    this.snapping = !this.snapping;
    this.snap.setAttribute("aria-pressed", String(this.snapping));
    this.actions.snapping(this.snapping);
  }

  /** Area and length of what is being drawn. */
  show(figures: string): void {
    this.figures.textContent = figures;
    this.figures.hidden = figures === "";
  }

  hint(words: string): void {
    if (this.hintLine.textContent !== words) this.hintLine.textContent = words;
    this.hintLine.hidden = !words;
  }

  update(state: EditBarState): void {
    this.element.classList.toggle("holding", state.selected);
    this.draw.setAttribute("aria-pressed", String(state.tool === "draw"));
    this.draw.disabled = state.locked;
    for (const [tool, button] of this.shapes) {
      button.disabled = !state.selected || state.deleted || state.locked;
      button.setAttribute("aria-pressed", String(state.tool === tool));
    }
    this.remove.disabled = !state.selected || state.deleted || state.locked;
    this.lock.setAttribute("aria-pressed", String(state.locked));
    this.lockTag.hidden = !state.locked;
    this.named(this.undo, state.undo, "edit.undo", "edit.undo_what");
    this.named(this.redo, state.redo, "edit.redo", "edit.redo_what");
    this.hint(state.hint);
    this.keeping.dataset["state"] = state.keeping;
    replaceChildren(this.keeping, icon(KEEPING_ICON[state.keeping], "icon-small"), h("span", {}, w(`keeping.${state.keeping}`)));
  }

  private group(label: string, ...buttons: HTMLElement[]): HTMLElement {
    return h("div", { class: "edit-group", role: "group", "aria-label": label }, ...buttons);
  }

  private named(button: HTMLButtonElement, label: string | null, plain: "edit.undo" | "edit.redo", full: "edit.undo_what" | "edit.redo_what"): void {
    button.disabled = label === null;
    const words = label ? w(full, { what: label }) : w(plain);
    button.setAttribute("aria-label", words);
    button.title = words;
  }
}
