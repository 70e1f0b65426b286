/** Split, merge and shared boundaries: the server works out the shapes, the draft takes them as one act. */
import { say } from "../shell/messages";
import { failureWords } from "../shell/states";
import { formatArea, formatLength } from "../format";
import { featureKey, type Draft } from "./draft";
import { server, write } from "./server";
import { changed, creation } from "./steps";
import type { Editor } from "./editor";
import type { Hand } from "./feature_panel";
import type { KeyBinding } from "./keys";
import type { LayerForm, Operation, Reshaped, ShapesAnswer } from "./types";
import { w } from "./words";

interface Change {
  key: string;
  step: Operation;
}

export class ShapeTools {
  busy = false;

  readonly bindings: KeyBinding[];
  private readonly draft: Draft;

  constructor(private readonly editor: Editor) {
    this.draft = editor.options.draft;
    this.bindings = [{ keys: ["x"], shown: "X", words: "keys.split", group: "corner", act: () => editor.holds && (editor.use("split"), true) }];
    editor.onLine = (line) => void this.split(line);
  }

  async split(line: GeoJSON.Geometry): Promise<void> {
    const first = this.editor.hand;
    if (!first) return;
    const { form } = first;
    const hands = [first];
    const answer = await this.ask<ShapesAnswer & { not_copied: string[]; to_check: string[] }>("split", hands, { line });
    if (!answer) return;
    const { draft } = this;
    const changes = await this.updates(form, answer.updates);
    const made = answer.creates.map((piece) => this.piece(form, hands, piece, answer.not_copied));
    this.act(w("act.split", { what: form.title }), [...changes, ...made]);
    const own = [...answer.updates.filter(({ neighbour }) => !neighbour), ...answer.creates];
    const labels = form.fields.filter(({ name }) => answer.to_check.includes(name)).map(({ label }) => label);
    this.tell([w("shapes.split", { n: own.length, sizes: own.map(size).join(" + ") }), labels.length > 0 ? w("shapes.check", { fields: labels.join(", ") }) : null], answer);
    const [piece] = made;
    const missing = form.fields.find(({ name, required }) => required && piece && !draft.values(piece.key)[name]);
    if (!piece) return;
    this.editor.take(piece.key, null);
    this.editor.focusField(missing?.name ?? null);
  }

  /** The server's answer about shapes as the draft has them; null after a refusal, which was said. */
  private async ask<T>(tool: string, hands: Hand[], more: object): Promise<T | null> {
    const { draft } = this;
    const layer = hands[0]?.form.layer ?? "";
    const operations = draft.operations.filter((step) => step.layer === layer).map((step) => ({ ...step, values: {} }));
    const targets = hands.map(({ key, id }) => ({ key, id }));
    this.busy = true;
    try {
      return await write<T>(`/api/shapes/${tool}`, { method: "POST", body: { layer, targets, operations, ...more } });
    } catch (reason) {
      const { title, text } = failureWords(reason);
      say([title, text].filter(Boolean).join(" "), "bad");
      this.editor.went(hands.map(({ key }) => key));
      return null;
    } finally {
      this.busy = false;
    }
  }

  private async updates(form: LayerForm, found: Reshaped[]): Promise<Change[]> {
    const { draft } = this;
    return Promise.all(
      found.map(async ({ key: known, id, version, geometry }) => {
        const key = known ?? featureKey(form.layer, id ?? "");
        if (id && !draft.base(key)) draft.keepBase(key, await server.base(form.layer, id));
        const step = changed(draft, form, key, id, { geometry });
        // The shape was made from this version, whatever somebody saved a moment later.
        return { key, step: { ...step, base_version: version } };
      }),
    );
  }

  /** A new piece: it takes over what is not the first one's alone. */
  private piece(form: LayerForm, hands: Hand[], { key, id, geometry }: Reshaped, notCopied: string[]): Change {
    const from = hands.find((hand) => hand.key === key || (id !== null && hand.id === id));
    const known = from ? this.draft.values(from.key) : {};
    const names = form.fields.map(({ name }) => name).filter((name) => !notCopied.includes(name) && known[name] !== null && known[name] !== undefined);
    const step = creation(form, geometry);
    return { key: step.key, step: { ...step, values: { ...step.values, ...Object.fromEntries(names.map((name) => [name, known[name]])) } } };
  }

  private act(label: string, changes: { key: string; step: Operation | null }[]): void {
    this.draft.act(label, changes);
    this.editor.went(changes.map(({ key }) => key));
  }

  private tell(words: (string | null)[], { updates, left_out }: ShapesAnswer): void {
    const beside = updates.filter(({ neighbour }) => neighbour).length;
    const more = [beside > 0 ? w("shapes.with_neighbours", { n: beside }) : null, left_out.length > 0 ? w("shapes.left_out", { names: left_out.join(", ") }) : null];
    say([...words, ...more].filter(Boolean).join(" "), left_out.length > 0 ? "caution" : "good");
  }
}

function size({ geometry, after }: Reshaped): string {
  return geometry.type === "MultiPolygon" ? formatArea(after) : formatLength(after);
}
