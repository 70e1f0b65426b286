/** Step 1: the files of the import. */
import { h, icon, iconButton, replaceChildren } from "../dom";
import { language } from "../i18n";
import { say } from "../shell/messages";
import { dropZone } from "./drop_zone";
import type { StepPage } from "./job_page";
import { bytes, companionsMissing, dataFiles, emptyFile } from "./plain";
import { server } from "./server";
import type { Job } from "./types";
import { send } from "./uploading";
import { w } from "./words";

export function filesStep(page: StepPage): Node[] {
  const { job } = page;
  if (job.state === "cancelled") return [cancelled()];
  const foot = h("div", { class: "stack", "aria-live": "polite" });
  const rows = job.files.map((file) => {
    const remove = job.may_edit ? iconButton("trash-2", w("files.remove", { name: file.name }), () => void page.act(() => server.removeFile(job.id, file.name))) : null;
    return h("li", { class: "file-line" }, icon("file-text"), h("span", { class: "file-name" }, file.name), h("span", { class: "soft small numbers" }, bytes(file.bytes)), remove);
  });
  const add = async (files: File[]) => {
    const sent = await send(job.id, files, foot);
    for (const { why } of sent.failed) say(why, "bad");
    replaceChildren(foot);
    await page.reload();
  };
  const found = complaint(job);
  const hint = found && h("p", { class: "note caution" }, icon("triangle-alert"), found.words);
  const go = h("button", { type: "button", class: "button primary", click: () => void page.take("understand") }, w("files.go"), icon("chevron-right"));
  go.disabled = !job.may.includes("understand") || job.files.length === 0 || found?.stops === true;
  const discard = h("button", { type: "button", class: "button quiet", click: () => void throwAway(page) }, icon("trash-2"), w("discard"));
  const section = h(
    "section",
    { class: "card stack", "aria-labelledby": "files-title" },
    h("h2", { id: "files-title" }, w("files.title")),
    rows.length > 0 ? h("ul", { class: "file-list" }, ...rows) : h("p", { class: "soft" }, w("files.none")),
    hint,
  );
  if (job.may_edit) section.append(dropZone(job.kinds, (files) => void add(files)), foot, h("p", { class: "soft small" }, w("files.limit", { size: bytes(job.limit_bytes) })));
  return [section, ...(job.may_edit ? [h("div", { class: "row actions" }, discard, go)] : [])];
}

function cancelled(): HTMLElement {
  const another = h("a", { class: "button primary", href: `/${language}/import` }, icon("plus"), w("done.another"));
  return h("section", { class: "card stack", "aria-labelledby": "cancelled-title" }, h("h2", { id: "cancelled-title" }, w("cancelled.title")), h("p", {}, w("cancelled.text")), h("div", { class: "row" }, another));
}

/** What is wrong with the set of files; `stops` where it cannot be read so. */
function complaint(job: Job): { words: string; stops: boolean } | null {
  const { files, kinds } = job;
  const empty = emptyFile(job);
  const names = files.map(({ name }) => name);
  const data = dataFiles(names, kinds);
  const missing = companionsMissing(names);
  if (names.length > 0 && data.length === 0) return { words: w("files.no_data"), stops: true };
  if (data.length > 1) return { words: w("files.several", { names: data.join(", ") }), stops: true };
  if (empty) return { words: w("files.empty", { file: empty }), stops: true };
  return missing.length > 0 ? { words: w("files.missing", { parts: missing.join(", ") }), stops: false } : null;
}

async function throwAway(page: StepPage): Promise<void> {
  if (!window.confirm(w("discard.ask"))) return;
  await page.act(async () => {
    await server.discard(page.job.id);
    location.assign(`/${language}/import`);
    return null;
  });
}
