// Builds the pages' JavaScript, CSS, fonts and icons into map_ui/static/map_ui/dist/ (not in git).
// Entry files keep plain names ({% static %} hashes them); shared chunks carry a hash of their own
// and are imported by relative address, so they survive ManifestStaticFilesStorage.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { controlIcons, extraPlaceIcons } from "./icon_names.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../..");
const out = path.join(root, "map_ui/static/map_ui/dist");
const modules = path.join(root, "node_modules");
const watching = process.argv.includes("--watch");

// proj4 carries every projection; the viewer needs transverse Mercator only.
const onlyTransverseMercator = {
  name: "only-transverse-mercator",
  setup(build) {
    build.onResolve({ filter: /\/projs$/ }, () => ({
      path: path.join(here, "transverse_mercator.mjs"),
    }));
  },
};

const shared = {
  bundle: true,
  minify: !watching,
  target: "es2022",
  outdir: out,
  absWorkingDir: here,
  legalComments: "external",
  logLevel: "warning",
};

const scripts = {
  ...shared,
  entryPoints: { map: "map.ts", start: "start.ts", place: "place.ts", import: "import.ts" },
  format: "esm",
  splitting: true,
  chunkNames: "chunk-[name]-[hash]",
  plugins: [onlyTransverseMercator],
};

// Runs before the first paint, so it is a classic script of its own.
const theme = { ...shared, entryPoints: { theme: "theme.ts" }, format: "iife" };

const styles = {
  ...shared,
  entryPoints: {
    base: "styles/base.css",
    map: "styles/map.css",
    start: "styles/start.css",
    place: "styles/place.css",
    workspace: "styles/workspace.css",
    import: "styles/import.css",
  },
  // Plain names: the preload link in base.html and url() in the CSS must name the same file.
  assetNames: "assets/[name]",
  loader: { ".woff2": "file", ".png": "file" },
};

const tests = {
  ...shared,
  minify: false,
  platform: "node",
  format: "esm",
  outdir: path.join(root, "var/front_end_tests"),
  outExtension: { ".js": ".mjs" },
  plugins: [onlyTransverseMercator],
};

/** One SVG file of <symbol>s for the interface's own icons (Lucide, one stroke family). */
async function writeControlSprite() {
  const symbols = await Promise.all(
    controlIcons.map(async (name) => {
      const source = await readFile(path.join(modules, `lucide-static/icons/${name}.svg`), "utf8");
      const shapes = source.slice(source.indexOf(">", source.indexOf("<svg")) + 1, source.indexOf("</svg>"));
      return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s+/g, " ").trim()}</symbol>`;
    }),
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
  await writeFile(path.join(out, "controls.svg"), svg);
}

/** Each place icon as a file of its own (id "i"), so that a page loads only those it shows. */
async function writePlaceIcons() {
  const folder = path.join(out, "places");
  await mkdir(folder, { recursive: true });
  const maki = path.join(modules, "@mapbox/maki/icons");
  const temaki = path.join(modules, "@rapideditor/temaki/icons");
  const sources = [
    ...extraPlaceIcons.map((name) => [name, path.join(temaki, `${name}.svg`)]),
    ...(await readdir(maki)).map((file) => [file.replace(/\.svg$/, ""), path.join(maki, file)]),
  ];
  await Promise.all(
    sources.map(async ([name, file]) => {
      const source = await readFile(file, "utf8");
      const paths = [...source.matchAll(/\sd="([^"]+)"/g)].map(([, d]) => d.replace(/(&#x[0-9A-F]+;|\s)+/gi, " "));
      const shapes = paths.map((d) => `<path d="${d}"/>`).join("");
      await writeFile(
        path.join(folder, `${name}.svg`),
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 15 15"><g id="i">${shapes}</g></svg>`,
      );
    }),
  );
}

async function buildTests() {
  const names = (await readdir(path.join(here, "tests"))).filter((name) => name.endsWith(".test.ts"));
  await esbuild.build({ ...tests, entryPoints: names.map((name) => `tests/${name}`) });
}

async function buildPages() {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await Promise.all([writeControlSprite(), writePlaceIcons(), cp(path.join(here, "favicon.svg"), path.join(out, "favicon.svg"))]);
  if (watching) {
    for (const options of [scripts, theme, styles]) await (await esbuild.context(options)).watch();
    return;
  }
  await Promise.all([scripts, theme, styles].map((options) => esbuild.build(options)));
}

await (process.argv.includes("--tests") ? buildTests() : buildPages());
