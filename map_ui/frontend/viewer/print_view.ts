/** A sheet of paper with the map on it: title, legend, scale, north, date and sources, as it will be printed. */
import type L from "leaflet";
import { h, icon, replaceChildren, svg } from "../dom";
import { formatDate, formatNumber } from "../format";
import { t } from "../i18n";
import type { LayerStore, StoredLayer } from "./layer_store";
import { legendList } from "./swatches";

const CSS_PIXEL_M = 0.0254 / 96; // paper metres of one CSS pixel
const EARTH_M = 40_075_016.686;

/** Ground metres of one CSS pixel at the map's middle. */
function groundPixelM(map: L.Map): number {
  return (EARTH_M * Math.cos((map.getCenter().lat * Math.PI) / 180)) / 2 ** (map.getZoom() + 8);
}

/** 1, 2 or 5 times a power of ten, not above `metres`. */
export function roundLength(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(metres));
  return ([5, 2, 1].find((step) => step * power <= metres) ?? 1) * power;
}

function northArrow(): Element {
  const arrow = svg("path", { d: "M12 2 L19 22 L12 17 L5 22 Z", fill: "none", stroke: "currentColor", "stroke-width": 1.5 });
  const half = svg("path", { d: "M12 2 L12 17 L5 22 Z", fill: "currentColor" });
  return h("div", { class: "print-north" }, svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, arrow, half), h("span", {}, t("print.north")));
}

function sourceLine(entry: StoredLayer): HTMLElement {
  const { item } = entry;
  const date = item.kind === "vector" ? formatDate(item.layer.data_date) : "";
  const { source, illustrative } = item.kind === "vector" ? item.layer : item.raster;
  const marked = illustrative ? ` (${t("layer.illustrative")})` : "";
  return h("li", {}, `${entry.title}: ${[source, date].filter(Boolean).join(", ")}${marked}`);
}

export class PrintView {
  active = false;
  private readonly title = h("input", { class: "input print-title-input", id: "print-title", maxlength: 90 });
  private readonly paperTitle = h("h2", { class: "print-title" });
  private readonly legend = h("div", { class: "print-legend" });
  private readonly facts = h("div", { class: "print-facts" });
  private readonly scaleText = h("span", {});
  private readonly scaleBar = h("span", { class: "print-scale-bar" }, h("span", {}));
  private readonly slot = h("div", { class: "print-map" });
  private readonly main: HTMLElement;
  private readonly element: HTMLElement;
  private home: Comment | null = null;
  private themeBefore = "light";

  constructor(
    private readonly map: L.Map,
    private readonly store: LayerStore,
    private readonly cityName: string,
    private readonly onEnd: () => void,
  ) {
    this.title.addEventListener("input", () => (this.paperTitle.textContent = this.title.value));
    const scale = h("div", { class: "print-scale" }, this.scaleBar, this.scaleText);
    const head = h("div", { class: "print-head" }, this.paperTitle, scale, northArrow());
    const side = h("div", { class: "print-side" }, h("h3", {}, t("print.legend")), this.legend);
    this.main = h("div", { class: "print-main" }, this.slot, side);
    const paper = h("section", { class: "paper", "aria-label": t("print.sheet") }, head, this.main, this.facts);
    this.element = h("div", { class: "print-view", hidden: true, role: "dialog", "aria-modal": "true", "aria-label": t("print.print") }, this.toolbar(), h("div", { class: "paper-desk" }, paper));
    document.body.append(this.element);
    map.on("zoomend moveend", () => this.active && this.update());
  }

  private toolbar(): HTMLElement {
    const print = h("button", { type: "button", class: "button primary", click: () => window.print() }, icon("printer"), t("print.print"));
    const close = h("button", { type: "button", class: "button", click: () => this.stop() }, icon("x"), t("close"));
    const field = h("div", { class: "field" }, h("label", { for: "print-title" }, t("print.title")), this.title);
    return h("div", { class: "print-bar" }, field, h("p", { class: "soft small" }, t("print.hint")), print, close);
  }

  /** Moves the map onto the paper; the reader may still pan and zoom it there. */
  start(): void {
    this.active = true;
    const container = this.map.getContainer();
    this.home = document.createComment("map");
    container.replaceWith(this.home);
    this.slot.append(container);
    this.title.value = t("print.default_title", { city: this.cityName });
    this.paperTitle.textContent = this.title.value;
    this.element.hidden = false;
    this.themeBefore = document.documentElement.dataset["theme"] ?? "light";
    if (this.themeBefore !== "light") this.setTheme("light");
    this.setRestInert(true);
    document.body.classList.add("printing");
    this.map.invalidateSize({ animate: false });
    this.update();
    this.map.invalidateSize({ animate: false }); // a long legend has taken some of its height
    this.title.focus();
  }

  stop(): void {
    if (!this.active) return;
    this.active = false;
    this.home?.replaceWith(this.map.getContainer());
    this.element.hidden = true;
    if (this.themeBefore !== "light") this.setTheme(this.themeBefore);
    this.setRestInert(false);
    document.body.classList.remove("printing");
    this.map.invalidateSize({ animate: false });
    this.onEnd();
  }

  /** Paper is white: a dark map would drink the ink. */
  private setTheme(theme: string): void {
    document.documentElement.dataset["theme"] = theme;
    document.dispatchEvent(new Event("themechange"));
  }

  /** Focus stays on the sheet while it is open. */
  private setRestInert(inert: boolean): void {
    for (const sibling of document.body.children) {
      if (sibling !== this.element && sibling instanceof HTMLElement && !sibling.matches(".messages")) sibling.inert = inert;
    }
  }

  private update(): void {
    const shown = this.store.visible;
    const pixelM = groundPixelM(this.map);
    const length = roundLength(pixelM * 150);
    this.scaleBar.style.setProperty("--length", `${length / pixelM}px`);
    const unit = length < 1000 ? `${formatNumber(length)} m` : `${formatNumber(length / 1000)} km`;
    const denominator = Number((pixelM / CSS_PIXEL_M).toPrecision(2));
    this.scaleText.textContent = `${unit} · 1 : ${formatNumber(denominator, 0)}`;
    // A legend too long for its place goes under the map, in columns.
    const legends = shown.map((entry) => h("section", {}, h("h4", {}, entry.title), legendList(entry)));
    replaceChildren(this.legend, ...legends);
    this.main.classList.remove("legend-below");
    this.main.classList.toggle("legend-below", this.legend.scrollHeight > this.legend.clientHeight + 1);
    const today = new Date();
    const iso = `${today.getFullYear()}-${String(today.getMonth() + 1).padStart(2, "0")}-${String(today.getDate()).padStart(2, "0")}`;
    const printed = h("p", {}, `${t("print.date", { date: formatDate(iso) })} · ${t("print.reference_only")} · ${location.host}`);
    replaceChildren(this.facts, h("h3", {}, t("print.sources")), h("ul", {}, ...shown.map(sourceLine)), printed);
  }
}
