/** Typed corners, under the tools: by position, by distance and angle, and all of them in a list. */
import { h, iconButton } from "../dom";
import { phone } from "../shell/panel";
import { BearingForm } from "./bearing_form";
import { CornerList } from "./corner_list";
import type { CornerWork } from "./corner_work";
import { PositionForm } from "./position_form";
import { w } from "./words";

const PARTS = ["position", "bearing", "list"] as const;
type Part = (typeof PARTS)[number];

export class CornerPanel {
  readonly element: HTMLElement;
  readonly button: HTMLButtonElement;
  private part: Part = "position";
  private key: string | null = null;
  private readonly parts: Record<Part, PositionForm | BearingForm | CornerList>;
  private readonly segments = new Map<Part, HTMLButtonElement>();

  constructor(private readonly work: CornerWork) {
    this.button = iconButton("crosshair", w("corner.name"), () => this.toggle(), { "aria-expanded": "false", "aria-controls": "corner-panel", "aria-keyshortcuts": "G" });
    this.parts = { position: new PositionForm(work), bearing: new BearingForm(work), list: new CornerList(work) };
    for (const part of PARTS) this.segments.set(part, h("button", { type: "button", class: "segment", click: () => this.use(part) }, w(`corner.part_${part}`)));
    const close = iconButton("x", w("corner.close"), () => this.toggle());
    const head = h("div", { class: "corner-head" }, h("div", { class: "segments", role: "group", "aria-label": w("corner.name") }, ...this.segments.values()), close);
    this.element = h("section", { class: "corner-panel", id: "corner-panel", hidden: true, "aria-label": w("corner.name") }, head, ...PARTS.map((part) => this.parts[part].element));
    this.use("position", false);
    work.editor.onChange(() => this.update());
    work.choice.onChange(() => this.update());
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  toggle(): boolean {
    if (!this.work.editor.active) return false;
    this.element.hidden = this.open;
    this.update();
    if (this.open) this.parts[this.part].focus();
    else this.work.editor.options.map.getContainer().focus({ preventScroll: true });
    return true;
  }

  /** Closed; false when it was, or when the map is worked on. */
  escape(): boolean {
    return this.open && this.element.contains(document.activeElement) && this.toggle();
  }

  private use(part: Part, focus = true): void {
    this.part = part;
    for (const [name, segment] of this.segments) {
      segment.setAttribute("aria-pressed", String(name === part));
      this.parts[name].element.hidden = name !== part;
    }
    this.update();
    if (focus) this.parts[part].focus();
  }

  private update(): void {
    const { locked, form, key } = this.work.editor;
    this.button.disabled = locked;
    if (locked || !form || (key !== this.key && key !== null && phone.matches)) this.element.hidden = true; // a phone has room for one
    this.key = key;
    this.button.setAttribute("aria-expanded", String(this.open));
    this.segments.get("bearing")!.hidden = this.work.points;
    if (this.work.points && this.part === "bearing") this.use("position", false);
    if (this.open) this.parts[this.part].update();
    else (this.parts.bearing as BearingForm).update(); // its line on the map goes
  }
}
