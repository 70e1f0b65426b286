/** The list that equals the map: what a chosen layer shows in the window, row by row. */
import type L from "leaflet";
import { api } from "../api";
import type { Bbox, LayerRows } from "../api_types";
import { h, icon, replaceChildren } from "../dom";
import { formatNumber } from "../format";
import { t } from "../i18n";
import { emptyState, fillFrom } from "../shell/states";
import type { LayerStore } from "./layer_store";
import { overlaps, type LiveChange } from "./live";

const WAIT_MS = 250;
const PAGE = 50;
/** Columns of every theme: the name stands first anyway, the others say little to a visitor. */
const EVERYWHERE = new Set(["name", "valid_from", "valid_to", "sensitivity", "changed_at"]);

export interface ListViewOptions {
  map: L.Map;
  store: LayerStore;
  open(layer: string, id: string): void;
  /** True while the reader sees this list; otherwise nothing is asked. */
  seen(): boolean;
  onWide(wide: boolean): void;
}

/** "1.234", or what is known of a number that was not counted to its end. */
export function totalWords({ total, total_is_more }: Pick<LayerRows, "total" | "total_is_more">): string {
  if (total === null) return t("list.many");
  return total_is_more ? t("list.more_than", { n: formatNumber(total) }) : formatNumber(total);
}

function boundsOf(map: L.Map): Bbox {
  const bounds = map.getBounds();
  return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
}

export class ListView {
  readonly element = h("div", { class: "list-view" });
  private readonly select = h("select", { class: "input", id: "list-layer" });
  private readonly text = h("input", { class: "input", type: "search", placeholder: t("list.filter"), "aria-label": t("list.filter") });
  private readonly target = h("div", { class: "list-target" });
  private wide = false;
  /** The `after` of each page up to this one. */
  private pages = [""];
  private timer = 0;
  private running: AbortController | null = null;

  constructor(private readonly options: ListViewOptions) {
    const wideButton = h("button", { type: "button", class: "button quiet wide-switch", "aria-pressed": "false" }, icon("table"), t("list.table"));
    wideButton.addEventListener("click", () => {
      this.wide = !this.wide;
      wideButton.setAttribute("aria-pressed", String(this.wide));
      options.onWide(this.wide);
      void this.load();
    });
    const chooser = h("div", { class: "field" }, h("label", { for: "list-layer" }, t("list.layer")), this.select);
    replaceChildren(this.element, chooser, this.text, wideButton, this.target);
    this.select.addEventListener("change", () => this.restart());
    this.text.addEventListener("input", () => this.restart());
    options.map.on("moveend", () => this.restart());
    options.store.onChange(() => this.fillChooser());
    this.fillChooser();
  }

  /** Asks again soon; many moves become one question. */
  restart(): void {
    this.pages = [""];
    window.clearTimeout(this.timer);
    if (this.options.seen()) this.timer = window.setTimeout(() => void this.load(), WAIT_MS);
  }

  /** The same page again when others have written something that it may show. */
  refresh(changes: LiveChange[]): void {
    const here = boundsOf(this.options.map);
    if (!this.options.seen() || !changes.some(({ layer, bbox_4326 }) => layer === this.select.value && overlaps(here, bbox_4326))) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.load(), WAIT_MS);
  }

  private fillChooser(): void {
    const before = this.select.value;
    const layers = this.options.store.visible.filter(({ item }) => item.kind === "vector");
    replaceChildren(this.select, ...layers.map(({ slug, title }) => h("option", { value: slug, selected: slug === before }, title)));
    this.select.disabled = layers.length === 0;
    if (this.select.value !== before) this.restart();
  }

  private async load(): Promise<void> {
    const slug = this.select.value;
    if (!slug) {
      replaceChildren(this.target, emptyState("layers", t("legend.empty"), t("legend.empty_text")));
      return;
    }
    this.running?.abort();
    this.running = new AbortController();
    const { signal } = this.running;
    const bbox = boundsOf(this.options.map);
    await fillFrom(this.target, () => api.rows(slug, bbox, this.text.value.trim(), this.pages.at(-1) ?? "", signal), (rows) => this.shown(slug, rows));
  }

  private shown(slug: string, rows: LayerRows): Node[] {
    if (rows.total === 0) return [emptyState("search", t("list.none"), t("list.none_text"))];
    const first = (this.pages.length - 1) * PAGE;
    const count = h("p", { class: "soft small list-count", role: "status" }, t("list.count", { from: first + 1, to: first + rows.rows.length, total: totalWords(rows) }));
    return [count, this.wide ? this.table(slug, rows) : this.list(slug, rows), this.pager(rows)];
  }

  private list(slug: string, { columns, rows }: LayerRows): HTMLElement {
    const own = columns.filter(({ key }) => !EVERYWHERE.has(key));
    const items = rows.map((row) => {
      const details = own.map(({ key }) => row.cells[key]).filter((cell): cell is string => Boolean(cell) && cell !== row.title);
      const words = h("span", {}, h("strong", {}, row.title || t("feature.unnamed")), h("small", {}, details.slice(0, 3).join(" · ")));
      return h("li", {}, h("button", { type: "button", class: "list-row", click: () => this.options.open(slug, row.id) }, words, icon("chevron-right")));
    });
    return h("ul", { class: "list" }, ...items);
  }

  private table(slug: string, { columns: all, rows }: LayerRows): HTMLElement {
    const columns = all.filter(({ key }) => !EVERYWHERE.has(key));
    const head = h("tr", {}, h("th", { scope: "col" }, t("list.name")), ...columns.map(({ label }) => h("th", { scope: "col" }, label)));
    const body = rows.map((row) => {
      const name = h("button", { type: "button", class: "cell-link", click: () => this.options.open(slug, row.id) }, row.title || t("feature.unnamed"));
      const cells = columns.map(({ key, kind }) => h("td", { class: kind === "number" ? "right" : null }, row.cells[key] ?? ""));
      return h("tr", {}, h("th", { scope: "row" }, name), ...cells);
    });
    const table = h("table", {}, h("thead", {}, head), h("tbody", {}, ...body));
    return h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": t("list.table") }, table);
  }

  private pager({ next }: LayerRows): Node {
    if (!next && this.pages.length === 1) return document.createTextNode("");
    const go = (pages: string[]) => () => {
      this.pages = pages;
      void this.load();
    };
    const back = h("button", { type: "button", class: "button", disabled: this.pages.length === 1, click: go(this.pages.slice(0, -1)) }, t("list.previous"));
    const forth = h("button", { type: "button", class: "button", disabled: !next, click: go([...this.pages, next ?? ""]) }, t("list.next"));
    return h("div", { class: "row pager" }, back, forth);
  }
}
