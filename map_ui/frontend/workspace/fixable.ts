/** Which problems have ways to mend them that the server can work out, or say what a person can do. */
import { h } from "../dom";
import type { Problem } from "./types";
import { w } from "./words";

const MENDED = new Set(["invalid", "overlap", "gap", "unknown_code", "duplicate_key", "missing", "outside_ward", "outside_city"]);

export function fixable({ code }: Problem): boolean {
  return code !== undefined && MENDED.has(code);
}

/** A way to the fixes beside what is wrong; null where only a person can mend it. */
export function fixButton(problem: Problem, see: (problem: Problem) => void): HTMLElement | null {
  return fixable(problem) ? h("button", { type: "button", class: "fix-link", click: () => see(problem) }, w("fix.see")) : null;
}
