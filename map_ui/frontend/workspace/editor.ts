/** Editing one layer: which feature is in hand, and every change of it as a step of the draft.
 *  Tools read what is in hand, change it with `changeGeometry` and `changeValues`, and listen with `onChange`. */
import type L from "leaflet";
import { say } from "../shell/messages";
import { phone } from "../shell/panel";
import { failureWords } from "../shell/states";
import { Locks, markEditing, showFree, type EditorOptions } from "./editor_parts";
import { FeaturePanel, type Hand } from "./feature_panel";
import { figuresOf } from "./geometry";
import { hintOf } from "./hints";
import { Neighbours } from "./neighbours";
import { openFeature, openStep, pick } from "./picking";
import { loadGeoman, ShapeEditor, type Tool } from "./shape_editor";
import { changed, creation, deletion } from "./steps";
import type { LayerForm, Operation, Problem, Values } from "./types";
import { w } from "./words";

export class Editor {
  form: LayerForm | null = null;
  /** The step of the feature in hand. */
  key: string | null = null;
  readonly shapes: ShapeEditor;
  readonly neighbours: Neighbours;
  private feature: FeaturePanel | null = null;
  private readonly locks = new Locks();
  readonly pick = (position: L.LatLng) => pick(this, position);
  readonly open = (layer: string, id: string) => openFeature(this, layer, id);
  readonly openStep = (key: string, problem: Problem | null = null) => openStep(this, key, problem);
  readonly refresh = () => this.update();
  /** What a tool has to say before the usual hint. */
  toolHint: () => string | null = () => null;
  readonly focusField = (name: string | null) => this.feature?.focusField(name);
  onLine: (across: GeoJSON.Geometry) => void = () => undefined;
  /** A tool may take a click, or another shape of the feature in hand, before the editor does. */
  onPick: (position: L.LatLng) => boolean = () => false;
  onProblem: (problem: Problem) => void = () => undefined;
  onReshape: (geometry: GeoJSON.Geometry) => boolean = () => false;
  onMoving: (geometry: GeoJSON.Geometry | null) => void = () => undefined;
  private readonly listeners: (() => void)[] = [];

  constructor(readonly options: EditorOptions) {
    const { map, draft, bar, keeper, checks } = options;
    this.shapes = new ShapeEditor({
      map,
      snapping: () => bar.snapping,
      locked: () => this.locked,
      onEdit: (geometry, tool) => this.edited(geometry, tool),
      onDrawn: (geometry) => this.create(geometry),
      onLive: (geometry) => this.live(geometry),
      onToolEnd: () => this.update(),
    });
    this.neighbours = new Neighbours(map, () => options.editableVisible(), () => new Set([...draft.operations.map(({ id }) => id), this.feature?.id]));
    draft.onChange(() => this.update());
    keeper.onChange(() => this.update());
    checks.onChange(() => this.refreshForm());
    map.on("zoomend", () => this.update());
  }

  get active(): boolean {
    return this.form !== null;
  }

  get layer(): string | null {
    return this.form?.layer ?? null;
  }

  /** True while a feature is in hand. */
  get holds(): boolean {
    return this.key !== null;
  }

  get hand(): Hand | null {
    return this.key !== null && this.form ? { key: this.key, id: this.feature?.id ?? null, form: this.form } : null;
  }

  /** The geometry in hand; null where there is none, or it is deleted. */
  get geometry(): GeoJSON.Geometry | null {
    return this.key && !this.deleted ? this.options.draft.geometry(this.key) : null;
  }

  /** True while only attributes of the layer are edited. */
  get locked(): boolean {
    return this.form !== null && this.locks.has(this.form.layer);
  }

  lock(on: boolean): void {
    if (this.form) this.locks.set(this.form.layer, on);
    if (on && this.shapes.drawing) this.shapes.release();
    this.showShape();
    this.update();
  }

  /** After every change of what is in hand, of the tool and of the draft. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Opens a layer for editing. */
  async start(layer: string): Promise<void> {
    try {
      const [form] = await Promise.all([this.options.forms.of(layer), loadGeoman(this.options.map)]);
      this.close();
      this.form = form;
    } catch (reason) {
      say(failureWords(reason).title, "bad");
      return;
    }
    this.options.makeVisible(layer);
    this.options.bar.open(this.form);
    markEditing(this.options.map, true);
    this.neighbours.start();
    this.options.onStart();
    this.update();
  }

  /** Ends editing; the draft stays. */
  stop(): void {
    if (!this.form) return;
    this.close();
    this.form = null;
    this.neighbours.stop();
    this.options.bar.close();
    markEditing(this.options.map, false);
    void this.options.keeper.save();
    this.options.onStop();
  }

  draw(): void {
    if (!this.form || this.locked) return;
    if (this.shapes.tool === "draw") this.shapes.release();
    else {
      this.close();
      if (phone.matches) this.options.panel.hide();
      this.shapes.draw(this.form.geometry_type);
      this.options.map.getContainer().focus({ preventScroll: true });
    }
    this.update();
  }

  use(tool: Tool): void {
    this.shapes.use(this.shapes.tool === tool ? "none" : tool);
    this.update();
  }

  /** Deletes the feature in hand; a new one is simply gone. */
  remove(): void {
    const { hand, options: { draft } } = this;
    if (!hand || this.locked) return;
    draft.act(w("act.delete", { what: hand.form.title }), [{ key: hand.key, step: deletion(draft, hand.form, hand.key, hand.id) }]);
    this.close();
  }

  /** While something is drawn its last corner goes, else the last act of the draft. */
  undo(): void {
    if (this.shapes.drawing) this.shapes.removeLastCorner();
    else this.went(this.options.draft.undo());
  }

  redo(): void {
    this.went(this.options.draft.redo());
  }

  /** Steps back by one: the tool, then the feature, then the layer. False when nothing was open. */
  escape(): boolean {
    if (this.shapes.tool !== "none" && this.shapes.tool !== "corners") {
      this.shapes.release();
      if (this.key) this.shapes.use("corners");
    } else if (this.key) this.close();
    else if (this.form) this.stop();
    else return false;
    this.update();
    return true;
  }

  /** Puts the feature in hand down. */
  close(): void {
    this.shapes.close();
    if (this.feature) this.options.panel.hide();
    this.key = null;
    this.feature = null;
    this.options.overlay.hide(null);
    this.neighbours.show();
    this.update();
  }

  /** After publication: what is on the map is new. */
  forget(): void {
    this.close();
    this.neighbours.refresh();
  }

  /** Takes a step in hand; its base is in the draft already, where it has one. */
  take(key: string, id: string | null): void {
    const { form } = this;
    if (!form) return;
    this.shapes.release();
    this.options.onTake();
    this.key = key;
    const { panel, draft, zone, overlay } = this.options;
    this.feature = new FeaturePanel(form, id, {
      zone,
      onChange: (name, value, label) => this.changeValues({ [name]: value }, w("act.value", { field: label })),
      onFix: (problem) => this.onProblem(problem),
      onRevert: () => draft.act(w("act.revert", { what: form.title }), [{ key, step: null }]),
    });
    panel.fill(w("edit.feature"), this.feature.element);
    panel.show("half");
    overlay.hide(key);
    this.neighbours.show();
    showFree(this.options.map, draft.geometry(key));
    this.showShape();
    if (this.deleted) overlay.hide(null);
    this.update();
  }

  /** The geometry in hand as the draft has it, with its corners to hand. */
  private showShape(): void {
    const { tool } = this.shapes;
    this.shapes.show(this.geometry);
    if (this.geometry) this.shapes.use(tool === "drag" || tool === "rotate" ? tool : "corners");
  }

  private get deleted(): boolean {
    return this.key !== null && this.options.draft.step(this.key)?.kind === "delete";
  }

  private create(geometry: GeoJSON.Geometry): void {
    if (!this.form) return;
    const step = creation(this.form, geometry);
    this.options.draft.act(w("act.create", { what: this.form.title }), [{ key: step.key, step }]);
    this.take(step.key, null);
    this.feature?.focusField(this.form.fields.find(({ required }) => required)?.name ?? null);
  }

  /** A geometry from elsewhere than the shape's own handles becomes that of the feature in hand, or of a new one. */
  changeGeometry(geometry: GeoJSON.Geometry, label: string): void {
    if (this.locked) return;
    if (this.key && this.onReshape(geometry)) return;
    if (this.key) {
      this.step(label, { geometry });
      this.showShape();
      this.update();
    } else this.create(geometry);
  }

  changeValues(values: Values, label: string): void {
    this.step(label, { values });
  }

  private edited(geometry: GeoJSON.Geometry, tool: Tool): void {
    if (tool === "split") this.onLine(geometry);
    else if (tool !== "corners" || !this.onReshape(geometry)) this.step(w(tool === "cut" ? "act.cut" : "act.geometry"), { geometry });
    if (tool === "cut") this.showShape();
  }

  live(geometry: GeoJSON.Geometry | null): void {
    this.onMoving(geometry);
    if (this.feature) this.feature.live(geometry);
    else this.options.bar.show(figuresOf(geometry, this.options.zone));
    for (const listener of this.listeners) listener();
  }

  private step(label: string, change: Partial<Pick<Operation, "geometry" | "values">>): void {
    const { hand, options: { draft } } = this;
    if (hand) draft.act(label, [{ key: hand.key, step: changed(draft, hand.form, hand.key, hand.id, change) }]);
  }

  /** After undo, redo and acts of tools the feature in hand is drawn again, or put down when it is gone. */
  went(keys: string[]): void {
    const { key, options: { draft } } = this;
    if (!key || !keys.includes(key)) return;
    const there = draft.step(key) !== null || draft.base(key) !== null;
    if (there) this.showShape();
    else this.close();
    this.update();
  }

  private refreshForm(): void {
    const { key, feature, options: { draft, checks } } = this;
    if (!key || !feature) return;
    feature.show({ step: draft.step(key), base: draft.base(key), values: draft.values(key), geometry: draft.geometry(key), problems: checks.of(key), checking: checks.waiting });
  }

  private update(): void {
    this.refreshForm();
    for (const listener of this.listeners) listener();
    if (!this.form) return;
    const { locked, shapes: { tool, drawing }, options: { bar, draft, keeper } } = this;
    if (!drawing) bar.show("");
    bar.update({ tool, selected: this.key !== null, deleted: this.deleted, locked, undo: draft.undoLabel, redo: draft.redoLabel, keeping: keeper.state, hint: hintOf(this) });
  }

  /** Alone, because it follows the pointer. */
  refreshHint(): void {
    this.options.bar.hint(hintOf(this));
  }
}
