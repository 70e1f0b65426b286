/** Step 3: which column fills which field. What has no field is kept beside the feature. */
import { h, icon, replaceChildren } from "../dom";
import type { StepPage } from "./job_page";
import { mappingOf } from "./plain";
import { profiles, usedWay } from "./profiles";
import { server } from "./server";
import type { Column, Job, ThemeField } from "./types";
import { w } from "./words";

export function fieldsStep(page: StepPage): Node[] {
  const found = page.job.understanding;
  if (!found) return [];
  const foot = h("div", { class: "stack", "aria-live": "polite" });
  const go = h("button", { type: "button", class: "button primary" }, w("fields.go"), icon("chevron-right"));
  const selects = new Map<string, HTMLSelectElement>();
  const judge = () => {
    const words = complaints(page.job.fields, selects);
    go.disabled = words.bad.length > 0 || !page.job.may.includes("check");
    replaceChildren(
      foot,
      ...words.bad.map((text) => h("p", { class: "note bad", role: "alert" }, icon("circle-alert"), text)),
      ...words.caution.map((text) => h("p", { class: "note caution" }, icon("triangle-alert"), text)),
    );
  };
  const chosen = fieldsOf(page.job);
  const answers = () => ({ mapping: mappingOf(page.job.fields, selects), keys: [] });
  const changed = () => {
    judge();
    void page.keep(() => server.change(page.job.id, answers())); // a reload finds it again
  };
  const rows = found.columns.map((column) => row(column, page.job.fields, chosen.get(column.column) ?? "", selects, changed));
  go.addEventListener("click", () =>
    void page.act(async () => {
      await server.change(page.job.id, answers());
      return server.step(page.job.id, "check");
    }),
  );
  judge();
  return [
    h("section", { class: "card stack", "aria-labelledby": "fields-title" }, h("h2", { id: "fields-title" }, w("fields.title", { layer: page.job.layer_title })), h("p", { class: "soft" }, w("fields.text")), usedWay(page.job), rows.length > 0 ? h("ul", { class: "column-list" }, ...rows) : h("p", { class: "note" }, icon("info"), w("fields.none")), foot, profiles(page, answers)),
    h("div", { class: "row actions" }, h("button", { type: "button", class: "button", click: () => page.open("understand") }, icon("arrow-left"), w("step.understand")), go),
  ];
}

/** Column → field: what the person said, else what the server found. */
function fieldsOf(job: Job): Map<string, string> {
  const found = new Map<string, string>();
  const said = job.answers.mapping;
  for (const { column, field } of job.understanding?.columns ?? []) if (field && !(field in said)) found.set(column, field);
  for (const [field, column] of Object.entries(said)) if (column) found.set(column, field);
  return found;
}

function row(column: Column, fields: ThemeField[], field: string, selects: Map<string, HTMLSelectElement>, judge: () => void): HTMLElement {
  const id = `field-${selects.size}`;
  const options = fields.map(({ name, label, key }) => h("option", { value: name }, key ? w("fields.key_option", { label }) : label));
  const select = h("select", { class: "input", id }, h("option", { value: "" }, w("fields.extra")), ...options);
  select.value = field;
  select.addEventListener("change", judge);
  selects.set(column.column, select);
  const samples = column.samples.slice(0, 3).join(" · ");
  const misfit = fields.find(({ name }) => name === column.misfit);
  const doubt = misfit ? h("span", { class: "small caution-text" }, w("fields.misfit", { field: misfit.label })) : null;
  return h("li", { class: "column-row" }, h("label", { for: id, class: "column-words" }, h("strong", {}, column.column), h("span", { class: "soft small samples-line" }, samples || w("fields.no_samples")), doubt), icon("chevron-right"), select);
}

function complaints(fields: ThemeField[], selects: Map<string, HTMLSelectElement>): { bad: string[]; caution: string[] } {
  const used = [...selects.values()].map(({ value }) => value).filter(Boolean);
  const label = (name: string) => fields.find((field) => field.name === name)?.label ?? name;
  const twice = [...new Set(used.filter((name, index) => used.indexOf(name) !== index))];
  const keys = fields.filter(({ key }) => key);
  const bad = twice.map((name) => w("fields.twice", { field: label(name) }));
  const caution: string[] = [];
  if (keys.length > 0 && !keys.some(({ name }) => used.includes(name))) caution.push(w("fields.no_key", { fields: keys.map((field) => field.label).join(", ") }));
  return { bad, caution };
}
