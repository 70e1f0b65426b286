/** The draft in hand: title and reason, its steps with what is wrong, and the ways on. */
import { h, icon, iconButton, replaceChildren } from "../dom";
import { say } from "../shell/messages";
import { failureWords } from "../shell/states";
import type { Checks } from "./checks";
import { confirmed } from "./dialogue";
import { DayField } from "./day_field";
import type { Draft } from "./draft";
import { nameOf } from "./feature_panel";
import type { Forms } from "./forms";
import { fixable } from "./fixable";
import { defaultTitle, type DraftKeeper } from "./keeping";
import { server } from "./server";
import type { ChangeSet, Operation, Problem } from "./types";
import { w } from "./words";

export interface DraftPanelOptions {
  draft: Draft;
  keeper: DraftKeeper;
  checks: Checks;
  forms: Forms;
  /** May put every step on the map without another person's approval. */
  mayPublish(): boolean;
  open(key: string, problem: Problem | null): void;
  /** Others changed the same: shows the choices. */
  resolve(id: number): void;
  /** The draft went on its way, or is gone. */
  onEnd(published: boolean): void;
}

export class DraftPanel {
  readonly element = h("section", { class: "draft-panel", "aria-label": w("draft.name") });
  private readonly title = h("input", { class: "input", id: "draft-title", maxlength: 200, autocomplete: "off" });
  private readonly reason = h("textarea", { class: "input", id: "draft-reason", rows: 2 });
  private readonly decision = h("input", { class: "input", id: "draft-decision", maxlength: 80, autocomplete: "off" });
  private readonly day = new DayField({ class: "input", id: "draft-day" });
  private readonly steps = h("ul", { class: "step-list" });
  private readonly summary = h("p", { class: "check-summary", role: "status" });
  private readonly ways = h("div", { class: "row ways" });
  private busy = false;

  constructor(private readonly options: DraftPanelOptions) {
    const { draft, keeper, checks } = options;
    const field = (id: string, words: string, control: HTMLElement) => h("div", { class: "field" }, h("label", { for: id }, words), control);
    const more = h("details", { class: "form-more" }, h("summary", {}, icon("chevron-right"), w("draft.more")), field("draft-decision", w("draft.decision"), this.decision), field("draft-day", w("draft.day"), this.day.element));
    const head = h("div", { class: "draft-head" }, icon("file-pen"), h("h3", {}, w("draft.name")));
    this.element.append(head, field("draft-title", w("draft.title"), this.title), field("draft-reason", w("draft.reason"), this.reason), more, this.summary, this.steps, this.ways);
    this.title.addEventListener("change", () => draft.describe({ title: this.title.value.trim() }));
    this.reason.addEventListener("change", () => draft.describe({ reason: this.reason.value.trim() }));
    this.decision.addEventListener("change", () => draft.describe({ decision_number: this.decision.value.trim() }));
    this.day.input.addEventListener("change", () => this.chooseDay());
    draft.onChange(() => this.update());
    keeper.onChange(() => this.update());
    checks.onChange(() => this.update());
    this.update();
  }

  private update(): void {
    const { draft, checks } = this.options;
    this.element.hidden = draft.empty && draft.id === null;
    if (this.element.hidden) return;
    const put = (control: HTMLInputElement | HTMLTextAreaElement, text: string) => control !== document.activeElement && (control.value = text);
    put(this.title, draft.meta.title);
    this.title.placeholder = defaultTitle(draft);
    put(this.reason, draft.meta.reason);
    put(this.decision, draft.meta.decision_number);
    if (this.day.input !== document.activeElement && this.day.value !== undefined) this.day.write(draft.meta.publish_on ?? "");
    replaceChildren(this.steps, ...draft.operations.map((step) => this.stepRow(step, checks.of(step.key))));
    this.showSummary(checks.all);
    this.showWays(checks.all);
  }

  private chooseDay(): void {
    const { value, input } = this.day;
    input.setAttribute("aria-invalid", String(value === undefined));
    if (value === undefined) say(w("form.bad_date"), "caution");
    else this.options.draft.describe({ publish_on: value });
  }

  private stepRow(step: Operation, problems: Problem[]): HTMLElement {
    const form = this.options.forms.known.get(step.layer);
    if (!form) void this.options.forms.of(step.layer).then(() => this.update());
    const name = form ? nameOf(form, this.options.draft.values(step.key)) : "…";
    const words = h("span", {}, h("strong", {}, name), h("small", {}, form?.title ?? step.layer));
    const open = (problem: Problem | null) => this.options.open(step.key, problem);
    const returned = step.verdict === "returned" ? h("p", { class: "step-note" }, icon("reply", "icon-small"), step.note || w("review.returned_step")) : null;
    const found = problems.map((problem) =>
      h("li", { class: problem.level }, h("button", { type: "button", click: () => open(problem) }, icon(problem.level === "error" ? "circle-alert" : "triangle-alert", "icon-small"), h("span", {}, problem.detail, " ", fixable(problem) ? h("span", { class: "fix-link" }, w("fix.see")) : null))),
    );
    return h(
      "li",
      { class: "step" },
      h("button", { type: "button", class: "list-row", click: () => open(null) }, h("span", { class: `kind-mark kind-${step.kind}` }, w(`kind.${step.kind}`)), words, icon("chevron-right")),
      returned,
      found.length > 0 ? h("ul", { class: "problem-list" }, ...found) : null,
    );
  }

  private showSummary(problems: Problem[]): void {
    const { checks, draft } = this.options;
    const errors = problems.filter(({ level }) => level === "error").length;
    const warnings = problems.length - errors;
    const tone = errors > 0 ? "bad" : warnings > 0 ? "caution" : "good";
    const words = draft.empty ? w("draft.no_steps") : errors > 0 ? w("check.errors", { n: errors }) : warnings > 0 ? w("check.warnings", { n: warnings }) : checks.waiting ? w("check.running") : w("check.good");
    const mark = draft.empty ? "info" : errors > 0 ? "circle-alert" : warnings > 0 ? "triangle-alert" : "list-checks";
    this.summary.className = `check-summary ${draft.empty || (checks.waiting && problems.length === 0) ? "" : tone}`;
    replaceChildren(this.summary, icon(mark, "icon-small"), words);
  }

  private showWays(problems: Problem[]): void {
    const { draft } = this.options;
    const blocked = this.busy || draft.empty || problems.some(({ level }) => level === "error");
    const way = (name: string, words: string, act: () => Promise<void>, look: string, disabled: boolean) =>
      h("button", { type: "button", class: `button ${look}`, disabled, click: () => void this.run(act) }, icon(name), words);
    const publish = this.options.mayPublish();
    const { id } = draft;
    const overtaken = id !== null && problems.some(({ code }) => code === "conflict" || code === "gone");
    replaceChildren(
      this.ways,
      overtaken ? way("git-compare", w("conflict.resolve"), async () => this.options.resolve(id), "primary", this.busy) : null,
      way("send", w("draft.submit"), () => this.submit(), publish ? "" : "primary", blocked),
      publish ? way("upload", w("draft.publish"), () => this.publish(), "primary", blocked) : null,
      iconButton("trash-2", w("draft.discard"), () => void this.run(() => this.discard()), { disabled: this.busy }),
    );
  }

  private async run(act: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.update();
    try {
      await act();
    } catch (reason) {
      say(`${failureWords(reason).title}. ${failureWords(reason).text}`, "bad");
    } finally {
      this.busy = false;
      this.update();
    }
  }

  /** Everything is on the server and nothing blocks; warnings need a reason. */
  private async ready(): Promise<boolean> {
    const { draft, keeper, checks } = this.options;
    await checks.run();
    if (checks.all.some(({ level }) => level === "error")) return false;
    if (checks.all.length > 0 && !draft.meta.reason) {
      say(w("check.reason_needed"), "caution");
      this.reason.focus();
      return false;
    }
    if (!draft.meta.title) draft.describe({ title: defaultTitle(draft) });
    const saved = await keeper.save();
    if (!saved) say(keeper.state === "offline" ? w("keeping.offline_text") : w("keeping.refused_text", { why: keeper.refusal }), "bad");
    return saved;
  }

  private async submit(): Promise<void> {
    const { draft } = this.options;
    if (!(await this.ready()) || draft.id === null) return;
    await server.submit(draft.id, draft.revision);
    this.end(w("draft.submitted"), false);
  }

  private async publish(): Promise<void> {
    const { draft } = this.options;
    const n = draft.operations.length;
    if (!(await confirmed({ title: w("draft.publish_ask", { n }), text: w("draft.publish_text"), yes: w("draft.publish") }))) return;
    if (!(await this.ready()) || draft.id === null) return;
    const set: ChangeSet = await server.publish(draft.id, draft.revision);
    this.end(w(set.state === "published" ? "draft.published" : "draft.approved"), set.state === "published");
  }

  private async discard(): Promise<void> {
    const { draft } = this.options;
    const n = draft.operations.length;
    if (!(await confirmed({ title: w("draft.discard_ask"), text: w("draft.discard_text", { n }), yes: w("draft.discard"), danger: true }))) return;
    if (draft.id !== null) await server.discard(draft.id, draft.revision);
    this.end(w("draft.discarded"), false);
  }

  private end(words: string, published: boolean): void {
    this.options.draft.clear();
    say(words, "good");
    this.options.onEnd(published);
  }
}
