/** One change of many features: what becomes of each value, and why it cannot be. Pure. */
import type { FormField, Values } from "../workspace/types";

export type How = "set" | "clear" | "replace" | "add" | "copy";

export interface Change {
  field: FormField;
  how: How;
  /** Of "set": in the type of the field. */
  value?: unknown;
  find?: string;
  replacement?: string;
  number?: number;
  from?: string;
}

export type Outcome = { value: unknown } | { problem: "not_number" | "too_long" | "required" | "range" };

const TEXTS = new Set(["text", "long_text"]);
const NUMBERS = new Set(["number", "integer"]);

/** What can be done with a field. */
export function waysOf(field: FormField): How[] {
  if (field.kind === "translated" || field.locked) return [];
  const clear: How[] = field.required || field.name === "sensitivity" ? [] : ["clear"];
  if (TEXTS.has(field.kind)) return ["set", ...clear, "replace", "copy"];
  if (NUMBERS.has(field.kind)) return ["set", ...clear, "add", "copy"];
  return ["set", ...clear, ...(field.kind === "code" && field.name !== "sensitivity" ? (["copy"] as How[]) : [])];
}

/** The fields that a value can be copied from: texts take anything, numbers take numbers. */
export function sourcesOf(field: FormField, all: FormField[]): FormField[] {
  return all.filter(({ name, kind }) => {
    if (name === field.name || kind === "translated" || name === "sensitivity") return false;
    return TEXTS.has(field.kind) || kind === field.kind || (NUMBERS.has(kind) && NUMBERS.has(field.kind));
  });
}

function blank(field: FormField): unknown {
  return TEXTS.has(field.kind) || field.kind === "code" ? "" : null;
}

/** Decimal sums as people expect them: 0.1 + 0.2 is 0.3. */
function sum(a: number, b: number): number {
  return Number((a + b).toFixed(9));
}

function raw(change: Change, values: Values): unknown {
  const { field, how } = change;
  const now = values[field.name];
  switch (how) {
    case "set":
      return change.value;
    case "clear":
      return blank(field);
    case "replace":
      return change.find ? String(now ?? "").split(change.find).join(change.replacement ?? "") : now;
    case "add":
      return now === null || now === undefined || now === "" ? now : sum(Number(now), change.number ?? 0);
    case "copy": {
      const other = values[change.from ?? ""];
      if (other === null || other === undefined || other === "") return blank(field);
      return TEXTS.has(field.kind) ? String(other) : other;
    }
  }
}

/** The value of the field after the change. */
export function outcome(change: Change, values: Values): Outcome {
  const { field } = change;
  const value = raw(change, values);
  const nothing = value === null || value === undefined || value === "";
  if (nothing) return field.required ? { problem: "required" } : { value: value ?? blank(field) };
  if (NUMBERS.has(field.kind)) {
    const number = Number(value);
    if (!Number.isFinite(number) || (field.kind === "integer" && !Number.isInteger(number))) return { problem: "not_number" };
    if ((field.minimum !== null && number < field.minimum) || (field.maximum !== null && number > field.maximum)) return { problem: "range" };
    return { value: number };
  }
  if (typeof value === "string" && field.max_length !== null && value.length > field.max_length) return { problem: "too_long" };
  return { value };
}
