/** One row of the file in words: what becomes of it, what is found about it, what changes. */
import { h, icon } from "../dom";
import { formatNumber } from "../format";
import { LOOK, SEVERITY_ICON, shownSeverity, type Spot } from "./row_kinds";
import type { FieldChange, Job, RowFinding, RowMapData } from "./types";
import { w } from "./words";

export function rowCard(job: Job, data: RowMapData, spot: Spot): Node[] {
  const { row, key, kind, source, findings, shape } = spot;
  const name = row === null ? w("row.feature", { key: plainKey(key) }) : w("issues.row", { n: formatNumber(row) });
  const tag = h("span", { class: `tag kind-${source?.kind ?? kind}` }, w(`kind.${source?.kind ?? kind}`));
  const about = row !== null && key && !key.startsWith("sha:") ? h("span", { class: "soft small" }, w("row.key", { key: plainKey(key) })) : null;
  const changes = source?.changes ?? [];
  return [
    h("p", { class: "row-head" }, h("strong", {}, name), tag, about),
    findings.length > 0
      ? h("ul", { class: "stack-tight" }, ...findings.map((one) => finding(data, one)))
      : null,
    changes.length > 0 ? changeTable(job, changes) : null,
    shape === null ? h("p", { class: "soft small" }, w("row.no_place")) : null,
  ].filter((node): node is HTMLElement => node !== null);
}

function finding(data: RowMapData, one: RowFinding): HTMLElement {
  const severity = shownSeverity(one);
  return h("li", { class: `issue is-${severity} small` }, icon(SEVERITY_ICON[severity], "icon-small"), h("span", {}, h("span", { class: "unseen" }, `${w(`severity.${severity}`)}: `), data.messages[one.code] ?? one.code, one.detail ? h("span", { class: "soft" }, ` ${one.detail}`) : null));
}

/** A natural key without the parts that are blank at its beginning and end. */
const plainKey = (key: string) => key.replace(/^\/+|\/+$/g, "");

function changeTable(job: Job, changes: FieldChange[]): HTMLElement {
  const head = h("tr", {}, h("th", { scope: "col" }, w("row.field")), h("th", { scope: "col" }, w("row.before")), h("th", { scope: "col" }, w("row.after")));
  const rows = changes.map(({ field, before, after }) => {
    const name = h("th", { scope: "row" }, fieldLabel(job, field));
    if (field === "geom") return h("tr", {}, name, h("td", { colspan: 2 }, w("row.shape_changed")));
    // Nobody knows what a column without a field counts; a code is no amount.
    const words = field.startsWith("extra.") ? asWritten : shown;
    return h("tr", {}, name, h("td", { class: "was" }, words(before)), h("td", { class: "is" }, words(after)));
  });
  return h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": w("row.changes") }, h("table", { class: "samples changes" }, h("thead", {}, head), h("tbody", {}, ...rows)));
}

/** The words of a field; what is kept beside the feature goes by the name of its column. */
export function fieldLabel(job: Job, field: string): string {
  if (field === "geom") return w("check.shape");
  if (field === "extra") return w("row.extra");
  const known = job.fields.find(({ name }) => name === field) ?? job.fields.find(({ name }) => name.startsWith(`${field}.`));
  return known?.label ?? field.replace(/^extra\./, "");
}

function asWritten(value: unknown): string {
  return typeof value === "number" ? String(value) : shown(value);
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "boolean") return w(value ? "row.yes" : "row.no");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** How the kinds look: the line beside their word. */
export function swatch(kind: keyof typeof LOOK): HTMLElement {
  return h("span", { class: `swatch kind-${kind}`, "aria-hidden": "true" });
}
