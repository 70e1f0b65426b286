/** The buttons of a layer in the tree: its attribute table, and the pencil where it may be edited. */
import { h, iconButton } from "../dom";
import { tw } from "../table/words";
import { w } from "./words";

export interface LayerButtonsOptions {
  titleOf(slug: string): string | null;
  mayEdit(slug: string): boolean;
  edit(slug: string): void;
  table(slug: string): void;
}

export class LayerButtons {
  private readonly pencils = new Map<string, HTMLButtonElement>();
  private readonly tables = new Map<string, HTMLButtonElement>();

  constructor(private readonly options: LayerButtonsOptions) {}

  of(slug: string): HTMLElement | null {
    const name = this.options.titleOf(slug);
    if (name === null) return null;
    const table = iconButton("table", tw("of_layer", { name }), () => this.options.table(slug), { "aria-pressed": "false" });
    this.tables.set(slug, table);
    if (!this.options.mayEdit(slug)) return table;
    const pencil = iconButton("pencil", w("edit.layer", { name }), () => this.options.edit(slug), { "aria-pressed": "false" });
    this.pencils.set(slug, pencil);
    return h("span", { class: "layer-buttons" }, table, pencil);
  }

  show(edited: string | null, inTable: string | null): void {
    for (const [slug, pencil] of this.pencils) pencil.setAttribute("aria-pressed", String(edited === slug));
    for (const [slug, table] of this.tables) table.setAttribute("aria-pressed", String(inTable === slug));
  }
}
