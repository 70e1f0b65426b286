/** The letters of each column before and after, and the encodings that they may be in. */
import { h, icon } from "../dom";
import { encodingName } from "./plain";
import type { Answers, ColumnText, Understanding } from "./types";
import { w } from "./words";

const LETTER_KINDS = ["shapefile", "mapinfo-tab", "mapinfo-mif", "csv"]; // the others are always Unicode
const MANY = 8; // columns that are certain; fewer stand in a line each
type Choose = (column: string, codec: string) => Promise<unknown>;
type Again = (answers: Partial<Answers>) => Promise<unknown>;

export function textChoices(found: Understanding, answers: Answers, encodings: string[], again: Again): HTMLElement {
  const doubtful = found.text.filter(({ certain }) => !certain).length;
  const choose = (column: string, codec: string) => again({ column_encodings: { ...answers.column_encodings, [column]: codec } });
  return h(
    "section",
    { class: "card stack", "aria-labelledby": "text-title" },
    h("h2", { id: "text-title" }, w("text.title")),
    verdict(found, doubtful),
    ...columns(found.text, choose),
    LETTER_KINDS.includes(found.format) ? wholeFile(found, encodings, again) : null,
  );
}

/** Those to look at stand open; where many are certain they wait behind one line. */
function columns(text: ColumnText[], choose: Choose): HTMLElement[] {
  const sure = text.filter(({ certain }) => certain);
  if (sure.length <= MANY) return text.map((column) => columnText(column, choose));
  const doubtful = text.filter(({ certain }) => !certain);
  return [...doubtful.map((column) => columnText(column, choose)), h("details", { id: "sure-columns" }, h("summary", {}, w("text.sure_columns", { n: sure.length })), ...sure.map((column) => columnText(column, choose)))];
}

function verdict(found: Understanding, doubtful: number): HTMLElement {
  if (doubtful > 0) return h("p", { class: "note caution" }, icon("triangle-alert"), w("text.doubtful", { n: doubtful }));
  if (found.text.length === 0) return h("p", { class: "note good" }, icon("check"), w("text.plain"));
  return h("p", { class: "note good" }, icon("check"), w("text.good", { name: encodingName(found.encoding) }));
}

/** One encoding for everything, for those who know it. */
function wholeFile(found: Understanding, encodings: string[], again: Again): HTMLElement {
  const names = [...new Set([...encodings, ...(found.encoding_chosen ? [found.encoding] : [])])];
  const select = h("select", { class: "input", id: "encoding" }, h("option", { value: "" }, w("text.by_itself")), ...names.map((name) => h("option", { value: name }, encodingName(name))));
  select.value = found.encoding_chosen ? found.encoding : "";
  select.addEventListener("change", () => void again({ encoding: select.value, column_encodings: {} }));
  const details = h("details", {}, h("summary", {}, w("text.whole_file")), h("div", { class: "field" }, h("label", { for: "encoding" }, w("text.encoding")), select, h("p", { class: "hint" }, w("text.hint"))));
  details.open = found.encoding_chosen;
  return details;
}

function columnText(column: ColumnText, choose: Choose): HTMLElement {
  const after = column.readings.find(({ encoding }) => encoding === column.encoding)?.after ?? [];
  const rows = column.before.map((text, index) => h("tr", {}, h("td", { class: "raw" }, text), h("td", {}, after[index] ?? "")));
  const head = h("tr", {}, h("th", { scope: "col" }, w("text.before")), h("th", { scope: "col" }, w("text.after", { name: encodingName(column.encoding) })));
  const mark = column.certain ? h("span", { class: "tag good" }, w("text.sure")) : h("span", { class: "tag caution" }, w("text.unsure"));
  const table = h("table", { class: "samples two" }, h("thead", {}, head), h("tbody", {}, ...rows));
  const details = h("details", { class: "column-text" }, h("summary", {}, h("strong", {}, column.column), " ", mark), h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": column.column }, table), choices(column, choose));
  details.open = !column.certain;
  return details;
}

function choices(column: ColumnText, choose: Choose): HTMLElement {
  const id = `letters-${column.column}`;
  const options = column.readings.map(({ encoding, after }) => h("option", { value: encoding }, `${encodingName(encoding)}: ${(after[0] ?? "").slice(0, 40)}`));
  const select = h("select", { class: "input", id }, ...options);
  select.value = column.encoding;
  select.addEventListener("change", () => void choose(column.column, select.value));
  const right = column.certain ? null : h("button", { type: "button", class: "button", click: () => void choose(column.column, column.encoding) }, icon("check"), w("text.right"));
  return h("div", { class: "field letters" }, h("label", { for: id }, w("text.column_encoding")), h("div", { class: "row" }, select, right));
}
