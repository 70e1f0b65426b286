/** Split, merge and shared boundaries: the tools, their buttons and keys. */
import type { EditBar } from "./edit_bar";
import type { Editor } from "./editor";
import type { Hand } from "./feature_panel";
import { phone } from "../shell/panel";
import { Fixes } from "./fixes";
import { Joining } from "./joining";
import { onControl, onMap, type KeyBinding } from "./keys";
import { ShapeActs, sizeOf, toCheck, type Change } from "./shape_acts";
import { SharedBoundary } from "./shared_boundary";
import { creation } from "./steps";
import type { LayerForm, Reshaped, ShapesAnswer } from "./types";
import { w } from "./words";

interface SplitAnswer extends ShapesAnswer {
  not_copied: string[];
  to_check: string[];
}

export class ShapeTools {
  readonly bindings: KeyBinding[];
  private readonly acts: ShapeActs;
  private readonly joining: Joining;
  private readonly shared: SharedBoundary;
  private readonly fixes: Fixes;

  constructor(
    private readonly editor: Editor,
    bar: EditBar,
  ) {
    this.acts = new ShapeActs(editor);
    this.joining = new Joining(this.acts);
    this.shared = new SharedBoundary(this.acts);
    bar.addShapeTools(this.shared.button, this.joining.button);
    this.fixes = new Fixes(this.acts);
    bar.addPart(this.joining.element);
    bar.addPart(this.fixes.element);
    editor.onProblem = (problem) => {
      if (phone.matches) editor.options.panel.setHeight("peek"); // the preview is on the map
      void this.fixes.offer(problem);
    };
    editor.onLine = (line) => void this.split(line);
    editor.onReshape = (geometry) => this.shared.takes(geometry);
    editor.onMoving = (geometry) => this.shared.preview(geometry);
    editor.onPick = (position) => this.joining.takes(position);
    const ready = () => editor.holds && !editor.locked;
    this.bindings = [
      { keys: ["x"], shown: "X", words: "keys.split", group: "corner", act: () => ready() && (editor.use("split"), true) },
      { keys: ["c"], shown: "C", words: "keys.merge", group: "corner", act: () => editor.active && (this.joining.press(), true) },
      { keys: ["space"], shown: "C, Space", words: "keys.merge_centre", group: "corner", act: (event) => onMap(event) && this.joining.atCentre() },
      { keys: [], shown: "Shift", words: "keys.also", group: "corner", act: () => false },
      { keys: ["b"], shown: "B", words: "keys.shared", group: "corner", act: () => editor.active && (this.shared.toggle(), true) },
      { keys: ["enter"], shown: "", words: "keys.merge", group: "corner", act: (event) => !onControl(event) && this.joining.finish() },
    ];
  }

  get hint(): string | null {
    return this.joining.hint ?? this.shared.hint;
  }

  /** A step of the draft that was clicked on the map; false when no tool wants it. */
  takesStep(key: string): boolean {
    return this.joining.takesStep(key);
  }

  escape(): boolean {
    return this.fixes.escape() || this.joining.escape();
  }

  private async split(line: GeoJSON.Geometry): Promise<void> {
    const { hand } = this.editor;
    if (!hand) return;
    const { form } = hand;
    const answer = await this.acts.ask<SplitAnswer>("split", [hand], { line });
    if (!answer) return;
    const made = answer.creates.map((piece) => this.piece(hand, piece, answer.not_copied));
    this.acts.act(w("act.split", { what: form.title }), [...(await this.acts.updates(form, answer.updates)), ...made]);
    const own = [...answer.updates.filter(({ neighbour }) => !neighbour), ...answer.creates];
    const sizes = own.map((piece) => sizeOf(piece, piece.after)).join(" + ");
    this.acts.tell([w("shapes.split", { n: own.length, sizes }), toCheck(form, answer.to_check)], answer);
    const [piece] = made;
    if (piece) this.describe(form, piece.key);
  }

  /** Takes a new piece in hand, at the first field that is still to be filled in. */
  private describe(form: LayerForm, key: string): void {
    const values = this.acts.draft.values(key);
    this.editor.take(key, null);
    this.editor.focusField(form.fields.find(({ name, required }) => required && !values[name])?.name ?? null);
  }

  /** A new piece: it takes over what is not the first one's alone. */
  private piece({ key, form }: Hand, { geometry }: Reshaped, notCopied: string[]): Change {
    const known = this.acts.draft.values(key);
    const names = form.fields.map(({ name }) => name).filter((name) => !notCopied.includes(name) && known[name] !== null && known[name] !== undefined);
    const step = creation(form, geometry);
    return { key: step.key, step: { ...step, values: { ...step.values, ...Object.fromEntries(names.map((name) => [name, known[name]])) } } };
  }
}
