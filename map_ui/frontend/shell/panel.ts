/** A floating panel on wide screens; on phones the same element is a bottom sheet of three heights. */
import L from "leaflet";
import { h, iconButton, required } from "../dom";
import { t } from "../i18n";

export type SheetHeight = "peek" | "half" | "full";
const HEIGHTS: SheetHeight[] = ["peek", "half", "full"];
const PEEK_PX = 112;

export const phone = window.matchMedia("(max-width: 859px)");

function heightPx(height: SheetHeight): number {
  const whole = window.innerHeight;
  return { peek: PEEK_PX, half: Math.round(whole * 0.5), full: whole - Math.round(required(".top").getBoundingClientRect().bottom) - 4 }[height];
}

/** Buttons and scale of the map stand above whatever sheet is open (map_frame.css). */
function tellSheetHeight(): void {
  const heights = [...document.querySelectorAll<HTMLElement>(".panel:not([hidden])")].map((panel) => panel.style.getPropertyValue("--sheet"));
  const tallest = Math.max(0, ...heights.map((text) => Number.parseInt(text, 10) || 0));
  document.body.style.setProperty("--sheet-now", `${tallest}px`);
}

export class Panel {
  readonly body: HTMLElement;
  readonly title: HTMLElement;
  private readonly handle: HTMLButtonElement;
  private height: SheetHeight = "half";
  private opener: Element | null = null;

  /** `onClose` runs when the reader closes it, not when code hides it. */
  constructor(
    readonly element: HTMLElement,
    title: string,
    private readonly onClose: () => void,
    closable = true,
  ) {
    this.handle = h("button", { type: "button", class: "sheet-handle", "aria-label": t("sheet.handle") }, h("span"));
    this.title = h("h2", { id: `${element.id}-title`, tabindex: "-1" }, title);
    const close = closable ? iconButton("x", t("close_panel", { name: title }), () => this.onClose()) : null;
    this.body = h("div", { class: "panel-body" });
    const head = h("div", { class: "panel-head" }, this.title, close);
    element.append(this.handle, head, this.body);
    element.setAttribute("aria-labelledby", this.title.id);
    this.followDrag(this.handle);
    this.followDrag(head);
    this.handle.addEventListener("keydown", (event) => this.onKey(event));
    phone.addEventListener("change", () => this.apply());
    window.addEventListener("resize", () => this.apply());
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  /** Another content, read from its beginning. */
  fill(title: string, ...content: Node[]): void {
    this.title.textContent = title;
    this.body.replaceChildren(...content);
    this.body.scrollTop = 0;
  }

  show(height: SheetHeight = this.height, focus = false): void {
    if (!this.open) this.opener = document.activeElement;
    this.element.hidden = false;
    this.setHeight(height);
    if (focus) this.title.focus({ preventScroll: true });
  }

  hide(): void {
    const hadFocus = this.element.contains(document.activeElement);
    this.element.hidden = true;
    tellSheetHeight();
    if (hadFocus && this.opener instanceof HTMLElement && this.opener.isConnected) this.opener.focus();
  }

  setHeight(height: SheetHeight): void {
    this.height = height;
    this.apply();
  }

  private apply(): void {
    this.element.dataset["height"] = this.height;
    this.element.style.setProperty("--sheet", `${heightPx(this.height)}px`);
    tellSheetHeight();
  }

  private step(by: 1 | -1): void {
    const index = Math.min(Math.max(HEIGHTS.indexOf(this.height) + by, 0), 2);
    this.setHeight(HEIGHTS[index] ?? "half");
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "ArrowUp") this.step(1);
    else if (event.key === "ArrowDown") this.step(-1);
    else return;
    event.preventDefault();
  }

  private followDrag(grip: HTMLElement): void {
    grip.addEventListener("pointerdown", (down) => {
      const onButton = down.target instanceof Element && down.target.closest(".icon-button");
      if (!phone.matches || onButton) return;
      const startHeight = this.element.getBoundingClientRect().height;
      grip.setPointerCapture(down.pointerId);
      let moved = 0;
      const move = (event: PointerEvent) => {
        moved = down.clientY - event.clientY;
        this.element.classList.add("dragged");
        this.element.style.setProperty("--sheet", `${Math.max(72, startHeight + moved)}px`);
      };
      const end = () => {
        grip.removeEventListener("pointermove", move);
        this.element.classList.remove("dragged");
        this.settle(startHeight + moved, moved);
      };
      grip.addEventListener("pointermove", move);
      grip.addEventListener("pointerup", end, { once: true });
      grip.addEventListener("pointercancel", end, { once: true });
    });
  }

  /** A tap steps through the heights; a drag ends at the nearest one. */
  private settle(px: number, moved: number): void {
    if (Math.abs(moved) < 6) {
      this.setHeight(this.height === "full" ? "peek" : this.height === "half" ? "full" : "half");
      return;
    }
    const nearest = [...HEIGHTS].sort((a, b) => Math.abs(heightPx(a) - px) - Math.abs(heightPx(b) - px));
    this.setHeight(nearest[0] ?? "half");
  }
}

export interface Covered {
  paddingTopLeft: [number, number];
  paddingBottomRight: [number, number];
}

/** Pixels of the map that panels cover, so that what is shown is never hidden behind them. */
export function coveredEdges(): Covered {
  const margin = 24;
  const shown = [...document.querySelectorAll<HTMLElement>(".panel:not([hidden])")];
  const top = required(".top").getBoundingClientRect().bottom;
  const table = document.querySelector<HTMLElement>(".table-dock:not([hidden])");
  const foot = table ? window.innerHeight - table.getBoundingClientRect().top : 0;
  if (phone.matches) {
    const sheet = Math.max(foot, ...shown.map((panel) => window.innerHeight - panel.getBoundingClientRect().top));
    return { paddingTopLeft: [margin, top + 12], paddingBottomRight: [64, Math.min(sheet, window.innerHeight * 0.55) + margin] };
  }
  const left = shown.find((panel) => panel.classList.contains("left"));
  const dock = left?.classList.contains("wide") ? window.innerHeight - left.getBoundingClientRect().top : 0;
  const leftEdge = dock > 0 ? 0 : (left?.getBoundingClientRect().right ?? 0);
  const right = shown.find((panel) => panel.classList.contains("right"));
  const rightWidth = right ? window.innerWidth - right.getBoundingClientRect().left : 56;
  return { paddingTopLeft: [leftEdge + margin, 72], paddingBottomRight: [rightWidth + margin, Math.max(dock, foot, 32) + margin] };
}

/** Brings a position to the middle of what panels leave free, at this zoom or closer. */
export function showPosition(map: L.Map, position: L.LatLngExpression, zoom: number): void {
  const { paddingTopLeft: start, paddingBottomRight: end } = coveredEdges();
  const target = Math.max(map.getZoom(), zoom);
  const aside = L.point((start[0] - end[0]) / 2, (start[1] - end[1]) / 2);
  map.setView(map.unproject(map.project(position, target).subtract(aside), target), target);
}
