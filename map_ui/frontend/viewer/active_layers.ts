/** The layers that are on, top first: legend, opacity, order. */
import type L from "leaflet";
import { addressOf } from "../api";
import { h, icon, iconButton, replaceChildren } from "../dom";
import { language, t } from "../i18n";
import { emptyState } from "../shell/states";
import { firstZoom, type LayerStore, type StoredLayer } from "./layer_store";
import { legendList } from "./swatches";

/** The same map as one file to hand out; only public layers can be in it. */
function standAloneLink(shown: StoredLayer[]): HTMLElement | null {
  const slugs = shown.flatMap(({ item }) => (item.kind === "vector" && item.layer.sensitivity === "public" ? [item.layer.slug] : []));
  if (slugs.length === 0) return null;
  const href = addressOf("/api/stand-alone-map", { layers: slugs.join(","), lang: language });
  return h("a", { class: "button quiet", href, download: "" }, icon("download"), t("layers.stand_alone"));
}

export class ActiveLayers {
  readonly element = h("div", { class: "active-layers" });
  private drawnOrder = "";

  constructor(
    private readonly store: LayerStore,
    private readonly map: L.Map,
  ) {
    store.onChange(() => this.update());
    map.on("zoomend", () => this.hints());
    this.update();
  }

  /** Rebuilt when layers come, go or move; not while a slider is dragged. */
  private update(): void {
    const shown = this.store.visible;
    const order = shown.map((entry) => entry.slug).join();
    if (order === this.drawnOrder && order !== "") return;
    this.drawnOrder = order;
    if (shown.length === 0) {
      replaceChildren(this.element, emptyState("layers", t("legend.empty"), t("legend.empty_text")));
      return;
    }
    const off = h("button", { type: "button", class: "button quiet", click: () => this.store.hideAll() }, t("layers.hide_all"));
    const items = shown.map((entry, index) => this.item(entry, index === 0, index === shown.length - 1));
    replaceChildren(this.element, h("ol", {}, ...items), h("div", { class: "row" }, off, standAloneLink(shown)));
    this.hints();
  }

  private item(entry: StoredLayer, first: boolean, last: boolean): HTMLElement {
    const name = { name: entry.title };
    const up = iconButton("chevron-up", t("layer.up", name), () => this.moved(entry, -1), { disabled: first });
    const down = iconButton("chevron-down", t("layer.down", name), () => this.moved(entry, 1), { disabled: last });
    const off = iconButton("x", t("layer.off", name), () => this.store.setVisible(entry.slug, false));
    const head = h("div", { class: "active-head" }, h("h3", {}, entry.title), up, down, off);
    const hint = h("p", { class: "layer-hint", "data-zoom": firstZoom(entry) }, icon("search", "icon-small"), t("layer.zoom_in"));
    return h("li", { class: "active-layer", "data-slug": entry.slug }, head, hint, legendList(entry), this.opacity(entry));
  }

  private opacity(entry: StoredLayer): HTMLElement {
    const shown = h("output", {}, `${Math.round(entry.opacity * 100)} %`);
    const slider = h("input", { type: "range", min: 10, max: 100, step: 5, value: Math.round(entry.opacity * 100), "aria-label": t("layer.opacity_of", { name: entry.title }) });
    slider.addEventListener("input", () => {
      shown.textContent = `${slider.value} %`;
      this.store.setOpacity(entry.slug, Number(slider.value) / 100);
    });
    return h("div", { class: "opacity" }, h("span", { "aria-hidden": "true" }, t("layer.opacity")), slider, shown);
  }

  private moved(entry: StoredLayer, by: -1 | 1): void {
    this.store.move(entry.slug, by);
    const moved = this.element.querySelector(`[data-slug="${entry.slug}"]`);
    const same = moved?.querySelectorAll<HTMLButtonElement>(".icon-button")[by === -1 ? 0 : 1];
    const other = moved?.querySelectorAll<HTMLButtonElement>(".icon-button")[by === -1 ? 1 : 0];
    (same?.disabled ? other : same)?.focus();
  }

  private hints(): void {
    const zoom = this.map.getZoom();
    for (const hint of this.element.querySelectorAll<HTMLElement>("[data-zoom]")) {
      hint.hidden = zoom >= Number(hint.dataset["zoom"]);
    }
  }
}
