/** The form of a feature, made from what the server says of its layer's fields. */
import { h, icon, replaceChildren } from "../dom";
import { formatDate, formatNumber } from "../format";
import { optionText } from "./code_picker";
import { controlFor, Unreadable, type FieldControl } from "./field_controls";
import { fixButton } from "./fixable";
import type { FormField, FormGroup, LayerForm, Problem, Values } from "./types";
import { w } from "./words";

const LAST = new Set(["valid_from", "valid_to", "sensitivity"]);

/** A value as people read it. */
export function shownValue(field: FormField, value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (field.kind === "boolean") return value ? w("yes") : w("no");
  if (field.kind === "date") return formatDate(String(value));
  if (field.kind === "translated") return Object.values(value as Values).filter(Boolean).join(" · ") || "–";
  if (field.kind === "code") {
    const option = field.options.find((entry) => String(entry.value) === String(value));
    return option ? optionText(option) : String(value);
  }
  if (typeof value === "number") {
    const text = field.name.endsWith("_year") ? String(value) : formatNumber(value);
    return field.unit ? `${text}\u00a0${field.unit}` : text;
  }
  return String(value);
}

/** True where a group is asked: its condition holds, or a field of it carries something already. */
export function asked({ when, fields }: FormGroup, values: Values): boolean {
  if (!when || when.codes.includes(String(values[when.field] ?? ""))) return true;
  return fields.some((name) => values[name] !== null && values[name] !== undefined && values[name] !== "");
}

/** What is wrong before anybody asks the server: required fields, numbers out of range. */
export function localProblems(form: LayerForm, key: string, values: Values): Problem[] {
  return form.fields.flatMap((field): Problem[] => {
    const value = values[field.name];
    const missing = value === null || value === undefined || value === "";
    if (missing) return field.required ? [{ key, code: "missing", field: field.name, detail: w("check.required", { field: field.label }), level: "error" }] : [];
    if (typeof value !== "number") return [];
    const low = field.minimum !== null && value < field.minimum;
    const high = field.maximum !== null && value > field.maximum;
    return low || high ? [{ key, field: field.name, detail: w("check.range", { field: field.label }), level: "error" }] : [];
  });
}

export interface FeatureFormOptions {
  onChange(name: string, value: unknown, label: string): void;
  onFix(problem: Problem): void;
}

interface Row {
  field: FormField;
  controls: FieldControl[];
  note: HTMLElement;
  element: HTMLElement;
  /** What was typed last cannot be read. */
  unreadable: Unreadable | null;
}

export class FeatureForm {
  readonly element = h("form", { class: "feature-form", novalidate: true });
  private readonly rows = new Map<string, Row>();
  private readonly groups: { group: FormGroup; element: HTMLElement }[] = [];
  private readonly summary = h("div", { class: "error-summary", role: "group", "aria-labelledby": "form-errors", hidden: true });

  constructor(
    private readonly form: LayerForm,
    private readonly options: FeatureFormOptions,
  ) {
    this.element.addEventListener("submit", (event) => event.preventDefault());
    for (const field of form.fields) this.rows.set(field.name, this.row(field));
    const more = h("details", { class: "form-more" }, h("summary", {}, icon("chevron-right"), w("form.validity")), ...this.elements((name) => LAST.has(name)));
    const needed = form.fields.some(({ required }) => required) ? h("p", { class: "soft small" }, w("form.required_mark")) : null;
    replaceChildren(this.element, this.summary, needed, ...this.ordered(), more);
  }

  /** Fills the form; what differs from `base` says what it was before. */
  show(values: Values, base: Values | null, problems: Problem[], editable: boolean): void {
    for (const row of this.rows.values()) this.fill(row, values, base, problems, editable);
    for (const { group, element } of this.groups) element.hidden = !asked(group, values);
    this.summarise(problems.filter(({ level, field }) => level === "error" && field !== null && this.rows.has(field)));
  }

  focusField(name: string | null): void {
    const input = name ? this.rows.get(name)?.controls[0]?.input : undefined;
    const details = input?.closest("details");
    if (details) details.open = true;
    input?.focus();
  }

  private elements(wanted: (name: string) => boolean): HTMLElement[] {
    return [...this.rows].filter(([name]) => wanted(name)).map(([, { element }]) => element);
  }

  /** The fields in their order; a group stands where its first field does. */
  private ordered(): HTMLElement[] {
    const grouped = new Map((this.form.groups ?? []).flatMap((group) => group.fields.map((name) => [name, group] as const)));
    const placed = new Set<FormGroup>();
    return [...this.rows].flatMap(([name, { element }]) => {
      const group = grouped.get(name);
      if (LAST.has(name)) return [];
      if (!group) return [element];
      if (placed.has(group)) return [];
      placed.add(group);
      const set = h("fieldset", { class: "form-group" }, h("legend", {}, group.title), ...this.elements((other) => group.fields.includes(other)));
      this.groups.push({ group, element: set });
      return [set];
    });
  }

  private fill(row: Row, values: Values, base: Values | null, problems: Problem[], editable: boolean): void {
    const { field, controls, note, element, unreadable } = row;
    const value = values[field.name];
    const found = problems.filter((problem) => problem.field === field.name);
    const changed = base !== null && JSON.stringify(value ?? "") !== JSON.stringify(base[field.name] ?? "");
    element.classList.toggle("changed", changed);
    controls.forEach((control, index) => {
      const part = field.kind === "translated" ? (value as Values | null | undefined)?.[field.languages[index] ?? ""] : value;
      // Not under the fingers of somebody who types, and not over what has to be typed again.
      if (control.input !== document.activeElement && !unreadable) control.write(part);
      control.input.disabled = !editable || Boolean(field.locked);
      if (found.length > 0 || unreadable) control.input.setAttribute("aria-invalid", "true");
      else control.input.removeAttribute("aria-invalid");
    });
    const bad = (words: string, level: Problem["level"]) => h("span", { class: level === "error" ? "field-bad" : "field-caution" }, icon("circle-alert", "icon-small"), words);
    const before = changed ? h("span", { class: "field-before" }, w("form.before", { value: shownValue(field, base?.[field.name]) })) : null;
    const locked = field.locked ? h("span", { class: "field-before" }, icon("lock", "icon-small"), field.locked) : null;
    replaceChildren(note, unreadable && bad(unreadable.words, "error"), ...found.flatMap((problem) => [bad(problem.detail, problem.level), fixButton(problem, (wanted) => this.options.onFix(wanted))]), locked, before);
    note.hidden = note.childElementCount === 0;
  }

  /** All errors at the top, each a way to its field. */
  private summarise(problems: Problem[]): void {
    this.summary.hidden = problems.length === 0;
    const links = problems.map(({ field, detail }) => h("li", {}, h("button", { type: "button", click: () => this.focusField(field) }, this.said(field ?? "", detail))));
    const title = h("p", { id: "form-errors" }, icon("circle-alert", "icon-small"), w("form.errors", { n: problems.length }));
    replaceChildren(this.summary, title, h("ul", {}, ...links));
  }

  private said(name: string, detail: string): string {
    const label = this.rows.get(name)?.field.label ?? "";
    return detail.includes(label) ? detail : `${label}: ${detail}`;
  }

  private row(field: FormField): Row {
    const note = h("p", { class: "field-note", id: `note-${field.name}`, hidden: true });
    const codes = field.kind === "translated" ? field.languages : [null];
    const controls = codes.map((code) => this.control(field, code));
    const labelled = controls.map(({ element, input }, index) => {
      const code = codes[index];
      const words = code ? `${field.label} (${code})` : field.unit ? `${field.label} (${field.unit})` : field.label;
      const mark = field.required ? h("span", { class: "required", title: w("form.required"), "aria-hidden": "true" }, "*") : null;
      const label = h("label", { for: input.id }, words, mark);
      return field.kind === "boolean" ? h("div", { class: "check-field" }, element, label) : h("div", { class: "field" }, label, element);
    });
    const element = h("div", { class: `form-row ${field.locked ? "locked" : ""}`, "data-field": field.name }, ...labelled, note);
    return { field, controls, note, element, unreadable: null };
  }

  private control(field: FormField, code: string | null): FieldControl {
    const id = `field-${field.name}${code ? `-${code}` : ""}`;
    const attributes = { id, name: id, class: "input", "aria-describedby": `note-${field.name}`, "aria-required": field.required ? "true" : null };
    return controlFor(field, attributes, () => this.changed(field));
  }

  private changed(field: FormField): void {
    const row = this.rows.get(field.name);
    if (!row) return;
    const value = valueOf(row);
    row.unreadable = value instanceof Unreadable ? value : null;
    if (!row.unreadable) this.options.onChange(field.name, value, field.label);
    else replaceChildren(row.note, h("span", { class: "field-bad" }, icon("circle-alert", "icon-small"), row.unreadable.words));
    if (row.unreadable) {
      row.note.hidden = false;
      row.controls[0]?.input.setAttribute("aria-invalid", "true");
    }
  }
}

function valueOf({ field, controls }: Row): unknown {
  if (field.kind !== "translated") return controls[0]?.read();
  const pairs = field.languages.map((code, index) => [code, String(controls[index]?.read() ?? "")] as const);
  return Object.fromEntries(pairs.filter(([, text]) => text !== ""));
}
