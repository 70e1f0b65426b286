/** Home of the workspace: change sets in four boxes. */
import { h, icon, replaceChildren } from "../dom";
import { formatDate } from "../format";
import { emptyState, fillFrom } from "../shell/states";
import { server, type Box } from "./server";
import type { ChangeSetHead } from "./types";
import { w } from "./words";

const PAGE = 50;
const EMPTY_ICON: Record<Box, string> = { drafts: "file-pen", review: "list-checks", returned: "reply", published: "check" };

export interface BoxesOptions {
  boxes: Box[];
  open(set: ChangeSetHead, box: Box): void;
}

export class Boxes {
  readonly element = h("section", { class: "boxes", "aria-label": w("boxes.name") });
  private readonly buttons = new Map<Box, HTMLButtonElement>();
  private readonly target = h("div", { class: "box-content" });
  private current: Box;
  private offset = 0;

  constructor(private readonly options: BoxesOptions) {
    this.current = options.boxes[0] ?? "drafts";
    for (const box of options.boxes) this.buttons.set(box, h("button", { type: "button", class: "segment", click: () => this.turn(box) }, w(`box.${box}`)));
    this.element.append(h("div", { class: "segments", role: "group", "aria-label": w("boxes.name") }, ...this.buttons.values()), this.target);
  }

  turn(box: Box): void {
    this.current = box;
    this.offset = 0;
    void this.load();
  }

  async load(): Promise<void> {
    for (const [name, button] of this.buttons) button.setAttribute("aria-pressed", String(name === this.current));
    const box = this.current;
    await fillFrom(this.target, () => server.list(box, this.offset), ({ total, change_sets }) => {
      return this.shown(box, total, change_sets);
    });
  }

  private shown(box: Box, total: number, sets: ChangeSetHead[]): Node[] {
    if (sets.length === 0) return [emptyState(EMPTY_ICON[box], w(`box.${box}_none`), w(`box.${box}_none_text`))];
    const rows = sets.map((set) => {
      const when = formatDate(set.submitted_at ?? set.created_at);
      const state = set.state === "approved" || set.state === "superseded" ? h("span", { class: "tag" }, w(`state.${set.state}`)) : null;
      const words = h("span", {}, h("strong", {}, set.title), h("small", {}, [set.author, when].filter(Boolean).join(" · ")), state);
      return h("li", {}, h("button", { type: "button", class: "list-row", click: () => this.options.open(set, box) }, words, icon("chevron-right")));
    });
    return [h("ul", { class: "list" }, ...rows), ...this.pager(total)];
  }

  private pager(total: number): HTMLElement[] {
    if (total <= PAGE) return [];
    const go = (offset: number) => () => {
      this.offset = offset;
      void this.load();
    };
    const back = h("button", { type: "button", class: "button", disabled: this.offset === 0, click: go(Math.max(0, this.offset - PAGE)) }, w("earlier"));
    const next = h("button", { type: "button", class: "button", disabled: this.offset + PAGE >= total, click: go(this.offset + PAGE) }, w("later"));
    const row = h("div", { class: "row pager" });
    replaceChildren(row, back, next);
    return [row];
  }
}
