/** Which problems have ways to mend them that the server can work out, or say what a person can do. */
import type { Problem } from "./types";

const MENDED = new Set(["invalid", "overlap", "gap", "unknown_code", "duplicate_key", "missing", "outside_ward", "outside_city"]);

export function fixable({ code }: Problem): boolean {
  return code !== undefined && MENDED.has(code);
}
