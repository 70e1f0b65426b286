/** Shapes that the server works out and the draft takes as one act; what was done is said. */
import { say } from "../shell/messages";
import { failureWords } from "../shell/states";
import { formatArea, formatLength } from "../format";
import { featureKey, type Draft } from "./draft";
import type { Editor } from "./editor";
import type { Hand } from "./feature_panel";
import { Refusal, server, SHAPES, write } from "./server";
import { changed } from "./steps";
import type { LayerForm, Operation, Reshaped, ShapesAnswer } from "./types";
import { w } from "./words";

export interface Change {
  key: string;
  step: Operation | null;
}

export class ShapeActs {
  readonly draft: Draft;
  private busy = false;

  constructor(readonly editor: Editor) {
    this.draft = editor.options.draft;
  }

  /** The server's answer about shapes as the draft has them; null after a refusal, which was said.
   *  `expected` takes a refusal that has an answer of its own, and says so. */
  async ask<T extends ShapesAnswer>(tool: string, hands: Hand[], more: object, expected: (refusal: Refusal) => boolean = () => false): Promise<T | null> {
    const layer = hands[0]?.form.layer ?? "";
    if (this.busy) return null;
    const operations = this.draft.operations.filter((step) => step.layer === layer).map((step) => ({ ...step, values: {} }));
    const targets = hands.map(({ key, id }) => ({ key, id }));
    this.busy = true;
    try {
      return await write<T>(`${SHAPES}${tool}`, { method: "POST", body: { layer, targets, operations, ...more } });
    } catch (reason) {
      if (!(reason instanceof Refusal && expected(reason))) this.refuse(reason);
      this.editor.went(hands.map(({ key }) => key));
      return null;
    } finally {
      this.busy = false;
    }
  }

  /** The draft's steps for features that got another shape. */
  updates(form: LayerForm, found: Reshaped[]): Promise<Change[]> {
    return Promise.all(
      found.map(async ({ key: known, id, version, geometry }) => {
        const key = known ?? featureKey(form.layer, id ?? "");
        if (id && !this.draft.base(key)) this.draft.keepBase(key, await server.base(form.layer, id));
        const step = changed(this.draft, form, key, id, { geometry });
        // The shape was made from this version, whatever somebody saved a moment later.
        return { key, step: { ...step, base_version: version } };
      }),
    );
  }

  act(label: string, changes: Change[]): void {
    this.draft.act(label, changes);
    this.editor.went(changes.map(({ key }) => key));
  }

  /** Says what was done, to how many neighbours, and which could not follow. */
  tell(words: (string | null)[], { updates, left_out }: ShapesAnswer): void {
    const beside = updates.filter(({ neighbour }) => neighbour).length;
    const more = [beside > 0 ? w("shapes.with_neighbours", { n: beside }) : null, left_out.length > 0 ? w("shapes.left_out", { names: left_out.join(", ") }) : null];
    say([...words, ...more].filter(Boolean).join(" "), left_out.length > 0 ? "caution" : "good");
  }

  private refuse(reason: unknown): void {
    const { title, text } = failureWords(reason);
    say([title, text].filter(Boolean).join(" "), "bad");
  }
}

export function sizeOf({ geometry }: Pick<Reshaped, "geometry">, value: number): string {
  return geometry.type === "MultiPolygon" ? formatArea(value) : formatLength(value);
}

/** "Look again at: area, legal area"; null when there is nothing to look at. */
export function toCheck(form: LayerForm, names: string[]): string | null {
  const labels = form.fields.filter(({ name }) => names.includes(name)).map(({ label }) => label);
  return labels.length > 0 ? w("shapes.check", { fields: labels.join(", ") }) : null;
}
