/** Two states of the map side by side under a divider that is dragged, or moved with the arrow keys. */
import L from "leaflet";
import { h, icon } from "../dom";
import type { Alterations } from "./altered_tiles";
import type { VectorLayer } from "./vector_layer";

export const LEFT_PANE = "swipe-left";
export const RIGHT_PANE = "swipe-right";
const CANVAS_PANE = "swipe-canvas";
const STEP = 0.02;
const WIDE_STEP = 0.1;

export interface SwipeWords {
  name: string;
  left: string;
  right: string;
}

export interface Swiped {
  alterations: Alterations;
  /** The side on which the altered map lies; the other shows the map as it is. */
  side: "left" | "right";
}

/** Pixels of the map's window that panels leave free. */
export type FreeEdges = () => { left: number; right: number };

export class MapSwipe {
  private readonly divider: HTMLElement;
  private readonly handle: HTMLButtonElement;
  private altered: { canvas: L.GridLayer; side: "left" | "right" } | null = null;
  private share = 0.5;
  private active = false;
  private readonly follow = () => this.cut();

  constructor(
    private readonly map: L.Map,
    private readonly vectors: VectorLayer,
    private readonly free: FreeEdges,
    words: SwipeWords,
  ) {
    map.createPane(CANVAS_PANE).classList.add("swipe-canvas-pane");
    map.createPane(LEFT_PANE).classList.add("swipe-shapes-pane");
    map.createPane(RIGHT_PANE).classList.add("swipe-shapes-pane");
    this.handle = h("button", { type: "button", class: "swipe-handle", role: "slider", "aria-label": words.name, "aria-orientation": "horizontal", "aria-valuemin": 0, "aria-valuemax": 100 }, icon("chevron-right"));
    const tag = (side: string, text: string) => h("span", { class: `swipe-tag ${side}`, "aria-hidden": "true" }, text);
    this.divider = h("div", { class: "swipe-divider", hidden: true }, tag("left", words.left), this.handle, tag("right", words.right));
    map.getContainer().append(this.divider);
    L.DomEvent.disableClickPropagation(this.divider);
    this.handle.addEventListener("keydown", (event) => this.onKey(event));
    this.followDrag();
  }

  /** Lays the altered map beside the present one. */
  start({ alterations, side }: Swiped): void {
    this.stop();
    const canvas = this.vectors.beside(alterations, CANVAS_PANE);
    this.altered = { canvas, side };
    canvas.addTo(this.map);
    this.active = true;
    this.divider.hidden = false;
    this.map.on("move zoomend viewreset resize layeradd", this.follow);
    this.cut();
  }

  stop(): void {
    if (!this.active) return;
    this.active = false;
    this.map.off("move zoomend viewreset resize layeradd", this.follow);
    this.altered?.canvas.remove();
    this.altered = null;
    this.divider.hidden = true;
    for (const element of this.cutElements("left").concat(this.cutElements("right"))) element.style.clip = "";
  }

  /** The canvases and shapes that one side shows. */
  private cutElements(side: "left" | "right"): HTMLElement[] {
    const shapes = this.map.getPane(side === "left" ? LEFT_PANE : RIGHT_PANE);
    const canvases = this.altered && this.altered.side !== side ? this.vectors.canvases : this.altered ? [this.altered.canvas] : this.vectors.canvases;
    const containers = canvases.map((canvas) => canvas.getContainer() ?? null);
    return [...containers, shapes ?? null].filter((element): element is HTMLElement => element !== null);
  }

  private range(): { from: number; to: number } {
    const { left, right } = this.free();
    return { from: left, to: Math.max(left + 1, this.map.getSize().x - right) };
  }

  private cut(): void {
    if (!this.active) return;
    const { from, to } = this.range();
    const at = from + (to - from) * this.share;
    this.divider.style.transform = `translateX(${Math.round(at)}px)`;
    this.handle.setAttribute("aria-valuenow", String(Math.round(this.share * 100)));
    const size = this.map.getSize();
    const start = this.map.containerPointToLayerPoint([0, 0]);
    const end = this.map.containerPointToLayerPoint(size);
    const edge = start.x + at;
    const clip = (a: number, b: number) => `rect(${start.y}px, ${b}px, ${end.y}px, ${a}px)`;
    for (const element of this.cutElements("left")) element.style.clip = clip(start.x, edge);
    for (const element of this.cutElements("right")) element.style.clip = clip(edge, end.x);
  }

  private move(share: number): void {
    this.share = Math.min(1, Math.max(0, share));
    this.cut();
  }

  private onKey(event: KeyboardEvent): void {
    const step = event.shiftKey ? WIDE_STEP : STEP;
    const target: Record<string, number> = { ArrowLeft: this.share - step, ArrowRight: this.share + step, PageDown: this.share - WIDE_STEP, PageUp: this.share + WIDE_STEP, Home: 0, End: 1 };
    const share = target[event.key];
    if (share === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(share);
  }

  private followDrag(): void {
    this.handle.addEventListener("pointerdown", (down) => {
      down.preventDefault();
      this.handle.focus();
      this.handle.setPointerCapture(down.pointerId);
      const drag = (event: PointerEvent) => {
        const { from, to } = this.range();
        const x = event.clientX - this.map.getContainer().getBoundingClientRect().left;
        this.move((x - from) / (to - from));
      };
      const end = () => this.handle.removeEventListener("pointermove", drag);
      this.handle.addEventListener("pointermove", drag);
      this.handle.addEventListener("pointerup", end, { once: true });
      this.handle.addEventListener("pointercancel", end, { once: true });
    });
  }
}
