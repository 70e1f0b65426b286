/** The columns of a file and the field that each fills. A table of many shows first what matters, and a search. */
import { h, icon } from "../dom";
import { matches } from "../folding";
import { formatNumber } from "../format";
import type { Column, ThemeField } from "./types";
import { w } from "./words";

const MANY = 16; // columns; fewer are all shown
const KEPT_SHOWN = 8; // of those without a field, while nobody asks for all

export class ColumnList {
  /** Column → its choice of a field. */
  readonly selects = new Map<string, HTMLSelectElement>();
  readonly element: HTMLElement;
  private readonly rows: { element: HTMLElement; column: Column; select: HTMLSelectElement; first: boolean }[] = [];
  private readonly search = h("input", { class: "input", type: "search", id: "column-search", autocomplete: "off", placeholder: w("columns.search_hint"), input: () => this.show() });
  private readonly shown = h("p", { class: "soft small numbers", role: "status" });
  private readonly all = h("button", { type: "button", class: "button", click: () => this.showAll() });
  private whole = false; // somebody asked for all

  /** `chosen`: column → field; `changed` hears that a person chose another. */
  constructor(columns: Column[], private readonly fields: ThemeField[], chosen: ReadonlyMap<string, string>, changed: () => void) {
    for (const column of columns) this.rows.push(this.row(column, chosen.get(column.column) ?? "", changed));
    const many = columns.length > MANY;
    if (many) this.rows.sort((one, other) => Number(other.first) - Number(one.first)); // the file's order within both
    const list = h("ul", { class: "column-list" }, ...this.rows.map(({ element }) => element));
    this.element = many ? h("div", { class: "stack" }, h("div", { class: "field" }, h("label", { for: "column-search" }, w("columns.search")), this.search), this.shown, list, h("div", { class: "row" }, this.all)) : list;
    this.search.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.search.value) return;
      event.preventDefault();
      this.search.value = "";
      this.show();
    });
    if (many) this.show();
  }

  private row(column: Column, field: string, changed: () => void) {
    const id = `field-${this.selects.size}`;
    const options = this.fields.map(({ name, label, key }) => h("option", { value: name }, key ? w("fields.key_option", { label }) : label));
    const select = h("select", { class: "input", id, change: changed }, h("option", { value: "" }, w("fields.extra")), ...options);
    select.value = field;
    this.selects.set(column.column, select);
    const samples = column.samples.slice(0, 3).join(" · ");
    const misfit = this.fields.find(({ name }) => name === column.misfit);
    const doubt = misfit ? h("span", { class: "small caution-text" }, w("fields.misfit", { field: misfit.label })) : null;
    const words = h("label", { for: id, class: "column-words" }, h("strong", {}, column.column), h("span", { class: "soft small samples-line" }, samples || w("fields.no_samples")), doubt);
    return { element: h("li", { class: "column-row" }, words, icon("chevron-right"), select), column, select, first: field !== "" || misfit !== undefined };
  }

  private show(): void {
    const typed = this.search.value.trim();
    let kept = 0;
    for (const one of this.rows) {
      if (typed) one.element.hidden = !matches([one.column.column, ...one.column.samples, one.select.selectedOptions[0]?.label ?? ""].join(" "), typed);
      else one.element.hidden = !this.whole && !one.first && one.select.value === "" && ++kept > KEPT_SHOWN;
    }
    const total = formatNumber(this.rows.length);
    const visible = this.rows.filter(({ element }) => !element.hidden).length;
    this.shown.textContent = visible === 0 ? w("columns.none", { total }) : w("columns.shown", { n: formatNumber(visible), total });
    this.all.hidden = visible === this.rows.length;
    this.all.textContent = w("columns.all", { total });
  }

  /** All columns; the focus goes to the first that was not there, because the button goes away. */
  private showAll(): void {
    const next = this.rows.find(({ element }) => element.hidden);
    this.whole = true;
    this.search.value = "";
    this.show();
    next?.select.focus();
  }
}
