/** Step 4: what the dry run found; nothing is written yet. */
import { h, icon } from "../dom";
import { formatDate, formatNumber, localInput } from "../format";
import type { StepPage } from "./job_page";
import { counts, findings } from "./report";
import { otherKinds } from "./rest_part";
import { fieldLabel } from "./row_card";
import { server } from "./server";
import type { Job, Report } from "./types";
import { plainKey } from "./plain";
import { w } from "./words";

const FORMATS: Record<string, string> = { gpkg: "GeoPackage", csv: "CSV" };

export function checkStep(page: StepPage): Node[] {
  const { job } = page;
  const { report } = job;
  if (!report) return [];
  const links = job.rejected_files.map((format) => h("a", { class: "button", href: server.rejected(job.id, format), download: true }, icon("download"), FORMATS[format] ?? format));
  const download = report.rejected > 0 && links.length > 0 ? h("div", { class: "row" }, h("span", {}, w(report.set_aside > 0 ? "check.download_aside" : "check.download")), ...links) : null;
  const writes = report.new + report.changed + report.retired;
  const nothing = writes === 0 ? h("p", { class: "note" }, icon("info"), w(report.same === 0 ? "check.nothing" : report.rejected > 0 ? "check.rest_same" : "check.all_same")) : null;
  const next = h("button", { type: "button", class: "button primary", click: () => page.open("publish") }, w("check.go"), icon("chevron-right"));
  next.disabled = writes === 0;
  const back = job.may_edit ? h("button", { type: "button", class: "button", click: () => page.open("fields") }, icon("arrow-left"), w("step.fields")) : null;
  const again = job.may.includes("check") ? h("button", { type: "button", class: "button quiet", click: () => void page.take("check") }, icon("rotate-ccw"), w("check.again")) : null;
  return [
    h("section", { class: "card stack", "aria-labelledby": "check-title" }, h("h2", { id: "check-title" }, w("check.title")), h("p", { class: "soft" }, w("check.text")), counts(report), aside(report), changedFields(job, report), nothing, download),
    ...(report.missing > 0 ? [missing(page, report)] : []),
    ...findings(page, report),
    h("div", { class: "row actions" }, back ?? "", again ?? "", next),
  ];
}

/** Rows of other kinds of shapes: set aside here, and gone on with later. */
function aside(report: Report): HTMLElement | null {
  const what = otherKinds(report);
  return what ? h("p", { class: "note" }, icon("info"), w("check.other_kinds", { what })) : null;
}

/** In how many changed rows each field differs. */
function changedFields(job: Job, report: Report): HTMLElement | null {
  const found = Object.entries(report.changed_fields);
  if (found.length === 0) return null;
  const tags = found.map(([name, count]) => h("li", { class: "tag numbers" }, `${fieldLabel(job, name)}: ${formatNumber(count)}`));
  return h("div", {}, h("p", { class: "soft small" }, w("check.changed_fields")), h("ul", { class: "row" }, ...tags));
}

/** Features of the layer that the file does not hold: they stay, or end on a day. */
function missing(page: StepPage, report: Report): HTMLElement {
  const { job } = page;
  const ending = report.retired > 0;
  const words = ending ? w("missing.retired", { n: formatNumber(report.retired), day: formatDate(job.answers.retire_on) }) : w("missing.stay", { n: formatNumber(report.missing) });
  const late = ending || job.answers.retire_on ? report.missing - report.retired : 0;
  return h(
    "section",
    { class: "card stack", "aria-labelledby": "missing-title" },
    h("h2", { id: "missing-title" }, w("missing.title")),
    h("p", {}, words),
    late > 0 ? h("p", { class: "note" }, icon("info"), w("missing.late", { n: formatNumber(late), day: formatDate(job.answers.retire_on) })) : null,
    h("p", { class: "soft small" }, report.missing_first.map(plainKey).join(" · ")),
    partial(report),
    job.may.includes("check") ? endings(page, report) : null,
  );
}

/** A file of one ward lacks most of a layer of the city, and that is no reason to end anything. */
function partial({ changed, same, missing, cannot_retire: hindrance }: Report): HTMLElement | null {
  const met = changed + same;
  if (hindrance || missing <= met) return null;
  return h("p", { class: "note caution" }, icon("triangle-alert"), w("missing.partial", { met: formatNumber(met), all: formatNumber(met + missing) }));
}

/** The choice between both; closed, with the reason, where the dry run says that nothing may end. */
function endings(page: StepPage, report: Report): HTMLElement {
  const { job } = page;
  const hindrance = report.cannot_retire ?? "";
  const day = h("input", { class: "input", type: "date", id: "retire-on", required: true, value: job.answers.retire_on || localInput(new Date()).slice(0, 10), disabled: hindrance !== "", "aria-describedby": hindrance ? "retire-why" : null });
  const again = (retireOn: string) =>
    page.act(async () => {
      await server.change(job.id, { retire_on: retireOn });
      return server.step(job.id, "check");
    });
  if (report.retired > 0) return h("div", { class: "row" }, h("button", { type: "button", class: "button", click: () => void again("") }, icon("undo-2"), w("missing.keep")));
  const retire = h("button", { type: "submit", class: "button", disabled: hindrance !== "" }, icon("calendar"), w("missing.retire"));
  const form = h("form", { class: "stack" }, hindrance ? h("p", { class: "note", id: "retire-why" }, icon("info"), hindrance) : null, h("div", { class: "row retire" }, h("div", { class: "field" }, h("label", { for: "retire-on" }, w("missing.day")), day), retire));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void again(day.value);
  });
  return form;
}
