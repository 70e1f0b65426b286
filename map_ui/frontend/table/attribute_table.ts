/** The attribute table of a layer: rows, filters, selection with the map, edits of one cell and of many features. */
import type L from "leaflet";
import { isAbort, RequestError } from "../api";
import type { Bbox, LayerRows } from "../api_types";
import { h, replaceChildren } from "../dom";
import { say } from "../shell/messages";
import { emptyState, errorState, skeleton } from "../shell/states";
import { totalWords } from "../viewer/list_view";
import type { Draft } from "../workspace/draft";
import type { Forms } from "../workspace/forms";
import { tableServer } from "./table_server";
import type { LayerForm } from "../workspace/types";
import { gridRows } from "./cells";
import { Dock } from "./dock";
import { FilterMenu } from "./filter_menu";
import { Grid } from "./grid";
import { Picked } from "./picked";
import { pickFound } from "./pick_found";
import { stepKey } from "./plan";
import { Question } from "./question";
import { Rectangle } from "./rectangle";
import { TableEdits } from "./table_edits";
import { Toolbar } from "./toolbar";
import { tw } from "./words";

const WAIT_MS = 250;

export interface AttributeTableOptions {
  map: L.Map;
  draft: Draft;
  forms: Forms;
  layers(): { slug: string; title: string }[];
  mayEdit(slug: string): boolean;
  makeVisible(slug: string): void;
  undo(): void;
  redo(): void;
  onToggle(): void;
}

export class AttributeTable {
  private layer = "";
  private form: LayerForm | null = null;
  private data: LayerRows | null = null;
  private readonly question = new Question();
  private readonly body = h("div", { class: "table-body" });
  private readonly grid: Grid;
  private readonly filters = new FilterMenu((column, condition) => {
    this.question.narrow(column, condition);
    void this.load();
  });
  private readonly toolbar: Toolbar;
  private readonly dock: Dock;
  private readonly picked: Picked;
  private readonly rectangle: Rectangle;
  private readonly edits: TableEdits;
  private readonly nothing = h("div", {}, emptyState("search", tw("none"), tw("none_text")));
  private running: AbortController | null = null;
  private timer = 0;

  constructor(private readonly options: AttributeTableOptions) {
    const { map, draft } = options;
    this.picked = new Picked(map, () => this.layer, (id) => draft.step(stepKey(draft, this.layer, id))?.geometry ?? null);
    this.rectangle = new Rectangle(map, (bbox) => void this.pickIn(bbox));
    this.edits = new TableEdits({ draft, forms: options.forms, layer: () => this.layer });
    this.grid = new Grid({
      picked: (key) => this.picked.has(key),
      onPick: (keys, how) => this.pick(keys, how),
      onSort: (column) => this.ask(() => this.question.turn(column)),
      onFilter: (column, opener) => this.filters.open(column, this.field(column.key), this.question.where[column.key], opener),
      onEdit: (row, column, cell) => void this.edits.cell(row, column.key, cell, (by) => this.grid.focus(by)),
      onZoom: (row) => void this.zoomTo(row.key),
      onPage: (by) => this.page(by),
      onDelete: () => this.remove(),
    });
    this.toolbar = this.makeToolbar();
    this.dock = new Dock(this.toolbar.element, this.body, this.filters.element, this.toolbar.foot);
    this.dock.element.addEventListener("keydown", (event) => this.onKey(event));
    map.getContainer().after(this.dock.element);
    map.on("moveend", () => this.question.windowOnly && this.soon());
    draft.onChange(() => this.drafted());
    this.picked.onChange(() => this.pickedChanged());
  }

  get isOpen(): boolean {
    return this.dock.open;
  }

  get shown(): string | null {
    return this.isOpen ? this.layer : null;
  }

  toggle(slug: string): void {
    if (this.shown === slug) this.close();
    else void this.open(slug);
  }

  async open(slug: string): Promise<void> {
    this.dock.show();
    if (slug !== this.layer) {
      this.layer = slug;
      this.form = null;
      this.data = null;
      this.question.clear();
      this.question.sort = "";
      this.picked.forget();
      replaceChildren(this.body, skeleton(6));
    }
    this.options.makeVisible(slug);
    this.options.onToggle();
    await this.load();
  }

  close(): void {
    this.rectangle.cancel();
    this.filters.hide();
    this.dock.hide();
    this.picked.set([]);
    this.options.onToggle();
  }

  /** A feature that was chosen on the map. */
  chosen(layer: string, id: string): void {
    if (!this.isOpen || layer !== this.layer || this.picked.has(id)) return;
    this.picked.set([id]);
    this.grid.reveal(id);
  }

  /** True when there was something to leave. */
  escape(): boolean {
    if (!this.rectangle.active) return false;
    this.rectangle.cancel();
    return true;
  }

  /** What is on the map is new. */
  refresh(): void {
    this.picked.forget();
    if (this.isOpen) void this.load();
  }

  private makeToolbar(): Toolbar {
    return new Toolbar({
      layer: (slug) => void this.open(slug),
      narrowed: () => this.ask(() => this.question.restart()),
      clearFilters: () => this.ask(() => this.question.clear()),
      pickAll: () => void pickFound(this.picked, this.layer, this.questionBody(), false),
      rectangle: () => (this.rectangle.active ? this.rectangle.cancel() : this.startRectangle()),
      zoom: () => void this.zoomTo(null),
      deselect: () => this.picked.set([]),
      bulk: () => void this.edits.many(this.picked.ids),
      remove: () => this.remove(),
      undo: () => this.options.undo(),
      redo: () => this.options.redo(),
      page: (by) => this.page(by),
      close: () => this.close(),
    });
  }

  private ask(change: () => void): void {
    change();
    void this.load();
  }

  private soon(): void {
    this.question.restart();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.isOpen && void this.load(), WAIT_MS);
  }

  private questionBody() {
    const bounds = this.options.map.getBounds();
    const window_: Bbox = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const changedIds = this.options.draft.operations.flatMap(({ layer, id, kind }) => (layer === this.layer && id && kind !== "create" ? [id] : []));
    return this.question.body(window_, this.picked.ids.filter((id) => /^\d+$/.test(id)), changedIds);
  }

  private async load(): Promise<void> {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.body.setAttribute("aria-busy", "true");
    try {
      const slug = this.layer;
      const [form, data] = await Promise.all([this.options.forms.of(slug), tableServer.rows(slug, this.questionBody(), running.signal)]);
      this.form = form;
      this.data = data;
      this.render();
    } catch (reason) {
      if (isAbort(reason)) return;
      if (!(reason instanceof RequestError)) throw reason;
      replaceChildren(this.body, errorState(reason, () => void this.load()));
      this.updateTools();
    } finally {
      if (this.running === running) this.body.removeAttribute("aria-busy");
    }
  }

  private render(): void {
    const { data, form, question } = this;
    if (!data || !form) return;
    const rows = gridRows(data.rows, data.columns, form, this.options.draft, question.changedOnly && question.onFirst);
    this.grid.show({
      columns: data.columns,
      rows,
      firstRow: question.firstRow,
      total: data.total === null || data.total_is_more ? -1 : data.total,
      sort: question.sort,
      filtered: new Set(Object.keys(question.where)),
      editable: new Set(this.options.mayEdit(this.layer) ? form.fields.filter(({ kind, locked }) => kind !== "translated" && !locked).map(({ name }) => name) : []),
    });
    // Put in once: a table that is taken out and in again loses focus and place.
    if (this.grid.element.parentElement !== this.body) replaceChildren(this.body, this.grid.element, this.nothing);
    this.nothing.hidden = rows.length > 0;
    this.updateTools();
  }

  private updateTools(): void {
    const { data, question } = this;
    const { draft } = this.options;
    const from = question.firstRow + 1;
    const count = data && data.rows.length > 0 ? tw("count", { from, to: question.firstRow + data.rows.length, total: totalWords(data) }) : "";
    this.toolbar.update({
      layers: this.options.layers(),
      layer: this.layer,
      question,
      picked: this.picked.size,
      mayEdit: this.options.mayEdit(this.layer),
      undo: draft.undoLabel,
      redo: draft.redoLabel,
      drawing: this.rectangle.active,
      count,
      hasNext: Boolean(data?.next),
    });
  }

  private field(name: string) {
    return this.form?.fields.find((field) => field.name === name) ?? null;
  }

  private drafted(): void {
    if (!this.isOpen) return;
    if (this.question.changedOnly) this.soon();
    this.render();
  }

  private pickedChanged(): void {
    if (!this.isOpen) return;
    this.grid.showPicked();
    if (this.question.pickedOnly) this.soon();
    this.updateTools();
  }

  private page(by: 1 | -1 | 0): void {
    if (by === 1 && this.data?.next) this.question.forth(this.data.next);
    else if (by === -1 && !this.question.onFirst) this.question.back();
    else if (by === 0) this.question.restart();
    else return;
    void this.load();
  }

  private pick(keys: string[], how: "only" | "toggle" | "add"): void {
    if (how === "add") this.picked.add(keys);
    else if (how === "only") this.picked.set(keys);
    else for (const key of keys) this.picked.toggle(key);
  }

  private startRectangle(): void {
    this.dock.yield();
    this.rectangle.begin();
    say(tw("rectangle.hint"));
    this.updateTools();
  }

  private async pickIn(bbox: Bbox | null): Promise<void> {
    this.updateTools();
    if (bbox) await pickFound(this.picked, this.layer, { ...this.questionBody(), bbox: bbox.map((value) => value.toFixed(7)).join(",") }, true);
  }

  private async zoomTo(key: string | null): Promise<void> {
    if (key !== null) this.picked.set([key]);
    this.dock.yield();
    await this.picked.zoom();
  }

  private remove(): void {
    if (this.options.mayEdit(this.layer)) void this.edits.remove(this.picked.ids);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    if (event.target instanceof Element && event.target.matches("input:not([type=checkbox]), select")) return;
    event.preventDefault();
    event.stopPropagation(); // the workspace would undo once more
    if (event.shiftKey) this.options.redo();
    else this.options.undo();
  }
}
