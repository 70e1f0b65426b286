/** Step 4: what the dry run found; nothing is written yet. */
import { h, icon } from "../dom";
import type { StepPage } from "./job_page";
import { counts, issueList } from "./report";
import { server } from "./server";
import { w } from "./words";

export function checkStep(page: StepPage): Node[] {
  const { job } = page;
  const { report } = job;
  if (!report) return [];
  const download = job.rejected_file && report.rejected > 0 ? h("a", { class: "button", href: server.rejected(job.id), download: true }, icon("download"), w("check.download")) : null;
  const nothing = report.new + report.changed === 0 ? h("p", { class: "note" }, icon("info"), report.same > 0 ? w("check.all_same") : w("check.nothing")) : null;
  const next = h("button", { type: "button", class: "button primary", click: () => page.open("publish") }, w("check.go"), icon("chevron-right"));
  next.disabled = report.new + report.changed === 0;
  const back = job.may_edit ? h("button", { type: "button", class: "button", click: () => page.open("fields") }, icon("arrow-left"), w("step.fields")) : null;
  const again = job.may.includes("check") ? h("button", { type: "button", class: "button quiet", click: () => void page.take("check") }, icon("rotate-ccw"), w("check.again")) : null;
  return [
    h("section", { class: "card stack", "aria-labelledby": "check-title" }, h("h2", { id: "check-title" }, w("check.title")), h("p", { class: "soft" }, w("check.text")), counts(report), nothing, download),
    h("section", { class: "card stack", "aria-labelledby": "issues-title" }, h("h2", { id: "issues-title" }, w("issues.title")), issueList(job, report)),
    h("div", { class: "row actions" }, back ?? "", again ?? "", next),
  ];
}
