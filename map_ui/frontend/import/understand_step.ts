/** Step 2: what the file holds. Letters and place are shown; the person confirms or picks. */
import { h, icon } from "../dom";
import { formatNumber } from "../format";
import { emptyCard } from "./empty_card";
import type { StepPage } from "./job_page";
import { areReadings, byTheme, isDrawing, layerName } from "./layer_names";
import { isEmpty, isTable } from "./plain";
import { placeCards } from "./place_cards";
import { savedWays, usedWay } from "./profiles";
import { server } from "./server";
import { shapeChoice } from "./shape_choice";
import { textChoices } from "./text_choices";
import type { Answers, Job, Understanding } from "./types";
import { w } from "./words";

export function understandStep(page: StepPage): Node[] {
  const { job } = page;
  const found = job.understanding;
  const again = (answers: Partial<Answers>) =>
    page.act(async () => {
      await server.change(job.id, answers);
      return server.step(job.id, "understand");
    });
  if (!found) return job.state === "failed" && job.may_edit ? [coordinateColumns(page, again), backToFiles(page)].filter((part): part is HTMLElement => part !== null) : [backToFiles(page)];
  const next = h("button", { type: "button", class: "button primary", click: () => page.open("fields") }, w("understand.go"), icon("chevron-right"));
  if (!found.place) return [layerQuestion(job, found.layers, again), backToFiles(page)];
  if (isEmpty(found)) {
    const others = found.layers.filter((name) => name !== found.source_layer);
    return [emptyCard(job, found, () => page.open("files")), ...(others.length > 0 ? [layerQuestion(job, others, again)] : [])];
  }
  const shapes = shapeChoice(page, found);
  next.disabled = found.place.crs === null || shapes?.open === true;
  return [
    facts(found, again, [usedWay(job), savedWays(page)]),
    ...(shapes ? [shapes.element] : []),
    placeCards(found.place, page.map, (key) => void again({ source_crs: key })),
    textChoices(found, job.answers, job.encodings, again),
    backToFiles(page, next),
  ];
}

function backToFiles(page: StepPage, next: HTMLButtonElement | null = null): HTMLElement {
  const why = next?.disabled ? h("p", { class: "soft small actions-why" }, w("understand.answer_first")) : "";
  return h("div", { class: "row actions" }, h("button", { type: "button", class: "button back", click: () => page.open("files") }, icon("arrow-left"), w("step.files")), next ?? "", why);
}

const ABOUT_COLUMNS = ["no_coordinates", "no_such_layer"];

/** A table whose columns of coordinates could not be told: the person names them. */
function coordinateColumns({ job }: StepPage, again: (answers: Partial<Answers>) => Promise<unknown>): HTMLElement | null {
  const table = job.files.find(({ name }) => isTable(name));
  if (!table || !ABOUT_COLUMNS.includes(job.problem_code)) return null;
  const field = (id: string, label: string, value = "") => {
    const input = h("input", { class: "input", id, required: true, maxlength: 60, autocomplete: "off", value });
    return { input, element: h("div", { class: "field" }, h("label", { for: id }, label), input) };
  };
  const sheet = field("sheet", w("table.sheet"), table.name.replace(/\.\w+$/, ""));
  const east = field("east", w("table.east"));
  const north = field("north", w("table.north"));
  const form = h("form", { class: "card stack", "aria-labelledby": "table-title" }, h("h2", { id: "table-title" }, w("table.title")), h("p", { class: "soft" }, w("table.text")), north.element, east.element, sheet.element, h("div", { class: "row actions" }, h("button", { type: "submit", class: "button primary" }, w("table.go"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void again({ source_layer: `${sheet.input.value}: E=${east.input.value}, N=${north.input.value}` });
  });
  return form;
}

function facts(found: Understanding, again: (answers: Partial<Answers>) => Promise<unknown>, ways: (HTMLElement | null)[]): HTMLElement {
  const rows: [string, Node | string][] = [[w("understand.kind"), KINDS[found.format] ?? found.format]];
  rows.push([w("understand.rows"), found.rows === null ? w("understand.rows_unknown") : formatNumber(found.rows)]);
  rows.push([w("understand.shapes"), shapeName(found.geometry_type)]);
  if (found.layers.length > 1) rows.push([w("understand.layer"), layerChoice(found, again)]);
  else if (found.source_layer && found.source_layer !== "data") rows.push([w("understand.layer"), named(found, found.source_layer)]);
  return h(
    "section",
    { class: "card stack", "aria-labelledby": "facts-title" },
    h("h2", { id: "facts-title" }, w("understand.title")),
    h("dl", { class: "facts" }, ...rows.map(([name, value]) => h("div", { class: isLong(value) ? "wide" : null }, h("dt", {}, name), h("dd", {}, value)))),
    ...ways,
  );
}

/** Layers bear the names of files, and lists of them those of the longest: they get a line of their own. */
function isLong(value: Node | string): boolean {
  return typeof value !== "string" || value.length > LONG;
}

const LONG = 24; // letters
const KINDS: Record<string, string> = {
  shapefile: "Shapefile", geopackage: "GeoPackage", geojson: "GeoJSON", "geojson-sequence": "GeoJSON (sequence)", flatgeobuf: "FlatGeobuf", kml: "KML", gpx: "GPX",
  "mapinfo-tab": "MapInfo TAB", "mapinfo-mif": "MapInfo MIF", csv: "CSV", xlsx: "Excel (XLSX)", dxf: "DXF", dgn: "DGN", osm: "OpenStreetMap", "osm-pbf": "OpenStreetMap", overpass: "OpenStreetMap",
};

/** "MultiPolygon Z" in plain words. */
function shapeName(type: string): string {
  if (/point/i.test(type)) return w("shape.points");
  if (/line/i.test(type)) return w("shape.lines");
  if (/polygon|surface/i.test(type)) return w("shape.areas");
  return w("shape.mixed");
}

/** A file of several layers: which of them is imported. */
function layerQuestion(job: Job, layers: string[], again: (answers: Partial<Answers>) => Promise<unknown>): HTMLElement {
  const buttons = byTheme(layers, job.theme).map((name) => h("li", {}, h("button", { type: "button", class: "button", click: () => void again({ source_layer: name }) }, icon("layers"), h("span", {}, layerName(name, isDrawing(job.files))))));
  const [title, text] = areReadings(layers) ? [w("understand.which_reading"), w("understand.which_reading_text")] : [w("understand.which_layer"), w("understand.which_layer_text", { n: formatNumber(job.understanding?.layers.length ?? layers.length) })];
  return h("section", { class: "card stack", "aria-labelledby": "layers-title" }, h("h2", { id: "layers-title" }, title), h("p", { class: "soft" }, text), h("ul", { class: "layer-list" }, ...buttons));
}

function named(found: Understanding, layer: string): string {
  return layerName(layer, ["dxf", "dgn"].includes(found.format));
}

function layerChoice(found: Understanding, again: (answers: Partial<Answers>) => Promise<unknown>): HTMLElement {
  const select = h("select", { class: "input", "aria-label": w("understand.layer") }, ...found.layers.map((name) => h("option", { value: name }, named(found, name))));
  select.value = found.source_layer;
  select.addEventListener("change", () => void again({ source_layer: select.value }));
  return select;
}
