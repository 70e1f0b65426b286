/** Step 3: which column fills which field. What has no field is kept beside the feature. */
import { h, icon, replaceChildren } from "../dom";
import { ColumnList } from "./column_list";
import type { StepPage } from "./job_page";
import { mappingOf } from "./plain";
import { profiles, usedWay } from "./profiles";
import { server } from "./server";
import type { Job, ThemeField } from "./types";
import { w } from "./words";

export function fieldsStep(page: StepPage): Node[] {
  const found = page.job.understanding;
  if (!found) return [];
  const foot = h("div", { class: "stack", "aria-live": "polite" });
  const go = h("button", { type: "button", class: "button primary" }, w("fields.go"), icon("chevron-right"));
  const judge = () => {
    const words = complaints(page.job.fields, columns.selects);
    go.disabled = words.bad.length > 0 || !page.job.may.includes("check");
    replaceChildren(
      foot,
      ...words.bad.map((text) => h("p", { class: "note bad", role: "alert" }, icon("circle-alert"), text)),
      ...words.caution.map((text) => h("p", { class: "note caution" }, icon("triangle-alert"), text)),
    );
  };
  const answers = () => ({ mapping: mappingOf(page.job.fields, columns.selects), keys: [] });
  const changed = () => {
    judge();
    void page.keep(() => server.change(page.job.id, answers())); // a reload finds it again
  };
  const columns = new ColumnList(found.columns, page.job.fields, fieldsOf(page.job), changed);
  go.addEventListener("click", () =>
    void page.act(async () => {
      await server.change(page.job.id, answers());
      return server.step(page.job.id, "check");
    }),
  );
  judge();
  return [
    h("section", { class: "card stack", "aria-labelledby": "fields-title" }, h("h2", { id: "fields-title" }, w("fields.title", { layer: page.job.layer_title })), h("p", { class: "soft" }, w("fields.text")), usedWay(page.job), found.columns.length > 0 ? columns.element : h("p", { class: "note" }, icon("info"), w("fields.none")), foot, profiles(page, answers)),
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

function complaints(fields: ThemeField[], selects: ReadonlyMap<string, HTMLSelectElement>): { bad: string[]; caution: string[] } {
  const used = [...selects.values()].map(({ value }) => value).filter(Boolean);
  const label = (name: string) => fields.find((field) => field.name === name)?.label ?? name;
  const twice = [...new Set(used.filter((name, index) => used.indexOf(name) !== index))];
  const keys = fields.filter(({ key }) => key);
  const bad = twice.map((name) => w("fields.twice", { field: label(name) }));
  const caution: string[] = [];
  if (keys.length > 0 && !keys.some(({ name }) => used.includes(name))) caution.push(w("fields.no_key", { fields: keys.map((field) => field.label).join(", ") }));
  return { bad, caution };
}
