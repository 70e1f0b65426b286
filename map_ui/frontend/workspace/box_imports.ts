/** Imports among the change sets of the boxes: whole files on their way, each with a page of its own. */
import { readJson } from "../api";
import { h, icon } from "../dom";
import { formatMoment } from "../format";
import { language } from "../i18n";
import { inWords } from "../import/row_counts";
import type { JobHead } from "../import/types";
import type { Box } from "./server";
import { w } from "./words";

export type BoxedImports = Partial<Record<Box, JobHead[]>>;

export async function boxedImports(): Promise<BoxedImports> {
  const { imports } = await readJson<{ imports: JobHead[] }>("/api/imports", { open: "yes", lang: language });
  const found: BoxedImports = {};
  for (const job of imports) (found[boxOf(job)] ??= []).push(job);
  return found;
}

function boxOf({ state, mine }: JobHead): Box {
  if (state === "submitted") return mine ? "sent" : "review";
  return state === "returned" ? "returned" : "drafts";
}

export function importRow(job: JobHead): HTMLElement {
  const { counts } = job;
  const numbers = counts ? w(counts.set_aside > 0 ? "box.import_counts_aside" : "box.import_counts", inWords(counts)) : w("box.import_open");
  const facts = [job.mine ? null : job.author, formatMoment(job.changed_at), numbers].filter(Boolean).join(" · ");
  const words = h("span", {}, h("strong", {}, job.title || w("box.import_into", { layer: job.layer_title })), h("small", {}, facts), h("span", { class: "tags" }, h("span", { class: "tag" }, w("box.import"))));
  return h("a", { class: "list-row", href: `/${language}/import/${job.id}` }, words, icon("chevron-right"));
}
