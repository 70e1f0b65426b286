/** The form of a feature, made from what the server says of its layer's fields. */
import { h, icon, replaceChildren } from "../dom";
import { formatDate, formatNumber } from "../format";
import type { FormField, LayerForm, Problem, Values } from "./types";
import { w } from "./words";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
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

function optionText({ value, label }: FormField["options"][number]): string {
  return typeof value === "string" && /^[A-Z0-9]{2,}$/.test(value) ? `${value} · ${label}` : label;
}

/** What is wrong before anybody asks the server: required fields, numbers out of range. */
export function localProblems(form: LayerForm, key: string, values: Values): Problem[] {
  return form.fields.flatMap((field): Problem[] => {
    const value = values[field.name];
    const missing = value === null || value === undefined || value === "";
    if (missing) return field.required ? [{ key, field: field.name, detail: w("check.required", { field: field.label }), level: "error" }] : [];
    if (typeof value !== "number") return [];
    const low = field.minimum !== null && value < field.minimum;
    const high = field.maximum !== null && value > field.maximum;
    return low || high ? [{ key, field: field.name, detail: w("check.range", { field: field.label }), level: "error" }] : [];
  });
}

export interface FeatureFormOptions {
  onChange(name: string, value: unknown, label: string): void;
}

export class FeatureForm {
  readonly element = h("form", { class: "feature-form", novalidate: true });
  private readonly rows = new Map<string, { field: FormField; controls: Control[]; note: HTMLElement; row: HTMLElement }>();

  constructor(
    form: LayerForm,
    private readonly options: FeatureFormOptions,
  ) {
    this.element.addEventListener("submit", (event) => event.preventDefault());
    const rows = form.fields.map((field) => ({ field, row: this.row(field) }));
    const more = h("details", { class: "form-more" }, h("summary", {}, icon("chevron-right"), w("form.validity")));
    more.append(...rows.filter(({ field }) => LAST.has(field.name)).map(({ row }) => row));
    replaceChildren(this.element, ...rows.filter(({ field }) => !LAST.has(field.name)).map(({ row }) => row), more);
  }

  /** Fills the form; what differs from `base` says what it was before. */
  show(values: Values, base: Values | null, problems: Problem[], editable: boolean): void {
    for (const [name, { field, controls, note, row }] of this.rows) {
      const found = problems.filter((problem) => problem.field === name);
      const changed = base !== null && JSON.stringify(values[name] ?? "") !== JSON.stringify(base[name] ?? "");
      row.classList.toggle("changed", changed);
      controls.forEach((control, index) => {
        fill(control, field, index, values[name]);
        control.disabled = !editable;
        if (found.length > 0) control.setAttribute("aria-invalid", "true");
        else control.removeAttribute("aria-invalid");
      });
      const words = found.map(({ detail, level }) => h("span", { class: level === "error" ? "field-bad" : "field-caution" }, icon("circle-alert", "icon-small"), detail));
      const before = changed ? h("span", { class: "field-before" }, w("form.before", { value: shownValue(field, base?.[name]) })) : null;
      replaceChildren(note, ...words, before);
      note.hidden = words.length === 0 && !before;
    }
  }

  focusField(name: string | null): void {
    const control = name ? this.rows.get(name)?.controls[0] : undefined;
    const details = control?.closest("details");
    if (details) details.open = true;
    control?.focus();
  }

  private row(field: FormField): HTMLElement {
    const note = h("p", { class: "field-note", id: `note-${field.name}`, hidden: true });
    const required = field.required ? h("span", { class: "required", title: w("form.required"), "aria-hidden": "true" }, "*") : null;
    const controls = field.kind === "translated" ? field.languages.map((code) => this.control(field, code)) : [this.control(field, null)];
    const labelled = controls.map((control, index) => {
      const code = field.kind === "translated" ? field.languages[index] : null;
      const unit = field.unit ? ` (${field.unit})` : "";
      const words = code ? `${field.label} (${code})` : `${field.label}${unit}`;
      const label = h("label", { for: control.id }, words, required?.cloneNode(true) as HTMLElement | undefined);
      return field.kind === "boolean" ? h("div", { class: "check-field" }, control, label) : h("div", { class: "field" }, label, control);
    });
    const row = h("div", { class: "form-row", "data-field": field.name }, ...labelled, note);
    this.rows.set(field.name, { field, controls, note, row });
    return row;
  }

  private control(field: FormField, code: string | null): Control {
    const id = `field-${field.name}${code ? `-${code}` : ""}`;
    const common = { id, name: id, class: "input", "aria-describedby": `note-${field.name}`, "aria-required": field.required ? "true" : null };
    const control = made(field, common);
    control.addEventListener("change", () => this.options.onChange(field.name, this.value(field), field.label));
    return control;
  }

  private value(field: FormField): unknown {
    const controls = this.rows.get(field.name)?.controls ?? [];
    if (field.kind !== "translated") return controls[0] ? typed(field, controls[0]) : null;
    const pairs = field.languages.map((code, index) => [code, controls[index]?.value.trim() ?? ""] as const);
    return Object.fromEntries(pairs.filter(([, text]) => text !== ""));
  }
}

function made(field: FormField, common: Record<string, string | null>): Control {
  if (field.kind === "code") {
    const blank = field.name === "sensitivity" ? null : h("option", { value: "" }, "–");
    return h("select", common, blank, ...field.options.map((option) => h("option", { value: option.value }, optionText(option))));
  }
  if (field.kind === "long_text" || (field.kind === "translated" && field.name !== "names")) return h("textarea", { ...common, rows: 2, maxlength: field.max_length });
  if (field.kind === "boolean") return h("input", { ...common, class: null, type: "checkbox" });
  if (field.kind === "date") return h("input", { ...common, type: "date" });
  if (field.kind === "number" || field.kind === "integer") {
    return h("input", { ...common, type: "number", step: field.kind === "integer" ? "1" : "any", min: field.minimum, max: field.maximum, inputmode: "decimal" });
  }
  return h("input", { ...common, type: "text", maxlength: field.max_length, autocomplete: "off" });
}

function typed(field: FormField, control: Control): unknown {
  if (control instanceof HTMLInputElement && control.type === "checkbox") return control.checked;
  const text = control.value.trim();
  if (field.name === "sensitivity") return Number(text);
  if (field.kind === "number" || field.kind === "integer") return text === "" ? null : Number(text);
  if (field.kind === "date") return text || null;
  return text;
}

function fill(control: Control, field: FormField, index: number, value: unknown): void {
  if (control === document.activeElement && control.value !== "" && String(value ?? "") === control.value) return;
  if (control instanceof HTMLInputElement && control.type === "checkbox") {
    control.checked = value === true;
    return;
  }
  const text = field.kind === "translated" ? String((value as Values | null | undefined)?.[field.languages[index] ?? ""] ?? "") : String(value ?? "");
  if (control instanceof HTMLSelectElement && text !== "" && ![...control.options].some((option) => option.value === text)) {
    control.append(h("option", { value: text }, text)); // a code that the list no longer has is kept
  }
  control.value = text;
}
