/** The controls of a form: one for each kind of field, all read and written in the same way. */
import { h } from "../dom";
import { CodePicker, optionText } from "./code_picker";
import { DayField } from "./day_field";
import type { FormField } from "./types";
import { numberText, typedNumber } from "./typed_numbers";
import { w } from "./words";

/** What was typed cannot be read; the words say how to type it. */
export class Unreadable {
  constructor(readonly words: string) {}
}

export interface FieldControl {
  /** What the row holds. */
  element: HTMLElement;
  /** What takes the focus and carries the name. */
  input: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
  read(): unknown;
  write(value: unknown): void;
}

const LONG_LIST = 8; // codes; more are searched

export function controlFor(field: FormField, attributes: Record<string, string | null>, onChange: () => void): FieldControl {
  const made = makerOf(field)(field, attributes, onChange);
  if (!(made.element instanceof HTMLElement && made.element.classList.contains("code-picker"))) made.input.addEventListener("change", onChange);
  return made;
}

type Maker = (field: FormField, attributes: Record<string, string | null>, onChange: () => void) => FieldControl;

function makerOf({ kind, name, options }: FormField): Maker {
  if (kind === "code") return name !== "sensitivity" && options.length > LONG_LIST ? longCode : shortCode;
  if (kind === "boolean") return yesOrNo;
  if (kind === "date") return day;
  if (kind === "number" || kind === "integer") return number;
  return kind === "long_text" || (kind === "translated" && name !== "names") ? longText : text;
}

const longCode: Maker = ({ options }, attributes, onChange) => {
  const picker = new CodePicker(attributes, options, onChange);
  return { element: picker.element, input: picker.input, read: () => picker.value, write: (value) => picker.write(String(value ?? "")) };
};

const shortCode: Maker = ({ name, options }, attributes) => {
  const blank = name === "sensitivity" ? null : h("option", { value: "" }, "–");
  const input = h("select", attributes, blank, ...options.map((option) => h("option", { value: option.value }, optionText(option))));
  const write = (value: unknown) => {
    const code = String(value ?? "");
    // A code that the list no longer has is kept.
    if (code !== "" && ![...input.options].some((option) => option.value === code)) input.append(h("option", { value: code }, code));
    input.value = code;
  };
  return { element: input, input, read: () => (name === "sensitivity" ? Number(input.value) : input.value), write };
};

const yesOrNo: Maker = (_, attributes) => {
  const input = h("input", { ...attributes, class: null, type: "checkbox" });
  return { element: input, input, read: () => input.checked, write: (value) => (input.checked = value === true) };
};

const number: Maker = ({ kind }, attributes) => {
  const input = h("input", { ...attributes, type: "text", inputmode: kind === "integer" ? "numeric" : "decimal", autocomplete: "off" });
  const read = () => {
    if (input.value.trim() === "") return null;
    const value = typedNumber(input.value);
    const fits = value !== null && (kind === "number" || Number.isInteger(value));
    return fits ? value : new Unreadable(w(kind === "integer" ? "form.bad_integer" : "form.bad_number"));
  };
  return { element: input, input, read, write: (value) => (input.value = typeof value === "number" ? numberText(value) : String(value ?? "")) };
};

const day: Maker = (_, attributes) => {
  const made = new DayField(attributes);
  const read = () => (made.value === undefined ? new Unreadable(w("form.bad_date")) : made.value);
  return { element: made.element, input: made.input, read, write: (value) => made.write(String(value ?? "")) };
};

const text: Maker = ({ max_length }, attributes) => {
  const input = h("input", { ...attributes, type: "text", maxlength: max_length, autocomplete: "off" });
  return { element: input, input, read: () => input.value.trim(), write: (value) => (input.value = String(value ?? "")) };
};

const longText: Maker = ({ max_length }, attributes) => {
  const input = h("textarea", { ...attributes, rows: 2, maxlength: max_length });
  return { element: input, input, read: () => input.value.trim(), write: (value) => (input.value = String(value ?? "")) };
};
