/** What the import pages compute without a page. */
import { formatNumber } from "../format";
import type { Job, ThemeField, Understanding } from "./types";
import { w } from "./words";

/** Field → column; "" for a field that the server would have filled and the person left out. */
export function mappingOf(fields: Pick<ThemeField, "name">[], selects: ReadonlyMap<string, { value: string }>): Record<string, string> {
  const mapping: Record<string, string> = {};
  for (const { name } of fields) mapping[name] = "";
  for (const [column, { value }] of selects) if (value) mapping[value] = column;
  return mapping;
}

/** Parts of a bare shapefile that are not among the files. */
export function companionsMissing(names: string[]): string[] {
  const shape = names.find((name) => /\.shp$/i.test(name));
  if (!shape) return [];
  const stem = shape.slice(0, -4).toLowerCase();
  return [".shx", ".dbf"].filter((suffix) => !names.some((name) => name.toLowerCase() === stem + suffix));
}

/** The files that hold data, not what lies beside them; an import takes exactly one. */
export function dataFiles(names: string[], kinds: string[]): string[] {
  const found = names.filter((name) => kinds.some((kind) => name.toLowerCase().endsWith(kind)));
  const data = found.filter((name) => !/\.txt$/i.test(name)); // a table, or a note beside the data
  return data.length > 0 ? data : found;
}

/** Tells whether what was read holds no rows. */
export function isEmpty(found: Understanding | null): boolean {
  return found?.rows === 0;
}

/** The whole file, by its name; "" where the import's file holds rows, or layers of which another may. */
export function emptyFile({ understanding, files, kinds }: Pick<Job, "understanding" | "files" | "kinds">): string {
  if (!understanding || !isEmpty(understanding) || understanding.layers.length > 1) return "";
  return dataFiles(files.map(({ name }) => name), kinds)[0] ?? "";
}

/** A natural key as people write it: without the dividers of parts that are blank. */
export function plainKey(key: string): string {
  return key.replace(/^\/+|\/+$/g, "");
}

/** Whether a file is a table, whose columns of coordinates a person may have to name. */
export function isTable(name: string): boolean {
  return /\.(csv|tsv|txt|xlsx)$/i.test(name);
}

/** "20 giây", "3 phút": a rough word, because it is a guess. */
export function duration(seconds: number): string {
  if (seconds < 60) return w("time.seconds", { n: Math.max(1, Math.round(seconds)) });
  if (seconds < 3600) return w("time.minutes", { n: Math.round(seconds / 60) });
  return w("time.hours", { n: formatNumber(seconds / 3600, 1) });
}

/** "640 kB", "12,4 MB". */
export function bytes(count: number): string {
  if (count < 1_000_000) return `${formatNumber(Math.max(1, count / 1000), 0)}\u00a0kB`;
  return `${formatNumber(count / 1_000_000, 1)}\u00a0MB`;
}

const NAMES: Record<string, string> = {
  "utf-8": "UTF-8 (Unicode)", tcvn3: "TCVN3 (ABC)", vni: "VNI-Windows", vps: "VPS", viscii: "VISCII",
};

/** "cp1251" is what programs call Windows-1251; a name that nobody calls otherwise stays. */
function plainName(codec: string): string {
  return NAMES[codec] ?? codec.replace(/^cp(?=125\d$)/, "Windows-");
}

/** "utf-8+tcvn3" is TCVN3 that a program had taken for something else and written as UTF-8. */
export function encodingName(codec: string): string {
  const [first = "", second] = codec.toLowerCase().split("+");
  return second === undefined ? plainName(first) : w("text.doubled", { name: plainName(second) });
}
