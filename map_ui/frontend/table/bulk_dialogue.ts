/** Bulk edit: fields and what becomes of them, a preview of every kind of outcome, then one act of the draft. */
import { RequestError } from "../api";
import { h, icon, iconButton, replaceChildren } from "../dom";
import { nameOf } from "../workspace/feature_panel";
import { shownValue } from "../workspace/form";
import { server } from "../workspace/server";
import type { FormField, LayerForm, Problem, Values } from "../workspace/types";
import { w } from "../workspace/words";
import { sourcesOf, waysOf, type Change, type How } from "./bulk";
import { controlFor, valueOf } from "./control";
import { MOST_STEPS, type Line, type Plan } from "./plan";
import { tw } from "./words";

const SHOWN = 100;
const WAIT_MS = 400;

export interface BulkOptions {
  form: LayerForm;
  count: number;
  /** Features that were selected and are gone by now. */
  gone: number;
  plan(changes: Change[]): Plan;
  /** Steps that the draft would hold. */
  stepsAfter(plan: Plan): number;
  apply(plan: Plan): void;
}

interface ChangeRow {
  element: HTMLElement;
  change(): Change | null;
}

export class BulkDialogue {
  private readonly rows: ChangeRow[] = [];
  private readonly list = h("div", { class: "bulk-changes" });
  private readonly preview = h("div", { class: "bulk-preview", role: "region", tabindex: 0, "aria-label": tw("bulk.preview") });
  private readonly summary = h("p", { class: "check-summary", role: "status" });
  private readonly checks = h("div", { class: "bulk-checks", role: "status" });
  private readonly yes = h("button", { type: "submit", class: "button primary" }, tw("apply"));
  private readonly dialogue: HTMLDialogElement;
  private plan: Plan | null = null;
  private timer = 0;
  private asked = 0;

  constructor(private readonly options: BulkOptions) {
    const { count, gone } = options;
    const more = h("button", { type: "button", class: "button quiet", click: () => this.addRow() }, icon("plus"), tw("bulk.add_change"));
    const no = h("button", { type: "button", class: "button", click: () => this.dialogue.close() }, tw("cancel"));
    const lost = gone > 0 ? h("p", { class: "field-caution" }, icon("triangle-alert", "icon-small"), tw("gone", { n: gone })) : null;
    const form = h("form", { method: "dialog" }, h("h2", { id: "bulk-title" }, tw("bulk")), h("p", { class: "soft" }, tw("bulk.text", { n: count })), lost, this.list, more, h("h3", {}, tw("bulk.preview")), this.summary, this.checks, this.preview, h("div", { class: "row" }, no, this.yes));
    form.addEventListener("submit", () => this.plan && options.apply(this.plan));
    this.dialogue = h("dialog", { class: "question bulk", "aria-labelledby": "bulk-title" }, form);
    this.dialogue.addEventListener("keydown", (event) => event.stopPropagation()); // keys of the map stay out
    this.dialogue.addEventListener("close", () => {
      window.clearTimeout(this.timer);
      this.dialogue.remove();
    });
    this.addRow();
  }

  open(): void {
    document.body.append(this.dialogue);
    this.dialogue.showModal();
    this.update();
  }

  private addRow(): void {
    const row = changeRow(this.options.form, () => this.update(), () => {
      if (this.rows.length === 1) return;
      this.rows.splice(this.rows.indexOf(row), 1);
      row.element.remove();
      this.update();
    });
    this.rows.push(row);
    this.list.append(row.element);
    row.element.querySelector("select")?.focus();
  }

  private update(): void {
    const changes = this.rows.flatMap((row) => row.change() ?? []);
    const plan = this.options.plan(changes);
    this.plan = plan;
    const of = (state: Line["state"]) => plan.lines.filter((line) => line.state === state).length;
    const steps = this.options.stepsAfter(plan);
    const tooMany = steps > MOST_STEPS;
    const words = tooMany ? tw("bulk.too_many", { n: steps, most: MOST_STEPS }) : tw("bulk.summary", { changed: of("changed"), same: of("same"), refused: of("refused") + of("deleted") });
    this.summary.className = `check-summary ${tooMany ? "bad" : of("refused") + of("deleted") > 0 ? "caution" : ""}`;
    replaceChildren(this.summary, icon(tooMany ? "circle-alert" : "list-checks", "icon-small"), changes.length > 0 && plan.steps.length === 0 ? tw("bulk.nothing") : words);
    this.yes.disabled = plan.steps.length === 0 || tooMany;
    replaceChildren(this.preview, this.table(plan, [...new Set(changes.map(({ field }) => field))]));
    this.askSoon(plan);
  }

  private table(plan: Plan, fields: FormField[]): HTMLElement {
    // What cannot be comes first: it is what the person has to look at.
    const order: Line["state"][] = ["refused", "deleted", "changed", "same"];
    const lines = [...plan.lines].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
    const head = h("tr", {}, h("th", { scope: "col" }, this.options.form.title), ...fields.flatMap(({ label }) => [h("th", { scope: "col" }, `${label} · ${tw("before")}`), h("th", { scope: "col" }, tw("after"))]));
    const body = lines.slice(0, SHOWN).map((line) => h("tr", { class: `line-${line.state}` }, h("th", { scope: "row" }, nameOf(this.options.form, line.before)), ...fields.flatMap((field) => cellsOf(field, line))));
    const rest = lines.length - body.length;
    const more = rest > 0 ? h("tr", {}, h("td", { colspan: 1 + 2 * fields.length, class: "soft" }, tw("bulk.rest", { n: rest }))) : null;
    return h("table", {}, h("thead", {}, head), h("tbody", {}, ...body, more));
  }

  private askSoon(plan: Plan): void {
    window.clearTimeout(this.timer);
    replaceChildren(this.checks);
    if (plan.steps.length > 0 && plan.steps.length <= MOST_STEPS) this.timer = window.setTimeout(() => void this.ask(plan), WAIT_MS);
  }

  /** What the checks of the server say of the whole. */
  private async ask(plan: Plan): Promise<void> {
    const asked = ++this.asked;
    replaceChildren(this.checks, h("p", { class: "soft small" }, tw("checking")));
    const found = await server.checks(plan.steps.flatMap(({ step }) => step ?? [])).catch((reason: unknown) => {
      if (!(reason instanceof RequestError)) throw reason;
      return null;
    });
    if (asked !== this.asked || plan !== this.plan) return;
    if (!found) replaceChildren(this.checks, h("p", { class: "field-caution" }, icon("triangle-alert", "icon-small"), tw("checks.failed")));
    else replaceChildren(this.checks, ...findings(found.problems));
  }
}

function findings(problems: Problem[]): HTMLElement[] {
  const bad = problems.filter(({ level }) => level === "error");
  const line = (name: string, look: string, words: string) => h("p", { class: look }, icon(name, "icon-small"), words);
  if (problems.length === 0) return [line("check", "field-good", tw("checks.good"))];
  const caution = problems.length - bad.length;
  const head = [bad.length > 0 ? line("circle-alert", "field-bad", tw("checks.errors", { n: bad.length })) : null, caution > 0 ? line("triangle-alert", "field-caution", tw("checks.warnings", { n: caution })) : null];
  const kinds = [...new Set([...bad, ...problems].map(({ detail }) => detail))].slice(0, 5);
  return [...head.filter((one) => one !== null), h("ul", { class: "problem-list" }, ...kinds.map((detail) => h("li", {}, detail)))];
}

function cellsOf(field: FormField, { before, after, problems, state }: Line): HTMLElement[] {
  const show = (values: Values) => shownValue(field, values[field.name]);
  const problem = problems[field.name];
  const words = problem ? problemWords(field, problem) : state === "deleted" ? tw("cell.deleted") : show(after);
  const differs = !problem && show(before) !== show(after);
  return [h("td", {}, show(before)), h("td", { class: problem || state === "deleted" ? "field-bad" : differs ? "changed" : null }, words)];
}

function problemWords(field: FormField, problem: Line["problems"][string]): string {
  if (problem === "too_long") return tw("too_long", { n: field.max_length ?? 0 });
  if (problem === "not_number") return tw("not_number");
  return problem === "required" ? w("check.required", { field: field.label }) : w("check.range", { field: field.label });
}

function labelled(words: string, control: HTMLElement): HTMLElement {
  return h("label", { class: "field" }, h("span", {}, words), control);
}

/** One field, what happens to it, and with what. */
function changeRow(form: LayerForm, onChange: () => void, onRemove: () => void): ChangeRow {
  const fields = form.fields.filter((field) => waysOf(field).length > 0);
  const field = h("select", { class: "input" }, ...fields.map(({ name, label }) => h("option", { value: name }, label)));
  const how = h("select", { class: "input" });
  const parts = h("div", { class: "bulk-parts" });
  let read: () => Partial<Change> | null = () => null;
  const chosen = () => fields.find(({ name }) => name === field.value);
  const fillParts = () => {
    const now = chosen();
    if (now) read = partsFor(now, how.value as How, form, parts, onChange);
    onChange();
  };
  const fillWays = () => {
    const now = chosen();
    replaceChildren(how, ...(now ? waysOf(now) : []).map((one) => h("option", { value: one }, tw(one))));
    fillParts();
  };
  field.addEventListener("change", fillWays);
  how.addEventListener("change", fillParts);
  const element = h("div", { class: "bulk-change" }, labelled(tw("bulk.field"), field), labelled(tw("bulk.how"), how), parts, iconButton("x", w("cancel"), onRemove));
  const row: ChangeRow = {
    element,
    change: () => {
      const [now, more] = [chosen(), read()];
      return now && more ? { field: now, how: how.value as How, ...more } : null;
    },
  };
  window.queueMicrotask(fillWays); // the caller knows the row by then
  return row;
}

/** The controls of one way to change; gives what reads them, null while something is missing. */
function partsFor(field: FormField, how: How, form: LayerForm, parts: HTMLElement, onChange: () => void): () => Partial<Change> | null {
  const input = (words: string, type: string) => h("input", { class: "input", type, step: type === "number" ? "any" : null, "aria-label": words, autocomplete: "off", input: onChange });
  switch (how) {
    case "set": {
      const control = controlFor(field, null, tw("value"));
      control.addEventListener("input", onChange);
      replaceChildren(parts, labelled(tw("value"), control));
      return () => (control.value.trim() === "" ? null : { value: valueOf(field, control) });
    }
    case "replace": {
      const [find, replacement] = [input(tw("find"), "text"), input(tw("replace.with"), "text")];
      replaceChildren(parts, labelled(tw("find"), find), labelled(tw("replace.with"), replacement));
      return () => (find.value === "" ? null : { find: find.value, replacement: replacement.value });
    }
    case "add": {
      const number = input(tw("add.by"), "number");
      replaceChildren(parts, labelled(tw("add.by"), number));
      return () => (number.value === "" ? null : { number: Number(number.value) });
    }
    case "copy": {
      const from = h("select", { class: "input", change: onChange }, ...sourcesOf(field, form.fields).map(({ name, label }) => h("option", { value: name }, label)));
      replaceChildren(parts, labelled(tw("copy.from"), from));
      return () => (from.value ? { from: from.value } : null);
    }
    case "clear":
      replaceChildren(parts);
      return () => ({});
  }
}
