/** Step 6: it is on the map. The way there, and the way back. */
import { h, icon } from "../dom";
import { language } from "../i18n";
import { permalinkHash } from "../permalink";
import type { StepPage } from "./job_page";
import { counts, findings } from "./report";
import { restPart } from "./rest_part";
import { server } from "./server";
import type { Job } from "./types";
import { w } from "./words";

export function doneStep(page: StepPage): Node[] {
  return parts(page).filter((part): part is HTMLElement => part !== null);
}

function parts(page: StepPage): (HTMLElement | null)[] {
  const { job } = page;
  const undone = job.state === "undone";
  const state = undone ? h("p", { class: "note" }, icon("undo-2"), afterUndo(job)) : h("p", { class: "note good" }, icon("check"), w("done.text", { layer: job.layer_title }));
  const undo = job.may_undo ? h("button", { type: "button", class: "button", click: () => void undoAll(page) }, icon("undo-2"), w("done.undo")) : null;
  const redo = job.redo !== null ? h("button", { type: "button", class: "button", click: () => void redoAll(page) }, icon("redo-2"), w("done.redo")) : null;
  const map = job.layer_withdrawn ? null : h("a", { class: undone ? "button" : "button primary", href: mapAddress(job) }, icon("map"), w("done.map"));
  // Who takes an import back mostly has a better file: that comes first, and nothing of the old one is on the map.
  const again = undone && job.mine ? h("a", { class: "button primary", href: againAddress(job) }, icon("upload"), w("done.again")) : null;
  return [
    h(
      "section",
      { class: "card stack", "aria-labelledby": "done-title" },
      h("h2", { id: "done-title" }, undone ? w("done.undone_title") : w("done.title")),
      state,
      job.new_layer && !undone ? h("p", { class: "note" }, icon("info"), w("start.new_hint")) : null,
      redoHindrance(job),
      job.report ? counts(job.report, undone) : null,
      job.undo_roles.length > 0 ? h("p", { class: "soft small" }, w("done.undo_by", { roles: job.undo_roles.join(", ") })) : null,
      h("div", { class: "row done-acts" }, again, redo, map, undo, h("a", { class: "button quiet", href: `/${language}/import` }, icon("plus"), w("done.another"))),
    ),
    restPart(page),
    ...(job.report ? findings(page, job.report) : []),
  ];
}

/** What undoing left, and what became of the layer that the import had made. */
function afterUndo(job: Job): string {
  const layer = { layer: job.layer_title };
  if (!job.new_layer) return w("done.undone");
  const fate = job.redo_hindrance === "remade" ? "done.layer_remade" : job.layer_withdrawn ? "done.layer_withdrawn" : "done.layer_stays";
  return `${w("done.undone")} ${w(fate, layer)}`;
}

/** Why there is no button that brings the rows back. */
function redoHindrance({ redo_hindrance: why }: Job): HTMLElement | null {
  return why === "" ? null : h("p", { class: "note" }, icon("info"), w(`done.no_redo_${why}`));
}

/** The workspace at the data, with its layer on. */
function mapAddress(job: Job): string {
  const place = job.understanding?.place;
  const positions = place?.candidates.find(({ key }) => key === place.crs)?.positions_4326 ?? place?.declared?.positions_4326 ?? [];
  const middle = positions[Math.floor(positions.length / 2)];
  const map = middle ? { zoom: 17, lat: middle[1], lon: middle[0] } : null;
  const page = job.theme === "security" ? "security" : "workspace";
  return `/${language}/${page}${permalinkHash({ map, layers: [{ slug: job.layer, opacity: 1 }], selection: null, base: null })}`;
}

/** The page of imports with the same target chosen: the layer, or a new one of the same name. */
function againAddress(job: Job): string {
  const target: Record<string, string> = job.layer_withdrawn ? { theme: job.theme, title: job.layer_title } : { layer: job.layer };
  return `/${language}/import?${new URLSearchParams(target).toString()}`;
}

async function undoAll(page: StepPage): Promise<void> {
  const entry = page.job.change_set;
  if (!entry || !window.confirm(w("done.undo_ask"))) return;
  await page.act(async () => {
    await server.undo(entry.id, w("done.undo_reason"));
    return server.job(page.job.id);
  }, w("done.undone"));
}

async function redoAll(page: StepPage): Promise<void> {
  const { redo } = page.job;
  if (redo === null) return;
  await page.act(async () => {
    await server.undo(redo, w("done.redo_reason"));
    return server.job(page.job.id);
  }, w("done.redone"));
}
