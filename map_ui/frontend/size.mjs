// Prints what each page loads before its tiles, compressed, against the budget of the public start page.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET_BYTES = 300 * 1024;
const out = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../static/map_ui/dist");

/** The script and every chunk that it imports at once. */
async function withImports(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = await readFile(path.join(out, file), "utf8");
  for (const [, imported] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) await withImports(imported, seen);
  return seen;
}

/** Fonts are compressed already; everything else travels as gzip. */
async function carried(file) {
  const bytes = await readFile(path.join(out, file));
  return file.endsWith(".woff2") ? bytes.length : gzipSync(bytes, { level: 9 }).length;
}

const fonts = (await readdir(path.join(out, "assets"))).filter((name) => name.endsWith(".woff2")).map((name) => `assets/${name}`);
let tooLarge = false;
for (const page of ["start", "map", "place"]) {
  const files = ["theme.js", "base.css", `${page}.css`, "controls.svg", "favicon.svg", ...fonts, ...(await withImports(`${page}.js`))];
  const sizes = await Promise.all(files.map(async (file) => [file, await carried(file)]));
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  process.stdout.write(`${page}: ${(total / 1024).toFixed(1)} KB compressed\n`);
  for (const [file, bytes] of sizes.sort((a, b) => b[1] - a[1])) process.stdout.write(`  ${(bytes / 1024).toFixed(1).padStart(7)}  ${file}\n`);
  if (page === "start" && total > BUDGET_BYTES) tooLarge = true;
}
if (tooLarge) {
  process.stderr.write(`The start page is above its budget of ${BUDGET_BYTES / 1024} KB.\n`);
  process.exitCode = 1;
}
