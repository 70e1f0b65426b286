/** A control for one value of a field, in a cell and in the bulk edit. */
import { h } from "../dom";
import type { FieldOption, FormField } from "../workspace/types";
import { tw } from "./words";

export type Control = HTMLInputElement | HTMLSelectElement;

export function optionWords({ value, label }: FieldOption): string {
  return typeof value === "string" && /^[A-Z0-9]{2,}$/.test(value) ? `${value} · ${label}` : label;
}

/** The control, holding `value`; a code that the list no longer has stays choosable. */
export function controlFor(field: FormField, value: unknown, name: string): Control {
  const text = value === null || value === undefined ? "" : String(value);
  const common = { class: "input", "aria-label": name };
  if (field.kind === "code") {
    const blank = field.name === "sensitivity" ? null : h("option", { value: "" }, "–");
    const options = field.options.map((option) => h("option", { value: option.value }, optionWords(option)));
    const lost = text !== "" && !field.options.some((option) => String(option.value) === text);
    const select = h("select", common, blank, ...options, lost ? h("option", { value: text }, text) : null);
    select.value = text;
    return select;
  }
  if (field.kind === "boolean") {
    const select = h("select", common, h("option", { value: "" }, "–"), h("option", { value: "true" }, tw("yes")), h("option", { value: "false" }, tw("no")));
    select.value = text;
    return select;
  }
  const number = field.kind === "number" || field.kind === "integer";
  const type = field.kind === "date" ? "date" : number ? "number" : "text";
  const input = h("input", { ...common, type, step: number ? (field.kind === "integer" ? "1" : "any") : null, maxlength: field.max_length, autocomplete: "off" });
  input.value = text;
  return input;
}

/** What stands in the control, in the type of the field. */
export function valueOf(field: FormField, control: Control): unknown {
  const text = control.value.trim();
  if (field.name === "sensitivity") return Number(text);
  if (field.kind === "boolean") return text === "" ? null : text === "true";
  if (field.kind === "number" || field.kind === "integer") return text === "" ? null : Number(text);
  return field.kind === "date" ? text || null : text;
}
