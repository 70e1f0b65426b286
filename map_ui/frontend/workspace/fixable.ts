/** Which problems have ways to mend them that the server can work out. */
import type { Problem } from "./types";

const MENDED = new Set(["invalid", "overlap", "gap", "unknown_code", "duplicate_key", "missing"]);

export function fixable({ code }: Problem): boolean {
  return code !== undefined && MENDED.has(code);
}
