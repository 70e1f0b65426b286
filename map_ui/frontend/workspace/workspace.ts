/** The planners' workspace: what it adds to the viewer. */
import type L from "leaflet";
import type { MapFeature } from "../api_types";
import { h, icon, iconButton, required } from "../dom";
import { say } from "../shell/messages";
import { coveredEdges, phone } from "../shell/panel";
import { failureWords } from "../shell/states";
import type { Tab } from "../shell/tabs";
import type { ViewerExtension, ViewerParts } from "../viewer/extension";
import { Boxes } from "./boxes";
import { Checks } from "./checks";
import { Comments } from "./comments";
import { Conflicts } from "./conflicts";
import { Draft } from "./draft";
import { DraftOverlay } from "./draft_overlay";
import { DraftPanel } from "./draft_panel";
import { EditBar } from "./edit_bar";
import { Editor } from "./editor";
import { Forms } from "./forms";
import { boundsOf } from "./geometry";
import { nameOf } from "./feature_panel";
import { FeatureHistory } from "./history";
import { DraftKeeper } from "./keeping";
import { openSet, takeUp } from "./opening";
import { Review } from "./review";
import type { Box } from "./server";
import { Tools } from "./tools";
import type { ChangeSet, ChangeSetHead, Right } from "./types";
import { w } from "./words";

class Workspace implements ViewerExtension {
  readonly tab: Tab | null;
  private readonly draft = new Draft();
  private readonly forms = new Forms();
  private readonly keeper: DraftKeeper;
  private readonly checks: Checks;
  private readonly editor: Editor;
  private readonly review: Review;
  private readonly conflicts: Conflicts;
  private readonly history: FeatureHistory;
  private readonly boxes: Boxes;
  private readonly draftComments: Comments;
  private readonly bar: EditBar;
  private readonly tools: Tools;
  private commentsOf: number | null = null;
  private readonly pencils = new Map<string, HTMLButtonElement>();

  constructor(private readonly parts: ViewerParts) {
    const { map, right, catalog, zone } = parts;
    const edits = this.allowed("edit");
    this.keeper = new DraftKeeper(this.draft, `draft of ${catalog.actor.name ?? ""}`, edits);
    this.checks = new Checks(this.draft, this.forms.known);
    this.bar = this.makeBar();
    const overlay = new DraftOverlay(map, this.draft, (key) => void this.editor.openStep(key));
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
      onTake: () => this.only("editor"),
      onStart: () => this.started(),
      onStop: () => this.showPencils(),
    });
    this.review = new Review({ map, panel: right, forms: this.forms, vectors: parts.vectors, makeVisible: (layer) => this.makeVisible(layer), onDecided: (published) => this.moved(published), edit: (set) => void this.work(set) });
    this.conflicts = new Conflicts({
      map,
      panel: right,
      forms: this.forms,
      draft: this.draft,
      keeper: this.keeper,
      take: (set) => this.take(set),
      onResolved: () => this.resolved(),
      onMoved: () => this.moved(false),
    });
    this.history = new FeatureHistory({
      map,
      panel: right,
      forms: this.forms,
      back: (layer, id) => this.backToSheet(layer, id),
      onRestored: (layer, id) => {
        this.moved(true);
        this.backToSheet(layer, id);
      },
    });
    this.boxes = new Boxes({ boxes: this.boxNames(), open: (set, box) => void this.openSet(set, box), showPlace: ([west, south, east, north]) => map.fitBounds([[south, west], [north, east]], coveredEdges()) });
    this.draftComments = new Comments({ map, quiet: true, nameOf: (key) => this.stepName(key) });
    this.draft.onChange(() => this.followComments());
    this.followComments();
    this.tab = this.boxNames().length > 0 ? this.makeTab(edits) : null;
    required("#map").after(this.bar.element);
    this.tools = new Tools({ editor: this.editor, bar: this.bar, parts, save: () => void this.save() });
    if (edits) void takeUp(this.draft);
  }

  layerButton(slug: string): HTMLElement | null {
    const layer = this.parts.catalog.layers.find((entry) => entry.slug === slug);
    if (!layer || !this.may(slug, "edit")) return null;
    const toggle = () => (this.editor.layer === slug ? this.editor.stop() : void this.editor.start(slug));
    const pencil = iconButton("pencil", w("edit.layer", { name: layer.title }), toggle, { "aria-pressed": "false" });
    this.pencils.set(slug, pencil);
    return pencil;
  }

  featureButtons(feature: MapFeature): HTMLElement[] {
    const button = (name: string, words: string, act: () => void) => h("button", { type: "button", class: "button", click: act }, icon(name), words);
    const { layer, id } = feature;
    const edit = this.may(layer, "edit") ? [button("pencil", w("edit.this"), () => void this.editFeature(layer, id))] : [];
    return [...edit, button("history", w("history.open"), () => void this.showHistory(layer, id))];
  }

  click(position: L.LatLng): boolean {
    if (this.review.click(position) || this.draftComments.click(position)) return true;
    if (!this.editor.active) {
      this.only(null);
      return false;
    }
    void this.editor.pick(position);
    return true;
  }

  closePanel(): boolean {
    if (this.editor.holds) this.editor.close();
    else if (this.review.open || this.history.open || this.conflicts.open) {
      this.only(null);
      this.parts.right.hide();
    } else return false;
    return true;
  }

  escape(): boolean {
    return this.tools.escape() || this.review.escape() || this.draftComments.escape() || this.editor.escape() || this.closePanel();
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

  private boxNames(): Box[] {
    const edits: Box[] = this.allowed("edit") ? ["drafts", "sent", "returned"] : [];
    const reviews: Box[] = this.allowed("approve") ? ["review"] : [];
    return edits.length + reviews.length > 0 ? [...reviews, ...edits, "conflicts", "published"] : [];
  }

  private makeTab(edits: boolean): Tab {
    const panel = new DraftPanel({
      draft: this.draft,
      keeper: this.keeper,
      checks: this.checks,
      forms: this.forms,
      mayPublish: () => this.draft.operations.every(({ layer }) => this.may(layer, "publish")),
      open: (key, problem) => void this.editor.openStep(key, problem),
      resolve: (id) => void this.showConflicts(id),
      onEnd: (published) => this.moved(published),
    });
    const content = h("div", { class: "changes" }, edits ? panel.element : null, edits ? this.draftComments.element : null, this.boxes.element);
    void this.boxes.load();
    return { key: "changes", title: w("tab.changes"), icon: "file-pen", content };
  }

  private stepName(key: string): string | null {
    const step = this.draft.step(key);
    const form = step && this.forms.known.get(step.layer);
    return form ? nameOf(form, this.draft.values(key)) : null;
  }

  /** What reviewers said of the draft in hand, on the map and under its steps. */
  private followComments(): void {
    const { id } = this.draft;
    if (id === this.commentsOf) return;
    this.commentsOf = id;
    if (id === null) this.draftComments.clear();
    else void this.draftComments.show(id).catch(() => this.draftComments.clear()); // offline: the draft itself is here
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
      close: () => this.editor.stop(),
    });
  }

  private async save(): Promise<void> {
    const saved = await this.keeper.save();
    if (saved) say(w("draft.saved"), "good");
    else say(this.keeper.state === "offline" ? w("keeping.offline_text") : w("keeping.refused_text", { why: this.keeper.refusal }), "caution");
  }

  private started(): void {
    this.parts.clearSelection();
    if (phone.matches) this.parts.left.setHeight("peek");
    this.showPencils();
  }

  private showPencils(): void {
    for (const [slug, pencil] of this.pencils) pencil.setAttribute("aria-pressed", String(this.editor.layer === slug));
  }

  private async editFeature(layer: string, id: string): Promise<void> {
    this.parts.clearSelection();
    await this.editor.open(layer, id);
  }

  private async showHistory(layer: string, id: string): Promise<void> {
    this.parts.clearSelection();
    this.only("history");
    await this.history.show(layer, id);
  }

  private backToSheet(layer: string, id: string): void {
    this.only(null);
    this.parts.openFeature(layer, id);
  }

  /** One thing at a time in the right panel. */
  private only(user: "editor" | "review" | "conflicts" | "history" | null): void {
    if (user !== "editor") this.editor.close();
    if (user !== "review") this.review.close();
    if (user !== "conflicts") this.conflicts.close();
    if (user !== "history") this.history.close();
    if (user === "editor") this.parts.clearSelection();
  }

  private async showConflicts(id: number): Promise<void> {
    if (id === this.draft.id && !(await this.keeper.save())) {
      say(w("keeping.offline_text"), "caution");
      return;
    }
    this.parts.clearSelection();
    this.editor.stop();
    this.only("conflicts");
    await this.conflicts.show(id);
  }

  private async openSet(head: ChangeSetHead, box: Box): Promise<void> {
    if (box === "conflicts" && head.outdated) {
      await this.showConflicts(head.id);
      return;
    }
    if (box === "drafts" && head.id === this.draft.id) {
      this.showDraft();
      return;
    }
    this.parts.clearSelection();
    this.editor.stop();
    this.only("review");
    await this.review.show(head.id);
  }

  /** A draft or a returned set becomes the draft in hand; the one before stays on the server. */
  private async work(set: ChangeSet): Promise<void> {
    this.only(null);
    this.parts.right.hide();
    try {
      if (await this.take(set)) this.showDraft();
    } catch (reason) {
      say(failureWords(reason).title, "bad");
    }
  }

  private async take(set: ChangeSet): Promise<boolean> {
    if (!(await this.keeper.save())) {
      say(w("keeping.offline_text"), "caution");
      return false;
    }
    if (set.id !== this.draft.id) await openSet(this.draft, set);
    return true;
  }

  private resolved(): void {
    this.only(null);
    this.parts.right.hide();
    this.moved(false);
    void this.checks.run();
    this.showDraft();
  }

  private showDraft(): void {
    this.parts.showTab("changes");
    const [first, ...rest] = this.draft.operations.flatMap(({ key }) => this.draft.geometry(key) ?? []);
    if (!first) return;
    const bounds = rest.reduce((all, geometry) => all.extend(boundsOf(geometry)), boundsOf(first));
    this.parts.map.fitBounds(bounds, { maxZoom: 18, ...coveredEdges() });
  }

  private moved(published: boolean): void {
    this.editor.forget();
    void this.boxes.load();
    if (published) this.parts.refreshTiles();
  }
}

export function extend(parts: ViewerParts): ViewerExtension {
  return new Workspace(parts);
}
