/** Edits from the table: each is one act of the draft, so one undo takes it back. */
import { RequestError } from "../api";
import { say } from "../shell/messages";
import { failureWords } from "../shell/states";
import { confirmed } from "../workspace/dialogue";
import type { Draft } from "../workspace/draft";
import type { Forms } from "../workspace/forms";
import { changed } from "../workspace/steps";
import { w } from "../workspace/words";
import { withBases } from "./bases";
import { BulkDialogue } from "./bulk_dialogue";
import { editCell } from "./cell_editor";
import type { GridRow } from "./grid";
import { deletions, MOST_STEPS, planned, stepsAfter, type Plan } from "./plan";
import { tw } from "./words";

export interface TableEditsOptions {
  draft: Draft;
  forms: Forms;
  layer(): string;
}

/** Says what went wrong with a request; nothing was changed then. */
export async function trying(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (reason) {
    if (!(reason instanceof RequestError)) throw reason;
    const { title, text } = failureWords(reason);
    say(`${title}. ${text}`, "bad");
  }
}

export class TableEdits {
  constructor(private readonly options: TableEditsOptions) {}

  /** One value, in its cell. `focus` puts the focus where the edit leaves it. */
  async cell(row: GridRow, column: string, cell: HTMLElement, focus: (by: { row: number; column: number }) => void): Promise<void> {
    const { draft } = this.options;
    const layer = this.options.layer();
    const form = await this.options.forms.of(layer);
    const field = form.fields.find(({ name }) => name === column);
    if (!field || row.kind === "delete") {
      if (row.kind === "delete") say(tw("cell.deleted"), "caution");
      return;
    }
    await trying(async () => {
      const { keys, gone } = await withBases(draft, layer, [row.key]);
      const [found] = keys;
      if (!found) say(tw("gone", { n: gone }), "caution");
      if (!found || !cell.isConnected) return;
      editCell({
        field,
        cell,
        value: draft.values(found.key)[field.name],
        done: (typed, by) => {
          if (typed) draft.act(w("act.value", { field: field.label }), [{ key: found.key, step: changed(draft, form, found.key, found.id, { values: { [field.name]: typed.value } }) }]);
          if (by) focus(by);
        },
      });
    });
  }

  /** Many features, after a preview. */
  async many(picked: string[]): Promise<void> {
    const { draft } = this.options;
    const layer = this.options.layer();
    await trying(async () => {
      const form = await this.options.forms.of(layer);
      const { keys, gone } = await withBases(draft, layer, picked);
      const dialogue = new BulkDialogue({
        form,
        count: keys.length,
        gone,
        plan: (changes) => planned(draft, form, keys, changes),
        stepsAfter: ({ steps }) => stepsAfter(draft, steps),
        apply: (plan) => this.apply(plan, tw("bulk.act", { n: plan.steps.length }), tw("bulk.done", { n: plan.steps.length })),
      });
      dialogue.open();
    });
  }

  private apply({ steps }: Pick<Plan, "steps">, label: string, words: string): void {
    const count = stepsAfter(this.options.draft, steps);
    if (count > MOST_STEPS) {
      say(tw("bulk.too_many", { n: count, most: MOST_STEPS }), "bad");
      return;
    }
    this.options.draft.act(label, steps);
    say(words, "good");
  }

  async remove(picked: string[]): Promise<void> {
    const { draft } = this.options;
    const layer = this.options.layer();
    if (picked.length === 0) return;
    await trying(async () => {
      const form = await this.options.forms.of(layer);
      const { keys } = await withBases(draft, layer, picked);
      const n = keys.length;
      if (n === 0 || !(await confirmed({ title: tw("delete.ask", { n }), text: tw("delete.text"), yes: tw("delete.act", { n }), danger: true }))) return;
      this.apply({ steps: deletions(draft, form, keys) }, tw("delete.act", { n }), tw("delete.done", { n }));
    });
  }
}
