/** One import: reads it, shows the step that it is at, and looks again while the server works. */
import { h, icon, replaceChildren } from "../dom";
import { language } from "../i18n";
import { quiet, say } from "../shell/messages";
import { errorState, failureWords, skeleton } from "../shell/states";
import { checkStep } from "./check_step";
import { doneStep } from "./done_step";
import { fieldsStep } from "./fields_step";
import { filesStep } from "./files_step";
import { MapFrame } from "./map_frame";
import { isEmpty, isTable } from "./plain";
import { ProgressBar } from "./progress_bar";
import { publishStep } from "./publish_step";
import { server } from "./server";
import { stateTag, WORKING } from "./state_tag";
import { STEPS, stepper, type StepName } from "./stepper";
import type { Job, JobState, JobStep } from "./types";
import { understandStep } from "./understand_step";
import { w } from "./words";

const LOOK_AGAIN_MS = 500;
const STOPPING_MS = 150; // somebody waits for this one
const SLOW_MS = 700; // what takes longer says so
const OF_THE_MACHINE = ["no_isolation", "too_slow", "crashed"]; // problems that may be over at another time
const PATIENCE_MS = 4000; // after an answer that did not come

/** What a step's page may ask for. */
export interface StepPage {
  job: Job;
  /** The one map of the page; it is made when a step first wants it. */
  readonly map: MapFrame;
  /** Does something on the server and shows the import that it answers with; tells whether it was done. */
  act(work: () => Promise<Job | null>, done?: string): Promise<boolean>;
  take(step: JobStep, note?: string): Promise<boolean>;
  /** Sends what a form says at this moment; the form stays as it is. */
  keep(work: () => Promise<Job>): Promise<void>;
  open(step: StepName): void;
  reload(): Promise<void>;
}

const PAGES: Record<StepName, (page: StepPage) => Node[]> = {
  files: filesStep, understand: understandStep, fields: fieldsStep, check: checkStep, publish: publishStep, done: doneStep,
};
const HOME: Partial<Record<JobState, StepName>> = {
  uploading: "files", understanding: "understand", asking: "understand", failed: "files", checking: "check", ready: "check",
  returned: "publish", submitted: "publish", writing: "publish", done: "done", undone: "done", cancelled: "files",
};

export class JobPage implements StepPage {
  job!: Job;
  private step: StepName = "files";
  private frame: MapFrame | null = null;
  private timer = 0;
  private drawn = 0;
  private kept = 0;
  private readonly head = h("header", { class: "stack" });
  private readonly steps = h("div");
  private readonly notes = h("div", { class: "stack", "aria-live": "polite" });
  private readonly patience = h("div", { class: "note" }, icon("loader-circle"), w("job.patience"));
  private readonly spoken = h("p", { class: "unseen", role: "status", id: "spoken" });
  private readonly body = h("div", { class: "stack-loose", id: "step", tabindex: "-1", role: "region" });

  constructor(private readonly id: number, private readonly root: HTMLElement) {
    root.replaceChildren(this.head, this.steps, this.notes, this.spoken, this.body);
    replaceChildren(this.body, skeleton(8));
    void this.reload();
  }

  get map(): MapFrame {
    this.frame ??= new MapFrame(w("map.title"));
    return this.frame;
  }

  async reload(): Promise<void> {
    const drawn = this.drawn;
    try {
      const job = await server.job(this.id);
      if (drawn === this.drawn) this.show(job);
      else await this.reload(); // something was done meanwhile, so this answer may be older
    } catch (reason) {
      replaceChildren(this.body, errorState(reason, () => void this.reload()));
    }
  }

  async act(work: () => Promise<Job | null>, done = ""): Promise<boolean> {
    if (this.root.hasAttribute("aria-busy")) return false; // one thing at a time: a second click does nothing
    this.root.setAttribute("aria-busy", "true");
    const timer = window.setTimeout(() => this.notes.append(this.patience), SLOW_MS);
    try {
      const job = await work();
      quiet();
      if (job) this.show(job);
      if (done) say(done, "good");
      return true;
    } catch (reason) {
      say(failureWords(reason).text, "bad");
      return false;
    } finally {
      window.clearTimeout(timer);
      this.patience.remove();
      this.root.removeAttribute("aria-busy");
    }
  }

  async keep(work: () => Promise<Job>): Promise<void> {
    const kept = ++this.kept;
    const drawn = this.drawn;
    try {
      const job = await work();
      if (kept !== this.kept || drawn !== this.drawn) return; // something newer was said or shown meanwhile
      this.job = job;
      this.drawHead();
    } catch (reason) {
      say(failureWords(reason).text, "bad");
    }
  }

  take(step: JobStep, note = ""): Promise<boolean> {
    return this.act(() => server.step(this.id, step, note));
  }

  open(step: StepName): void {
    this.step = step;
    history.replaceState(null, "", `#${step}`); // a reload goes on here
    this.draw();
    this.lead();
    window.scrollTo({ top: 0 });
  }

  private show(job: Job): void {
    const before = this.job as Job | undefined;
    const stood = this.step;
    this.job = job;
    this.drawn += 1;
    if (!before || before.state !== job.state) this.step = (before ? null : this.asked()) ?? this.home(before);
    const work = before && before.state !== job.state && [before.state, job.state].some((state) => WORKING.includes(state));
    const moved = before !== undefined && (work || this.step !== stood);
    const held = this.body.contains(document.activeElement) ? document.activeElement : null;
    const opened = moved ? [] : [...this.body.querySelectorAll<HTMLDetailsElement>("details[id][open]")].map(({ id }) => id);
    this.draw();
    for (const one of this.body.querySelectorAll<HTMLDetailsElement>("details[id]")) if (opened.includes(one.id)) one.open = true;
    if (moved) this.lead(); // what had the focus is gone
    else if (held) (document.getElementById(held.id) ?? this.body).focus({ preventScroll: true }); // drawn anew
    if (WORKING.includes(job.state)) this.lookAgain();
    else this.tell(before && WORKING.includes(before.state) ? ended(job) : "");
  }

  /** Leads the focus to the heading of what is new, unless somebody types elsewhere on the page. */
  private lead(): void {
    const at = document.activeElement;
    if (at?.matches("input, select, textarea, [contenteditable]") && !this.root.contains(at)) return;
    const heading = this.body.querySelector("h2");
    heading?.setAttribute("tabindex", "-1");
    (heading ?? this.body).focus({ preventScroll: true });
  }

  /** Has screen readers say what is done now; once, however often it is shown. */
  private tell(words: string): void {
    if (this.spoken.textContent !== words) this.spoken.textContent = words;
  }

  /** The step that the state belongs to; an interrupted work belongs to what it was about. */
  private home(before?: Job): StepName {
    const { state, report, understanding } = this.job;
    const was = before?.state === "interrupted" ? before.work : before?.state;
    if (state === "asking" && was === "checking") return "fields"; // somebody stopped the dry run
    if (state === "asking" && before && !WORKING.includes(before.state) && this.reachable(this.step)) return this.step; // an answer to go on from
    if (was === "writing" && report && state !== "done") return "publish"; // stopped, or the layer has changed since
    if (this.job.unwritten) return "publish";
    if (state === "interrupted") return HOME[this.job.work || "writing"] ?? "files";
    if (state === "failed" && understanding && !isEmpty(understanding)) return "fields";
    if (state === "failed" && this.job.files.some(({ name }) => isTable(name))) return "understand"; // its columns may be named
    return HOME[state] ?? "files";
  }

  /** The step that the address names, where it can be opened. */
  private asked(): StepName | null {
    const named = STEPS.find((step) => `#${step}` === location.hash);
    return named && this.reachable(named) ? named : null;
  }

  private reachable(step: StepName): boolean {
    const { state, may_edit: mine, understanding, report } = this.job;
    if (["done", "undone", "cancelled"].includes(state) || WORKING.includes(state) || state === "interrupted") return false;
    if (step === "files") return mine && state !== "submitted";
    if (step === "fields" && isEmpty(understanding)) return false;
    if (step === "understand" || step === "fields") return mine && understanding !== null && state !== "submitted";
    return (step === "check" || step === "publish") && report !== null;
  }

  private drawHead(): void {
    const { job } = this;
    const back = h("a", { class: "text-link", href: `/${language}/import` }, icon("arrow-left"), w("job.all"));
    const layer = h("p", { class: "soft" }, job.theme_title === job.layer_title ? w("job.into_layer", { layer: job.layer_title }) : w("job.into", { layer: job.layer_title, theme: job.theme_title }), job.new_layer ? ` (${w("job.new_layer")})` : "");
    replaceChildren(this.head, h("nav", { "aria-label": w("job.back") }, back), h("div", { class: "job-title" }, h("h1", {}, job.title || w("job.title", { layer: job.layer_title })), stateTag(job)), layer);
    this.steps.replaceChildren(stepper(this.step, (step) => this.reachable(step), (step) => this.open(step)));
    replaceChildren(this.notes, this.problem(), this.interruption());
  }

  private draw(): void {
    const { job } = this;
    this.drawHead();
    this.body.setAttribute("aria-label", w("step.of", { n: STEPS.indexOf(this.step) + 1, total: STEPS.length, name: w(`step.${this.step}`) }));
    replaceChildren(this.body, ...(WORKING.includes(job.state) ? [this.working()] : PAGES[this.step](this)));
  }

  private problem(): HTMLElement | null {
    const { problem, state, may, unwritten } = this.job;
    if (!problem) return null;
    const bad = state === "failed" || unwritten;
    const again = state === "failed" && may.includes("retry") && (this.job.understanding || OF_THE_MACHINE.includes(this.job.problem_code)) ? h("button", { type: "button", class: "button", click: () => void this.take("retry") }, icon("rotate-ccw"), w("retry")) : null;
    return h("div", { class: `note ${bad ? "bad" : "caution"}`, role: bad ? "alert" : "status" }, icon("circle-alert"), h("div", { class: "stack" }, unwritten ? h("strong", {}, w("job.unwritten")) : null, h("p", {}, problem), again));
  }

  private interruption(): HTMLElement | null {
    const { state, may, work } = this.job;
    if (state !== "interrupted") return null;
    const again = may.includes("retry") ? h("button", { type: "button", class: "button primary", click: () => void this.take("retry") }, icon("rotate-ccw"), w(work === "writing" ? "job.write_again" : "retry")) : null;
    const back = may.includes("stop") ? h("button", { type: "button", class: "button", click: () => void this.take("stop") }, icon("arrow-left"), w("job.step_back")) : null;
    return h("div", { class: "note bad", role: "alert" }, icon("circle-alert"), h("div", { class: "stack" }, h("strong", {}, w(`job.interrupted_${work || "writing"}`)), h("p", {}, w("job.interrupted")), h("div", { class: "row" }, again, back)));
  }

  private working(): HTMLElement {
    const bar = new ProgressBar();
    let asked = false; // here, and not yet answered
    const stop = h("button", { type: "button", class: "button", click: () => void end() }, icon("x"), w("stop"));
    this.showWork = (state, progress) => {
      const stopping = asked || progress.stopping;
      bar.showWork(state, { ...progress, stopping });
      this.tell(bar.said);
      stop.disabled = stopping || !this.job.may.includes("stop");
    };
    const end = async () => {
      asked = true;
      this.showWork(this.job.state, this.job.progress);
      await this.take("stop");
      asked = false; // a request that failed can be made again
    };
    this.showWork(this.job.state, this.job.progress);
    return h("section", { class: "card stack working", "aria-label": w("progress.name") }, bar.element, h("p", { class: "soft small" }, w("progress.leave")), h("div", { class: "row" }, stop));
  }

  private showWork: (state: JobState, progress: Job["progress"]) => void = () => undefined;

  private lookAgain(): void {
    window.clearTimeout(this.timer); // one line of questions, however often the page is drawn
    this.timer = window.setTimeout(async () => {
      try {
        const { state, progress } = await server.progress(this.id);
        if (state !== this.job.state) await this.reload();
        else {
          this.showWork(state, progress);
          this.lookAgain();
        }
      } catch {
        this.timer = window.setTimeout(() => this.lookAgain(), PATIENCE_MS); // the work goes on without this page
      }
    }, this.job.progress.stopping ? STOPPING_MS : LOOK_AGAIN_MS);
  }
}

/** How work ended, in words; "" where a note on the page says it. */
function ended({ state, problem }: Job): string {
  return !problem && (state === "asking" || state === "ready" || state === "done") ? w(`ended.${state}`) : "";
}
