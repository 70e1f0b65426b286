/** What is left of the files: every other kind of shapes and every other layer goes on with one press. */
import { h, icon, replaceChildren } from "../dom";
import { formatNumber } from "../format";
import { language } from "../i18n";
import { fillFrom } from "../shell/states";
import type { StepPage } from "./job_page";
import { server } from "./server";
import { CHOICE } from "./shape_choice";
import { TargetChoice } from "./target_choice";
import type { Job, Report, RestPart, Target } from "./types";
import { w } from "./words";

const STORED = Object.fromEntries(Object.entries(CHOICE).map(([stored, kind]) => [kind, stored]));
const MOST_BUTTONS = 4; // of layers of a file; a drawing may have dozens

/** Null where nothing is left. */
export function restPart(page: StepPage): HTMLElement | null {
  const { job } = page;
  if (job.rest.length === 0) return null;
  const form = h("div", { class: "stack", "aria-live": "polite" });
  const open = (part: RestPart) => void openForm(page, part, form);
  const kinds = job.rest.filter(({ geometry }) => geometry !== "");
  const layers = job.rest.filter(({ geometry }) => geometry === "");
  return h(
    "section",
    { class: "card stack", "aria-labelledby": "rest-title" },
    h("h2", { id: "rest-title" }, w("rest.title")),
    h("p", { class: "soft" }, kinds.length > 0 ? w("rest.text_kinds", { what: namesOf(kinds) }) : w("rest.text_layers")),
    h("ul", { class: "row" }, ...kinds.map((part) => h("li", {}, one(part, open)))),
    layers.length > MOST_BUTTONS ? layerChoice(layers, open) : h("ul", { class: "row" }, ...layers.map((part) => h("li", {}, one(part, open)))),
    form,
  );
}

/** “12 lines, 3 areas” of the rows that were set aside; "" where there are none. */
export function otherKinds(report: Report): string {
  return namesOf(Object.entries(report.other_kinds ?? {}).map(([geometry, rows]) => ({ geometry, rows }) as RestPart));
}

function namesOf(parts: RestPart[]): string {
  return parts.map(nameOf).join(", ");
}

function nameOf({ geometry, rows, source_layer: layer }: RestPart): string {
  return geometry === "" ? `“${layer}”` : w(rows === 1 ? `rest.${geometry}_one` : `rest.${geometry}`, { n: formatNumber(rows ?? 0) });
}

function one(part: RestPart, open: (part: RestPart) => void): HTMLElement {
  const what = nameOf(part);
  if (part.import !== null) return h("a", { class: "button quiet", href: `/${language}/import/${part.import}` }, icon("check"), w("rest.begun", { what }));
  return h("button", { type: "button", class: "button", click: () => open(part) }, icon("chevron-right"), w(part.geometry === "" ? "rest.go_layer" : "rest.go", { what }));
}

function layerChoice(layers: RestPart[], open: (part: RestPart) => void): HTMLElement {
  const select = h("select", { class: "input", id: "rest-layer" }, ...layers.map((part, index) => h("option", { value: String(index) }, part.import === null ? part.source_layer : w("rest.begun", { what: part.source_layer }))));
  const go = h("button", { type: "button", class: "button", click: () => open(layers[Number(select.value)] as RestPart) }, w("rest.go_on"));
  return h("div", { class: "field" }, h("label", { for: "rest-layer" }, w("rest.layers")), h("div", { class: "row one-line" }, select, go));
}

/** Asks for the layer of a part, then begins its import. */
async function openForm(page: StepPage, part: RestPart, place: HTMLElement): Promise<void> {
  if (part.import !== null) {
    location.assign(`/${language}/import/${part.import}`);
    return;
  }
  await fillFrom(place, () => server.list(), ({ targets }) => {
    const element = form(page, part, fitting(targets, part), () => replaceChildren(place));
    queueMicrotask(() => element.querySelector("select")?.focus());
    return [element];
  });
}

/** The layers that hold a kind of shapes, and the themes that may have such a layer. */
function fitting(targets: Target[], { geometry }: RestPart): Target[] {
  const stored = geometry === "" ? "" : STORED[geometry] ?? "";
  if (!stored) return targets;
  return targets
    .filter((target) => target.geometry_types.includes(stored))
    .map((target) => ({ ...target, layers: target.layers.filter((layer) => layer.geometry_type === stored) }));
}

function form(page: StepPage, part: RestPart, targets: Target[], close: () => void): HTMLElement {
  const { job } = page;
  const complaint = h("div");
  const complain = (words: string) => replaceChildren(complaint, words ? h("p", { class: "note bad", role: "alert" }, icon("circle-alert"), words) : null);
  const target = new TargetChoice(targets, () => complain(""));
  target.suggest(job.theme, titleOf(job, part));
  const element = h(
    "form",
    { class: "stack", "aria-label": nameOf(part) },
    h("p", {}, w("rest.where", { what: nameOf(part) })),
    ...target.fields,
    complaint,
    h("div", { class: "row actions" }, h("button", { type: "button", class: "button", click: close }, w("rest.close")), h("button", { type: "submit", class: "button primary" }, w("rest.begin"), icon("chevron-right"))),
  );
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    const missing = target.missing();
    complain(missing);
    if (missing) return;
    void page.act(async () => {
      const made = await server.start({ ...target.start(), rest_of: job.id, geometry: part.geometry, source_layer: part.source_layer });
      await server.step(made.id, "understand");
      location.assign(`/${language}/import/${made.id}`);
      return null;
    });
  });
  return element;
}

function titleOf(job: Job, { geometry, source_layer: layer }: RestPart): string {
  return geometry === "" ? layer : `${job.layer_title} – ${w(`shape.${geometry}`).toLocaleLowerCase(language)}`;
}
