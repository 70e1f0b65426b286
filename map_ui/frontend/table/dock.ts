/** The place of the table: docked at the foot of the window, as high as one drags it; a sheet on a phone. */
import { h } from "../dom";
import { phone } from "../shell/panel";
import { tw } from "./words";

const LEAST_PX = 160;
const STEP_PX = 40;
const KEPT = "table height";

export class Dock {
  readonly element: HTMLElement;
  private readonly grip = h("div", { class: "dock-grip", role: "separator", tabindex: 0, "aria-orientation": "horizontal", "aria-label": tw("height") }, h("span"));
  private height = Math.round(window.innerHeight * 0.4);

  constructor(...children: HTMLElement[]) {
    this.element = h("section", { class: "table-dock", hidden: true, "aria-label": tw("name") }, this.grip, ...children);
    this.height = Number(localStorage.getItem(KEPT)) || this.height;
    this.grip.addEventListener("pointerdown", (event) => this.drag(event));
    this.grip.addEventListener("keydown", (event) => this.onKey(event));
    this.grip.addEventListener("dblclick", () => this.set(Math.round(window.innerHeight * 0.4)));
    window.addEventListener("resize", () => this.apply());
    phone.addEventListener("change", () => this.apply());
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  show(): void {
    this.element.hidden = false;
    if (phone.matches) this.height = this.most;
    this.apply();
  }

  hide(): void {
    this.element.hidden = true;
    this.apply();
  }

  /** On a phone the sheet makes room, so that the map is seen. */
  yield(): void {
    if (phone.matches) this.set(Math.round(window.innerHeight * 0.45));
  }

  private get most(): number {
    return window.innerHeight - (phone.matches ? 64 : 140);
  }

  private set(px: number): void {
    this.height = px;
    this.apply();
    if (!phone.matches) localStorage.setItem(KEPT, String(this.height));
  }

  private apply(): void {
    this.height = Math.max(LEAST_PX, Math.min(this.height, this.most));
    document.body.style.setProperty("--dock-now", this.open ? `${this.height}px` : "0px");
    document.body.classList.toggle("with-table", this.open);
    this.grip.setAttribute("aria-valuenow", String(Math.round((100 * this.height) / window.innerHeight)));
    this.grip.setAttribute("aria-valuemin", String(Math.round((100 * LEAST_PX) / window.innerHeight)));
    this.grip.setAttribute("aria-valuemax", String(Math.round((100 * this.most) / window.innerHeight)));
  }

  private onKey(event: KeyboardEvent): void {
    const by = { ArrowUp: STEP_PX, ArrowDown: -STEP_PX, PageUp: this.most, PageDown: -this.most }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    this.set(this.height + by);
  }

  private drag(down: PointerEvent): void {
    const start = this.height;
    this.grip.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent) => this.set(start + down.clientY - event.clientY);
    this.grip.addEventListener("pointermove", move);
    const end = () => this.grip.removeEventListener("pointermove", move);
    this.grip.addEventListener("pointerup", end, { once: true });
    this.grip.addEventListener("pointercancel", end, { once: true });
  }
}
