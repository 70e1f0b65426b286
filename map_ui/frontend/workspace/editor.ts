/** Editing one layer: which feature is in hand, and every change of it as a step of the draft. */
import L from "leaflet";
import { api } from "../api";
import { say } from "../shell/messages";
import { coveredEdges, phone, showPosition } from "../shell/panel";
import { errorState, failureWords, skeleton } from "../shell/states";
import { replaceChildren } from "../dom";
import { featureKey } from "./draft";
import { showFree, type EditorOptions } from "./editor_parts";
import { FeaturePanel } from "./feature_panel";
import { boundsOf } from "./geometry";
import { hintFor } from "./hints";
import { Neighbours } from "./neighbours";
import { server } from "./server";
import { loadGeoman, ShapeEditor, type Tool } from "./shape_editor";
import { changed, creation, deletion } from "./steps";
import type { LayerForm, Operation, Problem } from "./types";
import { w } from "./words";

export class Editor {
  private form: LayerForm | null = null;
  private key: string | null = null;
  private readonly shapes: ShapeEditor;
  private readonly neighbours: Neighbours;
  private feature: FeaturePanel | null = null;

  constructor(private readonly options: EditorOptions) {
    const { map, draft, bar, keeper, checks } = options;
    this.shapes = new ShapeEditor({
      map,
      snapping: () => bar.snapping,
      onEdit: (geometry, tool) => this.changeGeometry(geometry, tool),
      onDrawn: (geometry) => this.create(geometry),
      onLive: (geometry) => this.feature?.live(geometry),
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

  /** True while a feature is in hand. */
  get holds(): boolean {
    return this.key !== null;
  }

  get layer(): string | null {
    return this.form?.layer ?? null;
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
    this.options.map.getContainer().classList.add("editing");
    this.options.map.doubleClickZoom.disable();
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
    this.options.map.getContainer().classList.remove("editing");
    this.options.map.doubleClickZoom.enable();
    void this.options.keeper.save();
    this.options.onStop();
  }

  /** What lies under a click becomes the feature in hand. */
  async pick(position: L.LatLng): Promise<void> {
    if (!this.form || this.shapes.drawing || this.shapes.clicked) return;
    const { layer } = this.form;
    try {
      const { features } = await api.identify(position.lng, position.lat, this.options.map.getZoom(), [layer]);
      const [found] = features;
      if (found) await this.open(layer, found.id);
      else this.close();
    } catch (reason) {
      say(failureWords(reason).title, "bad");
    }
  }

  /** Takes a feature of the map in hand. */
  async open(layer: string, id: string): Promise<void> {
    const known = this.options.draft.operations.find((step) => step.layer === layer && step.id === id);
    const key = known?.key ?? featureKey(layer, id);
    if (layer !== this.layer) await this.start(layer);
    if (!this.form) return;
    const { panel, draft } = this.options;
    replaceChildren(panel.body, skeleton(6));
    try {
      if (!known || !draft.base(key)) draft.keepBase(key, await server.base(layer, id));
    } catch (reason) {
      panel.show("half");
      replaceChildren(panel.body, errorState(reason, () => void this.open(layer, id)));
      return;
    }
    this.take(key, id);
  }

  /** Takes a step of the draft in hand, wherever it is. */
  async openStep(key: string, problem: Problem | null = null): Promise<void> {
    const step = this.options.draft.step(key);
    if (!step) return;
    if (step.id) await this.open(step.layer, step.id);
    else {
      if (step.layer !== this.layer) await this.start(step.layer);
      if (this.form) this.take(key, null);
    }
    const geometry = this.options.draft.geometry(key);
    if (problem?.place) showPosition(this.options.map, [problem.place[1], problem.place[0]], 20);
    else if (geometry) this.options.map.fitBounds(boundsOf(geometry), { maxZoom: 19, ...coveredEdges() });
    this.feature?.focusField(problem?.field ?? null);
  }

  draw(): void {
    if (!this.form) return;
    if (this.shapes.tool === "draw") {
      this.shapes.release();
      this.update();
      return;
    }
    this.close();
    if (phone.matches) this.options.panel.hide();
    this.shapes.draw(this.form.geometry_type);
    this.options.map.getContainer().focus({ preventScroll: true });
    this.update();
  }

  use(tool: Tool): void {
    this.shapes.use(this.shapes.tool === tool ? "none" : tool);
    this.update();
  }

  snappingChanged(): void {
    this.shapes.again();
  }

  /** Deletes the feature in hand; a new one is simply gone. */
  remove(): void {
    const { key, form } = this;
    if (!key || !form) return;
    const { draft } = this.options;
    draft.act(w("act.delete", { what: form.title }), [{ key, step: deletion(draft, form, key, this.feature?.id ?? null) }]);
    this.close();
  }

  undo(): void {
    this.went(this.options.draft.undo());
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

  /** Without a mouse: a corner in the middle of the map. */
  cornerAtCentre(): boolean {
    return this.shapes.cornerAt(this.options.map.getCenter());
  }

  removeLastCorner(): boolean {
    return this.shapes.removeLastCorner();
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

  private take(key: string, id: string | null): void {
    const { form } = this;
    if (!form) return;
    this.shapes.release();
    this.options.onTake();
    this.key = key;
    const { panel, draft, zone, overlay } = this.options;
    this.feature = new FeaturePanel(form, id, {
      zone,
      onChange: (name, value, label) => this.changeValue(name, value, label),
      onRevert: () => draft.act(w("act.revert", { what: form.title }), [{ key, step: null }]),
    });
    panel.title.textContent = w("edit.feature");
    replaceChildren(panel.body, this.feature.element);
    panel.show("half");
    overlay.hide(key);
    this.neighbours.show();
    showFree(this.options.map, draft.geometry(key));
    this.shapes.show(this.deleted ? null : draft.geometry(key));
    if (!this.deleted) this.shapes.use("corners");
    if (this.deleted) overlay.hide(null);
    this.refreshForm();
    this.update();
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

  private changeGeometry(geometry: GeoJSON.Geometry, tool: Tool): void {
    this.step(w(tool === "cut" ? "act.cut" : "act.geometry"), { geometry });
    if (tool === "cut" && this.key) {
      this.shapes.show(this.options.draft.geometry(this.key));
      this.shapes.use("corners");
    }
  }

  private changeValue(name: string, value: unknown, label: string): void {
    this.step(w("act.value", { field: label }), { values: { [name]: value } });
  }

  private step(label: string, change: Partial<Pick<Operation, "geometry" | "values">>): void {
    const { key, form } = this;
    if (!key || !form) return;
    const { draft } = this.options;
    draft.act(label, [{ key, step: changed(draft, form, key, this.feature?.id ?? null, change) }]);
  }

  /** After undo and redo the feature in hand is drawn again, or put down when it is gone. */
  private went(keys: string[]): void {
    const { key } = this;
    const { draft } = this.options;
    if (!key || !keys.includes(key)) return;
    const there = draft.step(key) !== null || draft.base(key) !== null;
    if (!there) this.close();
    else {
      const { tool } = this.shapes;
      this.shapes.show(this.deleted ? null : draft.geometry(key));
      this.shapes.use(tool === "none" && !this.deleted ? "corners" : tool);
      this.refreshForm();
    }
    this.update();
  }

  private refreshForm(): void {
    const { key, feature } = this;
    if (!key || !feature) return;
    const { draft, checks } = this.options;
    feature.show({ step: draft.step(key), base: draft.base(key), values: draft.values(key), geometry: draft.geometry(key), problems: checks.of(key), checking: checks.waiting });
  }

  private update(): void {
    this.refreshForm();
    if (!this.form) return;
    const { bar, draft, keeper, map } = this.options;
    const hint = hintFor({ tool: this.shapes.tool, points: this.form.geometry_type === "Point", holds: this.key !== null, zoom: map.getZoom(), keeper });
    bar.update({ tool: this.shapes.tool, selected: this.key !== null, deleted: this.deleted, undo: draft.undoLabel, redo: draft.redoLabel, keeping: keeper.state, hint });
  }
}
