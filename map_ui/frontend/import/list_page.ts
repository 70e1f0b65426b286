/** The list of imports, and the card that begins a new one. */
import { h, icon, replaceChildren } from "../dom";
import { formatMoment } from "../format";
import { language } from "../i18n";
import { emptyState, failureWords, fillFrom } from "../shell/states";
import { dropZone } from "./drop_zone";
import { companionsMissing, dataFiles } from "./plain";
import { inWords } from "./row_counts";
import { server } from "./server";
import { stateTag, WORKING } from "./state_tag";
import { TargetChoice } from "./target_choice";
import type { JobHead, Target } from "./types";
import { send } from "./uploading";
import { w } from "./words";

const LOOK_AGAIN_MS = 3000;
export function showList(root: HTMLElement): void {
  const target = h("div", { class: "stack-loose" });
  const heading = h("header", { class: "stack" }, h("h1", {}, w("list.title")), h("p", { class: "soft" }, w("list.text")));
  root.replaceChildren(heading, target);
  void fillFrom(target, () => server.list(), ({ imports, targets, kinds }) => {
    const lines = h("div", {}, list(imports));
    followWork(lines, imports);
    return [
      ...(targets.length > 0 ? [new NewImport(targets, kinds).element] : []),
      h("section", { class: "card stack", "aria-labelledby": "imports-title" }, h("h2", { id: "imports-title" }, w("list.yours")), lines),
    ];
  });
}

/** Looks again while the server works on one of the imports. */
function followWork(lines: HTMLElement, shown: JobHead[]): void {
  if (!shown.some(({ state }) => WORKING.includes(state))) return;
  window.setTimeout(async () => {
    const now = await server.list().catch(() => null);
    if (now) lines.replaceChildren(list(now.imports));
    followWork(lines, now?.imports ?? shown);
  }, LOOK_AGAIN_MS);
}

function list(imports: JobHead[]): HTMLElement {
  if (imports.length === 0) return emptyState("upload", w("list.none"), w("list.none_text"));
  return h("ul", { class: "import-list" }, ...imports.map((job) => h("li", {}, line(job))));
}

function line(job: JobHead): HTMLElement {
  const files = job.files.map(({ name }) => name).filter((name) => !/\.(shx|dbf|prj|cpg|qpj|sbn|sbx|qix|xml)$/i.test(name));
  const about = [files.join(", ") || w("list.no_files"), job.mine ? "" : job.author, formatMoment(job.created_at)].filter(Boolean).join(" · ");
  const counts = job.counts ? h("small", { class: "numbers" }, w(job.counts.set_aside > 0 ? "list.counts_aside" : "list.counts", inWords(job.counts))) : null;
  return h(
    "a",
    { class: "import-line", href: `/${language}/import/${job.id}` },
    h("span", { class: "import-line-words" }, h("strong", {}, job.title || job.layer_title), h("small", { class: "soft" }, about), counts),
    stateTag(job),
    icon("chevron-right"),
  );
}

/** Layer and files in one card: dropping files begins the import. */
class NewImport {
  private readonly target: TargetChoice;
  private readonly foot = h("div", { class: "stack", "aria-live": "polite" });
  private waiting: File[] = []; // chosen before it was said where they belong
  readonly element: HTMLElement;

  constructor(targets: Target[], private readonly kinds: string[]) {
    this.target = new TargetChoice(targets, () => this.complain(""));
    this.target.take(new URLSearchParams(location.search));
    this.element = h(
      "section",
      { class: "card stack", "aria-labelledby": "start-title" },
      h("h2", { id: "start-title" }, w("start.title")),
      ...this.target.fields,
      dropZone(kinds, (files) => void this.begin(files)),
      this.foot,
    );
  }

  private complain(words: string): void {
    const names = this.waiting.map(({ name }) => name).join(", ");
    const go = names ? h("button", { type: "button", class: "button primary", click: () => void this.begin(this.waiting) }, icon("upload"), h("span", { class: "file-name" }, w("start.go", { names }))) : null;
    replaceChildren(this.foot, words ? h("p", { class: "note bad", role: "alert" }, icon("circle-alert"), words) : null, go && h("div", { class: "row" }, go));
  }

  private async begin(files: File[]): Promise<void> {
    this.waiting = files;
    const missing = this.target.missing();
    if (missing) {
      this.complain(missing);
      return;
    }
    this.waiting = [];
    try {
      const job = await server.start(this.target.start());
      const sent = await send(job.id, files, this.foot);
      const names = files.map(({ name }) => name);
      // A set that is not whole, or more than one, is put right before it is read.
      const whole = companionsMissing(names).length === 0 && dataFiles(names, this.kinds).length === 1;
      if (sent.failed.length === 0 && !sent.stopped && whole) await server.step(job.id, "understand").catch(() => null);
      if (sent.failed.length === files.length || sent.stopped) {
        await server.discard(job.id);
        if (sent.stopped) replaceChildren(this.foot, h("p", { class: "note", role: "status" }, icon("info"), w("upload.stopped")));
        else this.complain(sent.failed.map(({ why }) => why).join(" "));
        return;
      }
      location.assign(`/${language}/import/${job.id}`);
    } catch (reason) {
      this.complain(failureWords(reason).text);
    }
  }
}

