/** Step 5: title, decision and reason; then publish, hand in, or decide about somebody else's. */
import { h, icon } from "../dom";
import { formatDate, formatNumber, localInput } from "../format";
import type { StepPage } from "./job_page";
import { counts, findings } from "./report";
import { restPart } from "./rest_part";
import { server } from "./server";
import type { Job, Report } from "./types";
import { w } from "./words";

export function publishStep(page: StepPage): Node[] {
  const { job } = page;
  const summary = job.report ? h("section", { class: "card stack", "aria-labelledby": "sum-title" }, h("h2", { id: "sum-title" }, w("publish.summary")), counts(job.report), ending(job, job.report)) : null;
  const back = h("button", { type: "button", class: "button", click: () => page.open("check") }, icon("arrow-left"), w("step.check"));
  const found = job.state === "submitted" && job.report ? findings(page, job.report) : [];
  const decides = job.may.includes("approve");
  // What the reader has to know first stands first; a decision comes after what it is about.
  const parts = job.state === "submitted" ? [decides ? null : waits(page), summary, about(page), ...found, decides ? decision(page) : null, restPart(page)] : [returned(page), summary, form(page, back)];
  return parts.filter((part): part is HTMLElement => part !== null);
}

/** Features of the layer that end with this import: a reviewer has to know. */
function ending(job: Job, report: Report): HTMLElement | null {
  if (report.retired === 0) return null;
  return h("p", { class: "note caution" }, icon("calendar"), w("missing.retired", { n: formatNumber(report.retired), day: formatDate(job.answers.retire_on) }));
}

function returned({ job }: StepPage): HTMLElement | null {
  if (job.state !== "returned") return null;
  return h("div", { class: "note caution" }, icon("reply"), h("div", {}, h("strong", {}, w("publish.returned", { name: job.decided_by })), h("p", {}, job.decision_note)));
}

function form(page: StepPage, back: HTMLElement): HTMLElement | null {
  const { job } = page;
  if (!job.may_edit || job.state === "interrupted") return null;
  const title = h("input", { class: "input", id: "title", maxlength: 200, required: true, value: job.title || w("publish.default_title", { layer: job.layer_title, day: formatDate(localInput(new Date())) }) });
  const number = h("input", { class: "input", id: "decision", maxlength: 80, value: job.decision_number });
  const reason = h("textarea", { class: "input", id: "reason", rows: 3, maxlength: 5000 });
  reason.value = job.reason;
  const words = job.publishes ? w("publish.go") : w("publish.submit");
  const go = h("button", { type: "submit", class: "button primary" }, icon(job.publishes ? "check" : "send"), words);
  go.disabled = !job.may.includes(job.publishes ? "publish" : "submit");
  const element = h(
    "form",
    { class: "card stack", "aria-labelledby": "publish-title" },
    h("h2", { id: "publish-title" }, w("publish.title")),
    h("p", { class: "soft" }, job.publishes ? w(job.new_layer ? "publish.text_new" : "publish.text") : w("publish.submit_text")),
    h("div", { class: "field" }, h("label", { for: "title" }, w("publish.name")), title),
    h("div", { class: "field" }, h("label", { for: "decision" }, w("publish.decision")), number),
    h("div", { class: "field" }, h("label", { for: "reason" }, w("publish.reason")), reason),
    h("div", { class: "row actions" }, back, go),
  );
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    void page.act(async () => {
      await server.change(job.id, { title: title.value, decision_number: number.value, reason: reason.value });
      return server.step(job.id, job.publishes ? "publish" : "submit");
    });
  });
  return element;
}

function about({ job }: StepPage): HTMLElement {
  const rows: [string, string][] = [
    [w("publish.author"), job.author],
    [w("publish.submitted"), formatDate(job.submitted_at)],
    [w("publish.decision"), job.decision_number || "–"],
    [w("publish.reason"), job.reason || "–"],
  ];
  return h("section", { class: "card stack", "aria-label": w("publish.about") }, h("dl", { class: "facts" }, ...rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))));
}

function waits(page: StepPage): HTMLElement {
  const withdraw = page.job.may.includes("withdraw") ? h("div", { class: "row" }, h("button", { type: "button", class: "button", click: () => void page.take("withdraw") }, icon("undo-2"), w("publish.withdraw"))) : null;
  return h("div", { class: "card stack" }, h("p", { class: "note good" }, icon("send"), w("publish.waits")), withdraw);
}

function decision(page: StepPage): HTMLElement {
  const note = h("textarea", { class: "input", id: "note", rows: 3, maxlength: 5000, "aria-describedby": "note-hint" });
  const giveBack = () => {
    if (!note.value.trim()) note.focus(); // the server says why
    void page.take("return", note.value);
  };
  return h(
    "section",
    { class: "card stack", "aria-labelledby": "decide-title" },
    h("h2", { id: "decide-title" }, w("publish.decide")),
    h("p", { class: "soft" }, w("publish.decide_text")),
    h("div", { class: "field" }, h("label", { for: "note" }, w("publish.note")), note, h("p", { class: "hint", id: "note-hint" }, w("publish.note_hint"))),
    h(
      "div",
      { class: "row actions" },
      h("button", { type: "button", class: "button", click: giveBack }, icon("reply"), w("publish.return")),
      h("button", { type: "button", class: "button primary", click: () => void page.take("approve", note.value) }, icon("check"), w("publish.approve")),
    ),
  );
}
