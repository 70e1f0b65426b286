/** What became of the rows of a file in numbers to show: each row is in one of them. */
import { formatNumber } from "../format";
import type { Counts } from "./types";

export const SHOWN = ["new", "changed", "same", "rejected", "set_aside"] as const;
export type ShownCount = (typeof SHOWN)[number];

/** Rows that are set aside are rejected ones for the server; shown, only what has to be corrected is. */
export function apart({ new: fresh, changed, same, rejected, set_aside }: Counts): Record<ShownCount, number> {
  return { new: fresh, changed, same, rejected: rejected - set_aside, set_aside };
}

/** The same as words fill their places with. */
export function inWords(counts: Counts): Record<ShownCount | "read", string> {
  const numbers: Record<ShownCount | "read", number> = { read: counts.read, ...apart(counts) };
  return Object.fromEntries(Object.entries(numbers).map(([name, count]) => [name, formatNumber(count)])) as Record<ShownCount | "read", string>;
}
