/** The tree of layers by theme: a checkbox each, what it is and where it comes from. */
import type L from "leaflet";
import type { Basemap, Catalog } from "../api_types";
import { h, icon, iconButton, replaceChildren } from "../dom";
import { formatDate } from "../format";
import { t } from "../i18n";
import { matches } from "../folding";
import { firstZoom, type LayerStore, type StoredLayer } from "./layer_store";
import { layerSwatch } from "./swatches";

/** The group that each page's readers come for stands first. */
const FIRST_GROUP: Record<string, string> = { security: "security", workspace: "land" };

export interface LayerTreeOptions {
  catalog: Catalog;
  store: LayerStore;
  map: L.Map;
  basemap: string;
  onBasemap(key: string): void;
  /** One more button for a layer. */
  layerButton?(slug: string): HTMLElement | null;
}

/** "nội bộ · minh họa" under the name: who may see it and how far to trust it. */
function marks(entry: StoredLayer): HTMLElement | null {
  const secrecy = entry.item.kind === "vector" ? entry.item.layer.sensitivity : "public";
  const illustrative = entry.item.kind === "vector" ? entry.item.layer.illustrative : entry.item.raster.illustrative;
  const closed = secrecy === "public" ? null : h("span", { class: "closed" }, icon("lock", "icon-small"), t(`sensitivity.${secrecy}`));
  if (!closed && !illustrative) return null;
  return h("small", { class: "layer-marks" }, closed, illustrative ? h("span", {}, t("layer.illustrative")) : null);
}

function fact(label: string, value: string | null): (HTMLElement | null)[] {
  return value ? [h("dt", {}, label), h("dd", {}, value)] : [];
}

/** Source, date, licence and owner of a layer, as a list of facts. */
export function layerFacts(entry: StoredLayer): HTMLElement {
  const source = entry.item.kind === "vector" ? entry.item.layer : { ...entry.item.raster, description: "", owner_unit: "", data_date: null };
  const facts = [
    ...fact(t("layer.source"), source.source),
    ...fact(t("layer.date"), formatDate(source.data_date)),
    ...fact(t("layer.owner"), source.owner_unit),
    ...fact(t("layer.licence"), source.licence),
  ];
  const items = entry.item.kind === "vector" ? h("a", { href: entry.item.layer.items }, t("layer.items")) : null;
  return h("div", { class: "layer-facts" }, source.description ? h("p", {}, source.description) : null, h("dl", {}, ...facts), items);
}

export class LayerTree {
  readonly element = h("div", { class: "layer-tree" });
  private readonly rows = new Map<string, { box: HTMLInputElement; row: HTMLElement; hint: HTMLElement; text: string }>();
  private readonly groups: { element: HTMLElement; slugs: string[] }[] = [];

  constructor(private readonly options: LayerTreeOptions) {
    const filter = h("input", { class: "input", type: "search", placeholder: t("layers.filter"), "aria-label": t("layers.filter") });
    filter.addEventListener("input", () => this.filter(filter.value));
    const first = FIRST_GROUP[document.documentElement.dataset["page"] ?? ""];
    const ordered = [...options.catalog.groups].sort((a, b) => Number(b.key === first) - Number(a.key === first));
    const groups = ordered.map((group) => this.group(group.title, group.layers));
    const rasters = options.catalog.rasters.map((raster) => raster.slug);
    const rasterGroup = rasters.length > 0 ? this.group(t("layers.rasters"), rasters) : null;
    replaceChildren(this.element, filter, ...groups, rasterGroup, this.basemaps());
    options.store.onChange(() => this.update());
    options.map.on("zoomend", () => this.update());
    this.update();
  }

  private group(title: string, slugs: string[]): HTMLElement {
    const rows = slugs.flatMap((slug) => {
      const entry = this.options.store.find(slug);
      return entry ? [this.row(entry)] : [];
    });
    const element = h("details", { class: "layer-group", open: true }, h("summary", {}, icon("chevron-right"), h("h3", {}, title)), h("ul", {}, ...rows));
    element.hidden = rows.length === 0;
    this.groups.push({ element, slugs });
    return element;
  }

  private row(entry: StoredLayer): HTMLElement {
    const id = `layer-${entry.slug}`;
    const box = h("input", { type: "checkbox", id });
    box.addEventListener("change", () => this.options.store.setVisible(entry.slug, box.checked));
    const hint = h("small", { class: "layer-hint" }, icon("search", "icon-small"), t("layer.zoom_in"));
    const facts = h("div", { hidden: true }, layerFacts(entry));
    const more = iconButton("info", t("layer.about", { name: entry.title }), () => {
      facts.hidden = !facts.hidden;
      more.setAttribute("aria-expanded", String(!facts.hidden));
    }, { "aria-expanded": "false" });
    const words = h("label", { for: id }, h("span", {}, entry.title), marks(entry), hint);
    const row = h("li", { class: "layer-row" }, box, layerSwatch(entry), words, this.options.layerButton?.(entry.slug), more, facts);
    this.rows.set(entry.slug, { box, row, hint, text: entry.title });
    return row;
  }

  private basemaps(): HTMLElement {
    const choice = (basemap: Basemap) => {
      const input = h("input", { type: "radio", name: "basemap", value: basemap.key, checked: basemap.key === this.options.basemap });
      input.addEventListener("change", () => this.options.onBasemap(basemap.key));
      return h("label", { class: "choice" }, input, h("span", {}, basemap.title));
    };
    return h("fieldset", { class: "basemaps" }, h("legend", {}, t("layers.basemap")), ...this.options.catalog.basemaps.map(choice));
  }

  private update(): void {
    const zoom = this.options.map.getZoom();
    for (const entry of this.options.store.all) {
      const row = this.rows.get(entry.slug);
      if (!row) continue;
      row.box.checked = entry.visible;
      row.hint.hidden = !entry.visible || zoom >= firstZoom(entry);
    }
  }

  private filter(typed: string): void {
    for (const { row, text } of this.rows.values()) row.hidden = typed !== "" && !matches(text, typed);
    for (const { element, slugs } of this.groups) {
      element.hidden = slugs.every((slug) => this.rows.get(slug)?.row.hidden ?? true);
    }
  }
}
