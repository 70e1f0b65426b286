/** The grid itself (ARIA grid pattern): one cell at a time has the focus, arrow keys move it. */
import type { RowColumn } from "../api_types";
import { h, icon, iconButton, replaceChildren } from "../dom";
import type { Kind } from "../workspace/types";
import { tw } from "./words";

export interface GridRow {
  /** The feature's id, or the key of a step for one that is not on the map yet. */
  key: string;
  title: string;
  cells: Record<string, string>;
  /** Columns that the draft changes. */
  changed: Set<string>;
  kind: Kind | null;
}

export interface GridData {
  columns: RowColumn[];
  rows: GridRow[];
  firstRow: number;
  /** -1 where the number is not known. */
  total: number;
  sort: string;
  filtered: Set<string>;
  editable: Set<string>;
}

export interface GridOptions {
  picked(key: string): boolean;
  onPick(keys: string[], how: "only" | "toggle" | "add"): void;
  onSort(column: string): void;
  onFilter(column: RowColumn, opener: HTMLElement): void;
  onEdit(row: GridRow, column: RowColumn, cell: HTMLElement): void;
  onZoom(row: GridRow): void;
  onPage(by: 1 | -1): void;
  onDelete(): void;
}

export class Grid {
  readonly element = h("table", { class: "grid", role: "grid", "aria-multiselectable": "true" });
  private data: GridData | null = null;
  private lines: HTMLElement[][] = [];
  private at = { row: 0, column: 0 };
  private anchor = 0;

  constructor(private readonly options: GridOptions) {
    this.element.addEventListener("keydown", (event) => this.onKey(event));
    this.element.addEventListener("click", (event) => this.onClick(event));
    this.element.addEventListener("dblclick", (event) => this.onDoubleClick(event));
    this.element.addEventListener("focusin", ({ target }) => this.onFocus(target));
  }

  show(data: GridData): void {
    const hadFocus = this.element.contains(document.activeElement);
    this.data = data;
    const head = h("tr", { role: "row", "aria-rowindex": 1 }, h("th", { role: "columnheader", scope: "col", class: "pick" }, h("span", { class: "unseen" }, tw("pick"))), ...data.columns.map((column) => this.heading(column)));
    const rows = data.rows.map((row, index) => this.row(row, index));
    this.lines = rows.map((row) => [...row.children] as HTMLElement[]);
    this.element.setAttribute("aria-rowcount", String(data.total < 0 ? -1 : data.total + 1));
    this.element.setAttribute("aria-colcount", String(data.columns.length + 1));
    replaceChildren(this.element, h("thead", {}, head), h("tbody", {}, ...rows));
    this.anchor = Math.min(this.anchor, Math.max(0, rows.length - 1));
    this.move(Math.min(this.at.row, rows.length - 1), Math.min(this.at.column, data.columns.length), hadFocus);
    this.showPicked();
  }

  /** After the selection changed. */
  showPicked(): void {
    this.data?.rows.forEach(({ key }, index) => {
      const [pick] = this.lines[index] ?? [];
      const picked = this.options.picked(key);
      pick?.parentElement?.setAttribute("aria-selected", String(picked));
      const box = pick?.querySelector("input");
      if (box) box.checked = picked;
    });
  }

  /** Brings a row into view, if it is on this page. */
  reveal(key: string): boolean {
    const index = this.data?.rows.findIndex((row) => row.key === key) ?? -1;
    if (index < 0) return false;
    this.lines[index]?.[0]?.scrollIntoView({ block: "nearest" });
    this.move(index, this.at.column, false);
    return true;
  }

  /** The cell in hand gets the focus, such as after an edit; `by` moves it. */
  focus(by = { row: 0, column: 0 }): void {
    this.move(this.at.row + by.row, this.at.column + by.column, true);
  }

  private heading(column: RowColumn): HTMLElement {
    const { data } = this;
    const up = data?.sort === column.key;
    const down = data?.sort === `-${column.key}`;
    const mark = up ? icon("arrow-up", "icon-small") : down ? icon("arrow-down", "icon-small") : null;
    const sort = column.sortable
      ? h("button", { type: "button", class: "sort-button", title: tw(up ? "sort.down" : "sort.up"), click: () => this.options.onSort(column.key) }, h("span", {}, column.label), mark)
      : h("span", {}, column.label);
    const on = data?.filtered.has(column.key) ?? false;
    const filter = column.sortable
      ? iconButton("list-filter", `${tw("column.menu", { column: column.label })}${on ? ` (${tw("filter.on")})` : ""}`, () => this.options.onFilter(column, filter as HTMLElement), { class: `icon-button filter-button ${on ? "on" : ""}`, "aria-haspopup": "dialog" })
      : null;
    return h("th", { role: "columnheader", scope: "col", "aria-sort": up ? "ascending" : down ? "descending" : "none", class: column.kind === "number" ? "right" : null }, h("div", { class: "heading" }, sort, filter));
  }

  private row(row: GridRow, index: number): HTMLElement {
    const { columns, firstRow } = this.data!;
    const box = h("input", { type: "checkbox", tabindex: -1, "aria-label": tw("row.pick", { name: row.title }) });
    const cells = columns.map((column, place) => {
      const look = [column.kind === "number" ? "right" : "", row.changed.has(column.key) ? "changed" : ""].filter(Boolean).join(" ");
      const text = row.cells[column.key] ?? "";
      return h("td", { role: place === 0 ? "rowheader" : "gridcell", tabindex: -1, class: look || null, title: text.length > 24 ? text : null }, text);
    });
    const pick = h("td", { role: "gridcell", class: "pick", tabindex: -1 }, box);
    return h("tr", { role: "row", "aria-rowindex": firstRow + index + 2, class: row.kind ? `is-${row.kind}` : null }, pick, ...cells);
  }

  private placeOf(target: EventTarget | null): { row: number; column: number } | null {
    const cell = target instanceof Element ? target.closest<HTMLElement>("tbody td") : null;
    const row = cell ? this.lines.findIndex((cells) => cells.includes(cell)) : -1;
    return cell && row >= 0 ? { row, column: this.lines[row]!.indexOf(cell) } : null;
  }

  private move(row: number, column: number, focus: boolean): void {
    const lastRow = this.lines.length - 1;
    const lastColumn = this.data?.columns.length ?? 0;
    this.lines[this.at.row]?.[this.at.column]?.setAttribute("tabindex", "-1");
    this.at = { row: Math.max(0, Math.min(row, lastRow)), column: Math.max(0, Math.min(column, lastColumn)) };
    const cell = this.lines[this.at.row]?.[this.at.column];
    cell?.setAttribute("tabindex", "0");
    if (focus) cell?.focus();
  }

  private onFocus(target: EventTarget | null): void {
    const place = this.placeOf(target);
    if (place) this.move(place.row, place.column, false);
  }

  private onClick(event: MouseEvent): void {
    const place = this.placeOf(event.target);
    if (!place || (event.target instanceof Element && event.target.closest("td :is(input:not([type=checkbox]), select)"))) return;
    const onBox = place.column === 0;
    this.move(place.row, place.column, true);
    if (event.shiftKey) this.pickRange(place.row);
    else {
      this.anchor = place.row;
      this.pickRow(place.row, onBox || event.ctrlKey || event.metaKey ? "toggle" : "only");
    }
    if (onBox) this.showPicked();
  }

  private onDoubleClick(event: MouseEvent): void {
    const place = this.placeOf(event.target);
    if (place) this.activate(place.row, place.column);
  }

  private pickRow(row: number, how: "only" | "toggle"): void {
    const key = this.data?.rows[row]?.key;
    if (key !== undefined) this.options.onPick([key], how);
  }

  private pickRange(row: number): void {
    const [from, to] = [Math.min(this.anchor, row), Math.max(this.anchor, row)];
    this.options.onPick((this.data?.rows ?? []).slice(from, to + 1).map(({ key }) => key), "add");
  }

  /** Edits a cell that can be edited; elsewhere shows the feature on the map. */
  private activate(row: number, column: number): void {
    const found = this.data?.rows[row];
    const chosen = this.data?.columns[column - 1];
    const cell = this.lines[row]?.[column];
    if (!found || !cell) return;
    if (chosen && this.data?.editable.has(chosen.key)) this.options.onEdit(found, chosen, cell);
    else this.options.onZoom(found);
  }

  private onKey(event: KeyboardEvent): void {
    if (!this.placeOf(event.target) || (event.target instanceof Element && event.target.matches("input:not([type=checkbox]), select"))) return;
    const act = this.actionOf(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  private actionOf(event: KeyboardEvent): (() => void) | null {
    const { row, column } = this.at;
    const all = event.ctrlKey || event.metaKey;
    const last = { row: this.lines.length - 1, column: this.data?.columns.length ?? 0 };
    const go = (toRow: number, toColumn: number) => () => {
      this.move(toRow, toColumn, true);
      if (event.shiftKey && toRow !== row) this.pickRange(this.at.row);
      else if (!event.shiftKey) this.anchor = this.at.row;
    };
    switch (event.key) {
      case "ArrowDown":
        return go(row + 1, column);
      case "ArrowUp":
        return go(row - 1, column);
      case "ArrowRight":
        return go(row, column + 1);
      case "ArrowLeft":
        return go(row, column - 1);
      case "Home":
        return go(all ? 0 : row, 0);
      case "End":
        return go(all ? last.row : row, last.column);
      case "PageDown":
        return () => this.options.onPage(1);
      case "PageUp":
        return () => this.options.onPage(-1);
      case " ":
        return event.shiftKey ? () => this.pickRange(row) : () => this.pickRow(row, "toggle");
      case "Enter":
      case "F2":
        return () => this.activate(row, column);
      case "Delete":
        return () => this.options.onDelete();
      case "a":
        return all ? () => this.options.onPick((this.data?.rows ?? []).map(({ key }) => key), "add") : null;
      default:
        return null;
    }
  }
}
