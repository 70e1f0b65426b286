/** Home of the workspace: change sets in boxes with their counts, and the wards one works in. */
import type { Bbox } from "../api_types";
import { h, icon, replaceChildren } from "../dom";
import { formatMoment } from "../format";
import { emptyState, fillFrom } from "../shell/states";
import { boxedImports, importRow, type BoxedImports } from "./box_imports";
import { server, type Box } from "./server";
import type { ChangeSetHead, Home } from "./types";
import { w } from "./words";

const PAGE = 50;
const BOX_ICON: Record<Box, string> = { drafts: "file-pen", review: "list-checks", sent: "send", returned: "reply", conflicts: "git-compare", published: "check" };
/** Boxes whose content waits for the reader: their number is marked. */
const CALLING: Box[] = ["review", "returned", "conflicts"];

export interface BoxesOptions {
  boxes: Box[];
  open(set: ChangeSetHead, box: Box): void;
  showPlace(bbox: Bbox): void;
}

export class Boxes {
  readonly element = h("section", { class: "boxes", "aria-label": w("boxes.name") });
  private readonly buttons = new Map<Box, { button: HTMLButtonElement; count: HTMLElement }>();
  private readonly target = h("div", { class: "box-content" });
  private readonly wards = h("div", { class: "my-wards" });
  private current: Box;
  private chosen = false;
  private offset = 0;
  private imports: BoxedImports = {};
  private files: Promise<void> = Promise.resolve();

  constructor(private readonly options: BoxesOptions) {
    this.current = options.boxes[0] ?? "drafts";
    for (const box of options.boxes) this.buttons.set(box, this.tile(box));
    const tiles = [...this.buttons.values()].map(({ button }) => button);
    this.element.append(h("div", { class: "box-tiles", role: "group", "aria-label": w("boxes.name") }, ...tiles), this.target, this.wards);
  }

  private tile(box: Box): { button: HTMLButtonElement; count: HTMLElement } {
    const count = h("span", { class: "box-count numbers" });
    const button = h("button", { type: "button", class: "box-tile", "aria-pressed": "false", click: () => this.turn(box) }, icon(BOX_ICON[box], "icon-small"), h("span", {}, w(`box.${box}`)), count);
    return { button, count };
  }

  turn(box: Box): void {
    this.current = box;
    this.chosen = true;
    this.offset = 0;
    void this.load();
  }

  /** Reads the counts and the box that is open. */
  async load(): Promise<void> {
    // A file on its way has a page of its own; without it the boxes still hold everything else.
    this.files = boxedImports().catch((): BoxedImports => ({})).then((found) => void (this.imports = found));
    const home = Promise.all([server.home(), this.files]).then(([found]) => this.showHome(found));
    if (!this.chosen) await home.catch(() => undefined); // what waits comes first
    await Promise.all([home.catch(() => undefined), this.loadBox()]);
  }

  private async loadBox(): Promise<void> {
    for (const [name, { button }] of this.buttons) button.setAttribute("aria-pressed", String(name === this.current));
    const box = this.current;
    const read = () => Promise.all([server.list(box, this.offset), this.files]).then(([found]) => found);
    await fillFrom(this.target, read, ({ total, change_sets }) => this.shown(box, total, change_sets));
  }

  private showHome({ boxes, wards }: Home): void {
    for (const [box, { button, count }] of this.buttons) {
      const number = this.inBox(box, boxes[box]);
      count.textContent = number === undefined ? "" : String(number);
      button.classList.toggle("calling", CALLING.includes(box) && Boolean(number));
    }
    if (!this.chosen) this.current = this.options.boxes.find((box) => CALLING.includes(box) && this.inBox(box, boxes[box])) ?? this.current;
    const chips = wards.map(({ name, bbox_4326 }) => h("button", { type: "button", class: "chip", click: () => this.options.showPlace(bbox_4326) }, icon("map-pin", "icon-small"), name));
    replaceChildren(this.wards, chips.length > 0 ? h("h3", {}, w("boxes.wards")) : null, h("div", { class: "chips-wrapped" }, ...chips));
  }

  private inBox(box: Box, sets: number | undefined): number | undefined {
    const files = this.imports[box]?.length ?? 0;
    return sets === undefined && files === 0 ? undefined : (sets ?? 0) + files;
  }

  private shown(box: Box, total: number, sets: ChangeSetHead[]): Node[] {
    const files = this.offset === 0 ? (this.imports[box] ?? []) : [];
    if (sets.length + files.length === 0) return [emptyState(BOX_ICON[box], w(`box.${box}_none`), w(`box.${box}_none_text`))];
    const rows = [...files.map(importRow), ...sets.map((set) => this.row(set, box))].map((row) => h("li", {}, row));
    const about = box === "conflicts" ? h("p", { class: "small soft" }, w("box.conflicts_about")) : null;
    return [...(about ? [about] : []), h("ul", { class: "list" }, ...rows), ...this.pager(total)];
  }

  private row(set: ChangeSetHead, box: Box): HTMLElement {
    const when = formatMoment(set.submitted_at ?? set.created_at);
    const facts = [set.mine ? null : set.author, when, w("box.steps", { n: set.operation_count })].filter(Boolean).join(" · ");
    const why = box === "conflicts" && set.mine && set.reason ? h("small", { class: "soft" }, set.reason) : null;
    const note = box === "returned" && set.decision_note ? h("small", { class: "caution-text" }, set.decision_note) : null;
    const words = h("span", {}, h("strong", {}, set.title || w("box.untitled")), h("small", {}, facts), why, note, h("span", { class: "tags" }, ...this.tags(set, box)));
    return h("button", { type: "button", class: "list-row", click: () => this.options.open(set, box) }, words, icon("chevron-right"));
  }

  private tags(set: ChangeSetHead, box: Box): HTMLElement[] {
    const tag = (words: string, tone = "") => h("span", { class: `tag ${tone}` }, words);
    const told = box === "conflicts" || set.state === "approved" || set.state === "superseded";
    return [
      told ? tag(w(`state.${set.state}`), `state-${set.state}`) : null,
      set.outdated ? tag(w("box.outdated", { n: set.outdated }), "caution") : null,
      set.overdue ? tag(w("box.overdue"), "bad") : null,
      set.channel === "ogc" ? tag("QGIS") : null,
      set.channel === "import" ? tag(w("box.import")) : null,
    ].filter((node): node is HTMLElement => node !== null);
  }

  private pager(total: number): HTMLElement[] {
    if (total <= PAGE) return [];
    const go = (offset: number) => () => {
      this.offset = offset;
      void this.loadBox();
    };
    const back = h("button", { type: "button", class: "button", disabled: this.offset === 0, click: go(Math.max(0, this.offset - PAGE)) }, w("earlier"));
    const next = h("button", { type: "button", class: "button", disabled: this.offset + PAGE >= total, click: go(this.offset + PAGE) }, w("later"));
    const row = h("div", { class: "row pager" });
    replaceChildren(row, back, next);
    return [row];
  }
}
