/** The desk beside the drawing: boxes of change sets, the draft in hand, review, conflicts, history. */
import type L from "leaflet";
import { h } from "../dom";
import { say } from "../shell/messages";
import { coveredEdges } from "../shell/panel";
import { failureWords } from "../shell/states";
import type { Tab } from "../shell/tabs";
import type { ViewerParts } from "../viewer/extension";
import { AsOf } from "./as_of";
import { Attachments } from "./attachments";
import { Boxes } from "./boxes";
import type { Checks } from "./checks";
import { Comments } from "./comments";
import { Conflicts } from "./conflicts";
import type { Draft } from "./draft";
import { DraftPanel } from "./draft_panel";
import type { Editor } from "./editor";
import { nameOf } from "./feature_panel";
import type { Forms } from "./forms";
import { boundsOf } from "./geometry";
import { FeatureHistory } from "./history";
import type { DraftKeeper } from "./keeping";
import { openSet } from "./opening";
import { Review } from "./review";
import type { Box } from "./server";
import type { ChangeSet, ChangeSetHead, Right } from "./types";
import { w } from "./words";

export interface DeskOptions {
  parts: ViewerParts;
  draft: Draft;
  forms: Forms;
  keeper: DraftKeeper;
  checks: Checks;
  editor: Editor;
  may(slug: string, right: Right): boolean;
  allowed(right: Right): boolean;
  makeVisible(layer: string): void;
}

type User = "editor" | "review" | "conflicts" | "history";

export class Desk {
  readonly tab: Tab | null;
  private readonly review: Review;
  private readonly conflicts: Conflicts;
  private readonly history: FeatureHistory;
  private readonly boxes: Boxes;
  private readonly draftComments: Comments;
  private readonly attachments: Attachments;
  readonly asOf: AsOf;
  private besideOf: number | null = null;

  constructor(private readonly options: DeskOptions) {
    const { parts, forms, draft, keeper } = options;
    const { map, right, vectors } = parts;
    this.review = new Review({ map, panel: right, forms, vectors, makeVisible: (layer) => options.makeVisible(layer), onDecided: (published) => this.moved(published), edit: (set) => void this.work(set) });
    this.conflicts = new Conflicts({
      map,
      panel: right,
      forms,
      draft,
      keeper,
      take: (set) => this.take(set),
      onResolved: () => this.resolved(),
      onMoved: () => this.moved(false),
    });
    this.history = new FeatureHistory({
      map,
      panel: right,
      forms,
      back: (layer, id) => this.backToSheet(layer, id),
      onRestored: (layer, id) => {
        this.moved(true);
        this.backToSheet(layer, id);
      },
    });
    this.boxes = new Boxes({ boxes: this.boxNames(), open: (set, box) => void this.openSet(set, box), showPlace: ([west, south, east, north]) => map.fitBounds([[south, west], [north, east]], coveredEdges()) });
    this.draftComments = new Comments({ map, quiet: true, nameOf: (key) => this.stepName(key) });
    this.attachments = new Attachments({
      nameOf: (key) => this.stepName(key),
      steps: () => draft.operations.map(({ key }) => key),
      saved: () => this.saved(),
      onChange: (set) => draft.adopt(set),
    });
    draft.onChange(() => this.followDraft());
    this.followDraft();
    this.asOf = new AsOf({ parts, forms, openHistory: (layer, id) => void this.showHistory(layer, id) });
    this.tab = this.boxNames().length > 0 ? this.makeTab(options.allowed("edit")) : null;
  }

  /** True when the click sets a pin. */
  click(position: L.LatLng): boolean {
    return this.review.click(position) || this.draftComments.click(position) || this.asOf.click(position);
  }

  escape(): boolean {
    return this.review.escape() || this.draftComments.escape() || (!this.open && this.asOf.stop());
  }

  private get open(): boolean {
    return this.review.open || this.history.open || this.conflicts.open;
  }

  /** True when the right panel was the desk's. */
  closePanel(): boolean {
    if (!this.open) return false;
    this.only(null);
    this.options.parts.right.hide();
    return true;
  }

  async showHistory(layer: string, id: string): Promise<void> {
    this.options.parts.clearSelection();
    this.only("history");
    await this.history.show(layer, id);
  }

  private backToSheet(layer: string, id: string): void {
    this.only(null);
    this.options.parts.openFeature(layer, id);
  }

  /** One thing at a time in the right panel. */
  only(user: User | null): void {
    if (user !== "editor") this.options.editor.close();
    if (user !== "review") this.review.close();
    if (user !== "conflicts") this.conflicts.close();
    if (user !== "history") this.history.close();
    if (user === "editor") this.options.parts.clearSelection();
  }

  private boxNames(): Box[] {
    const edits: Box[] = this.options.allowed("edit") ? ["drafts", "sent", "returned"] : [];
    const reviews: Box[] = this.options.allowed("approve") ? ["review"] : [];
    return edits.length + reviews.length > 0 ? [...reviews, ...edits, "conflicts", "published"] : [];
  }

  private makeTab(edits: boolean): Tab {
    const { draft, keeper, checks, forms } = this.options;
    const panel = new DraftPanel({
      draft,
      keeper,
      checks,
      forms,
      mayPublish: () => this.options.draft.operations.every(({ layer }) => this.options.may(layer, "publish")),
      open: (key, problem) => void this.options.editor.openStep(key, problem),
      resolve: (id) => void this.showConflicts(id),
      onEnd: (published) => this.moved(published),
    });
    const content = h("div", { class: "changes" }, edits ? panel.element : null, edits ? this.attachments.element : null, edits ? this.draftComments.element : null, this.boxes.element, this.asOf.element);
    void this.boxes.load();
    return { key: "changes", title: w("tab.changes"), icon: "file-pen", content };
  }

  private stepName(key: string): string | null {
    const step = this.options.draft.step(key);
    const form = step && this.options.forms.known.get(step.layer);
    return form ? nameOf(form, this.options.draft.values(key)) : null;
  }

  /** What lies beside the draft in hand: remarks of reviewers, and scans. */
  private followDraft(): void {
    const { id, empty } = this.options.draft;
    this.attachments.showSteps();
    this.attachments.element.hidden = empty && id === null;
    if (id === this.besideOf) return;
    this.besideOf = id;
    this.attachments.show([]);
    if (id === null) this.draftComments.clear();
    else void Promise.all([this.draftComments.show(id), this.attachments.load(id)]).catch(() => undefined); // offline: the draft itself is here
  }

  /** The draft as it is on the server, with everything in it. */
  private async saved(): Promise<{ id: number; revision: number } | null> {
    const { draft, keeper } = this.options;
    const done = await keeper.save();
    if (done && draft.id !== null) return { id: draft.id, revision: draft.revision };
    say(w("keeping.offline_text"), "caution");
    return null;
  }

  private async showConflicts(id: number): Promise<void> {
    if (id === this.options.draft.id && !(await this.options.keeper.save())) {
      say(w("keeping.offline_text"), "caution");
      return;
    }
    this.options.parts.clearSelection();
    this.options.editor.stop();
    this.only("conflicts");
    await this.conflicts.show(id);
  }

  private async openSet(head: ChangeSetHead, box: Box): Promise<void> {
    if (box === "conflicts" && head.outdated) {
      await this.showConflicts(head.id);
      return;
    }
    if (box === "drafts" && head.id === this.options.draft.id) {
      this.showDraft();
      return;
    }
    this.options.parts.clearSelection();
    this.options.editor.stop();
    this.only("review");
    await this.review.show(head.id);
  }

  /** A draft or a returned set becomes the draft in hand; the one before stays on the server. */
  private async work(set: ChangeSet): Promise<void> {
    this.only(null);
    this.options.parts.right.hide();
    try {
      if (await this.take(set)) this.showDraft();
    } catch (reason) {
      say(failureWords(reason).title, "bad");
    }
  }

  private async take(set: ChangeSet): Promise<boolean> {
    if (!(await this.options.keeper.save())) {
      say(w("keeping.offline_text"), "caution");
      return false;
    }
    if (set.id !== this.options.draft.id) await openSet(this.options.draft, set);
    return true;
  }

  private resolved(): void {
    this.only(null);
    this.options.parts.right.hide();
    this.moved(false);
    void this.options.checks.run();
    this.showDraft();
  }

  private showDraft(): void {
    this.options.parts.showTab("changes");
    const [first, ...rest] = this.options.draft.operations.flatMap(({ key }) => this.options.draft.geometry(key) ?? []);
    if (!first) return;
    const bounds = rest.reduce((all, geometry) => all.extend(boundsOf(geometry)), boundsOf(first));
    this.options.parts.map.fitBounds(bounds, { maxZoom: 18, ...coveredEdges() });
  }

  private moved(published: boolean): void {
    this.options.editor.forget();
    void this.boxes.load();
    if (published) this.options.parts.refreshTiles();
  }
}
