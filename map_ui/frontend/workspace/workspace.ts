/** The planners' workspace: what it adds to the viewer. */
import type L from "leaflet";
import type { MapFeature } from "../api_types";
import { h, icon, required } from "../dom";
import { say } from "../shell/messages";
import { phone } from "../shell/panel";
import type { Tab } from "../shell/tabs";
import { AttributeTable } from "../table/attribute_table";
import type { ViewerExtension, ViewerParts } from "../viewer/extension";
import { Checks } from "./checks";
import { Desk } from "./desk";
import { Draft } from "./draft";
import { DraftOverlay } from "./draft_overlay";
import { EditBar } from "./edit_bar";
import { Editor } from "./editor";
import { Forms } from "./forms";
import { DraftKeeper } from "./keeping";
import { LayerButtons } from "./layer_buttons";
import { mayLeave, watchLinks } from "./leaving";
import { takeUp } from "./opening";
import { Presence } from "./presence";
import { Tools } from "./tools";
import type { Right } from "./types";
import { w } from "./words";

class Workspace implements ViewerExtension {
  readonly tab: Tab | null;
  private readonly draft = new Draft();
  private readonly forms = new Forms();
  private readonly keeper: DraftKeeper;
  private readonly checks: Checks;
  private readonly editor: Editor;
  private readonly desk: Desk;
  private readonly bar: EditBar;
  private readonly tools: Tools;
  private readonly table: AttributeTable;
  private readonly buttons = new LayerButtons({
    titleOf: (slug) => this.parts.catalog.layers.find((entry) => entry.slug === slug)?.title ?? null,
    mayEdit: (slug) => this.may(slug, "edit"),
    edit: (slug) => void (this.editor.layer === slug ? this.close() : this.editor.start(slug)),
    table: (slug) => this.table.toggle(slug),
  });

  constructor(private readonly parts: ViewerParts) {
    const { map, right, catalog, zone } = parts;
    const edits = this.allowed("edit");
    this.keeper = new DraftKeeper(this.draft, `draft of ${catalog.actor.name ?? ""}`, edits);
    this.checks = new Checks(this.draft, this.forms.known);
    this.bar = this.makeBar();
    const overlay = new DraftOverlay(map, this.draft, (key) => this.tools.step(key) || void this.editor.openStep(key));
    this.editor = new Editor({
      map,
      zone,
      panel: right,
      draft: this.draft,
      keeper: this.keeper,
      checks: this.checks,
      forms: this.forms,
      overlay,
      bar: this.bar,
      editableVisible: () => parts.store.visible.filter(({ slug }) => this.may(slug, "edit")).map(({ slug }) => slug),
      makeVisible: (layer) => this.makeVisible(layer),
      onTake: () => this.desk.only("editor"),
      onStart: () => this.started(),
      onStop: () => this.showButtons(),
    });
    this.desk = new Desk({ parts: { ...parts, refreshTiles: () => this.published() }, draft: this.draft, forms: this.forms, keeper: this.keeper, checks: this.checks, editor: this.editor, may: (slug, right) => this.may(slug, right), allowed: (right) => this.allowed(right), makeVisible: (layer) => this.makeVisible(layer) });
    this.tab = this.desk.tab;
    required("#map").after(this.bar.element);
    watchLinks(this.draft, this.keeper);
    this.tools = new Tools({ editor: this.editor, bar: this.bar, parts, save: () => void this.save() });
    this.table = new AttributeTable({
      map,
      draft: this.draft,
      forms: this.forms,
      layers: () => catalog.layers,
      mayEdit: (slug) => this.may(slug, "edit"),
      makeVisible: (slug) => this.makeVisible(slug),
      undo: () => this.editor.undo(),
      redo: () => this.editor.redo(),
      onToggle: () => this.showButtons(),
    });
    if (edits) this.tellOthers();
    if (edits) void takeUp(this.draft).then(() => this.keeper.resume());
  }

  private tellOthers(): void {
    const held = () => {
      const { hand, geometry } = this.editor;
      return hand ? { layer: hand.form.layer, id: hand.id, geometry } : null;
    };
    new Presence({ map: this.parts.map, others: this.parts.others, held });
  }

  layerButton(slug: string): HTMLElement | null {
    return this.buttons.of(slug);
  }

  featureButtons(feature: MapFeature): HTMLElement[] {
    const button = (name: string, words: string, act: () => void) => h("button", { type: "button", class: "button", click: act }, icon(name), words);
    const { layer, id } = feature;
    this.table.chosen(layer, id);
    const edit = this.may(layer, "edit") ? [button("pencil", w("edit.this"), () => void this.editFeature(layer, id))] : [];
    return [...edit, button("history", w("history.open"), () => void this.desk.showHistory(layer, id))];
  }

  click(position: L.LatLng): boolean {
    if (this.desk.click(position)) return true;
    if (!this.editor.active) {
      this.desk.only(null);
      return false;
    }
    if (!this.tools.click(position)) void this.editor.pick(position);
    return true;
  }

  closePanel(): boolean {
    if (this.editor.holds) this.editor.close();
    else return this.desk.closePanel();
    return true;
  }

  escape(): boolean {
    if (this.table.escape() || this.tools.escape() || this.desk.escape()) return true;
    if (this.editor.active && !this.editor.holds && this.editor.shapes.tool === "none") void this.close();
    else return this.editor.escape() || this.closePanel();
    return true;
  }

  private makeVisible(layer: string): void {
    if (!this.parts.store.find(layer)?.visible) this.parts.store.setVisible(layer, true);
  }

  private allowed(right: Right): boolean {
    return this.parts.catalog.layers.some(({ may }) => may?.includes(right));
  }

  private may(slug: string, right: Right): boolean {
    return this.parts.catalog.layers.find((entry) => entry.slug === slug)?.may?.includes(right) ?? false;
  }

  private makeBar(): EditBar {
    return new EditBar({
      draw: () => this.editor.draw(),
      tool: (tool) => this.editor.use(tool),
      remove: () => this.editor.remove(),
      undo: () => this.editor.undo(),
      redo: () => this.editor.redo(),
      snapping: () => this.editor.shapes.again(),
      lock: (on) => this.editor.lock(on),
      save: () => void this.save(),
      close: () => void this.close(),
    });
  }

  /** Ends editing the layer, unless the person stays with what could not be saved. */
  private async close(): Promise<void> {
    if (await mayLeave(this.draft, this.keeper)) this.editor.stop();
  }

  private async save(): Promise<void> {
    const saved = await this.keeper.save();
    if (saved) say(w("draft.saved"), "good");
    else say(this.keeper.state === "offline" ? w("keeping.offline_text") : w("keeping.refused_text", { why: this.keeper.refusal }), "caution");
  }

  private started(): void {
    this.desk.asOf.stop(); // what is edited is what is there today
    this.parts.clearSelection();
    if (phone.matches) this.parts.left.setHeight("peek");
    this.showButtons();
  }

  private published(): void {
    this.parts.refreshTiles();
    this.table.refresh();
  }

  private showButtons(): void {
    this.buttons.show(this.editor.layer, this.table.shown);
  }

  private async editFeature(layer: string, id: string): Promise<void> {
    this.parts.clearSelection();
    await this.editor.open(layer, id);
  }

}

export function extend(parts: ViewerParts): ViewerExtension {
  return new Workspace(parts);
}
