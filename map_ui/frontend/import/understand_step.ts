/** Step 2: what the file holds. Letters and place are shown; the person confirms or picks. */
import { h, icon } from "../dom";
import { formatNumber } from "../format";
import type { StepPage } from "./job_page";
import { placeCards } from "./place_cards";
import { server } from "./server";
import { textChoices } from "./text_choices";
import type { Answers, Understanding } from "./types";
import { w } from "./words";

export function understandStep(page: StepPage): Node[] {
  const { job } = page;
  const found = job.understanding;
  if (!found) return [h("div", { class: "row actions" }, h("button", { type: "button", class: "button", click: () => page.open("files") }, icon("arrow-left"), w("step.files")))];
  const again = (answers: Partial<Answers>) =>
    page.act(async () => {
      await server.change(job.id, answers);
      return server.step(job.id, "understand");
    });
  const next = h("button", { type: "button", class: "button primary", click: () => page.open("fields") }, w("understand.go"), icon("chevron-right"));
  if (!found.place) return [layerQuestion(found, again)];
  next.disabled = found.place.key === null;
  return [
    facts(found, again),
    placeCards(found.place, (key) => void again({ source_crs: key })),
    textChoices(found, job.answers, job.encodings, again),
    h("div", { class: "row actions" }, h("button", { type: "button", class: "button", click: () => page.open("files") }, icon("arrow-left"), w("step.files")), next),
  ];
}

function facts(found: Understanding, again: (answers: Partial<Answers>) => Promise<void>): HTMLElement {
  const rows: [string, Node | string][] = [[w("understand.kind"), KINDS[found.kind] ?? found.kind]];
  if (found.layers.length > 1) rows.push([w("understand.layer"), layerChoice(found, again)]);
  else if (found.source_layer && found.source_layer !== "data") rows.push([w("understand.layer"), found.source_layer]);
  rows.push([w("understand.rows"), found.rows === null ? w("understand.rows_unknown") : formatNumber(found.rows)]);
  rows.push([w("understand.shapes"), shapeName(found.geometry_type)]);
  return h(
    "section",
    { class: "card stack", "aria-labelledby": "facts-title" },
    h("h2", { id: "facts-title" }, w("understand.title")),
    h("dl", { class: "facts" }, ...rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
  );
}

const KINDS: Record<string, string> = { shapefile: "Shapefile", geopackage: "GeoPackage", geojson: "GeoJSON" };

/** "MultiPolygon Z" in plain words. */
function shapeName(type: string): string {
  if (/point/i.test(type)) return w("shape.points");
  if (/line/i.test(type)) return w("shape.lines");
  if (/polygon|surface/i.test(type)) return w("shape.areas");
  return w("shape.mixed");
}

/** A file of several layers: which of them is imported. */
function layerQuestion(found: Understanding, again: (answers: Partial<Answers>) => Promise<void>): HTMLElement {
  const buttons = found.layers.map((name) => h("li", {}, h("button", { type: "button", class: "button", click: () => void again({ source_layer: name }) }, icon("layers"), name)));
  return h("section", { class: "card stack", "aria-labelledby": "layers-title" }, h("h2", { id: "layers-title" }, w("understand.which_layer")), h("p", { class: "soft" }, w("understand.which_layer_text")), h("ul", { class: "row" }, ...buttons));
}

function layerChoice(found: Understanding, again: (answers: Partial<Answers>) => Promise<void>): HTMLElement {
  const select = h("select", { class: "input", "aria-label": w("understand.layer") }, ...found.layers.map((name) => h("option", { value: name }, name)));
  select.value = found.source_layer;
  select.addEventListener("change", () => void again({ source_layer: select.value }));
  return select;
}
