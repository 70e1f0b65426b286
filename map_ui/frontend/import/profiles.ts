/** Saved ways of reading a file: one is used again, or this one gets a name. */
import { h, icon, iconButton } from "../dom";
import type { StepPage } from "./job_page";
import { server } from "./server";
import type { Answers, Job } from "./types";
import { w } from "./words";

/** `answers` gives what the form says at this moment. */
export function profiles(page: StepPage, answers: () => Partial<Answers>): HTMLElement {
  const { job } = page;
  const name = h("input", { class: "input", id: "profile-name", maxlength: 80, autocomplete: "off", required: true });
  const save = h("form", { class: "field" }, h("label", { for: "profile-name" }, w("profile.save_as")), h("div", { class: "row profile-row" }, name, h("button", { type: "submit", class: "button", id: "profile-save" }, icon("save"), w("profile.save"))), h("div", { id: "profile-said", role: "status" }));
  save.addEventListener("submit", async (event) => {
    event.preventDefault();
    const called = name.value.trim();
    const saved = await page.act(async () => {
      await server.change(job.id, answers());
      return server.saveProfile(job.id, called);
    });
    if (saved) show(called, w("profile.saved", { name: called }));
  });
  return h("details", { class: "profiles", id: "profiles" }, h("summary", {}, w("profile.title")), h("div", { class: "stack" }, savedWays(page), save));
}

/** After the step was drawn anew: the way of this name is chosen, and what was done stands below it. */
function show(name: string, words = ""): void {
  const select = document.querySelector<HTMLSelectElement>("#profile");
  if (select) {
    select.value = name;
    select.dispatchEvent(new Event("change"));
  }
  if (words) document.querySelector("#profile-said")?.replaceChildren(h("p", { class: "note good" }, icon("check"), words));
}

/** Which saved way this file is read in, and what of it finds no column here. */
export function usedWay({ answers: { profile, profile_missing: missing = [] } }: Job): HTMLElement | null {
  if (!profile) return null;
  const words = w("profile.used", { name: profile });
  if (missing.length === 0) return h("p", { class: "note" }, icon("info"), words);
  return h("p", { class: "note caution" }, icon("triangle-alert"), `${words} ${w("profile.missing", { columns: missing.join(", ") })}`);
}

/** The ways that are saved for the theme: one is used, renamed or deleted. Null where there is none. */
export function savedWays(page: StepPage): HTMLElement | null {
  const { job } = page;
  if (job.profiles.length === 0) return null;
  const select = h("select", { class: "input", id: "profile" }, ...job.profiles.map(({ name, saved_by: maker }) => h("option", { value: name }, w("profile.option", { name, maker }))));
  const use = h("button", { type: "button", class: "button", id: "profile-use", click: () => void page.act(() => server.useProfile(job.id, select.value)) }, w("profile.use"));
  const forget = iconButton("trash-2", w("profile.forget"), () => void forgetting(page, select.value), { id: "profile-forget" });
  const rename = renaming(page, () => select.value);
  const judge = () => {
    const mine = job.profiles.find(({ name }) => name === select.value)?.may_change === true;
    forget.hidden = rename.button.hidden = !mine;
    rename.close();
  };
  select.addEventListener("change", judge);
  judge();
  return h("div", { class: "stack-tight" }, h("div", { class: "field" }, h("label", { for: "profile" }, w("profile.choose")), h("div", { class: "row profile-row" }, select, use, rename.button, forget), h("p", { class: "hint" }, w("profile.hint"))), rename.form);
}

async function forgetting(page: StepPage, name: string): Promise<void> {
  if (!window.confirm(w("profile.forget_ask", { name }))) return;
  const gone = await page.act(() => server.forgetProfile(page.job.id, name), w("profile.forgotten", { name }));
  // Another way is chosen now, which the next press must not delete unread.
  if (gone) document.querySelector<HTMLElement>("#profile, #profile-name")?.focus();
}

/** A field for another name of the chosen way, behind a button; Escape closes it. */
function renaming(page: StepPage, chosen: () => string): { button: HTMLButtonElement; form: HTMLFormElement; close: () => void } {
  const input = h("input", { class: "input", id: "profile-new-name", maxlength: 80, autocomplete: "off", required: true });
  const label = h("label", { for: "profile-new-name" });
  const back = h("button", { type: "button", class: "button", click: () => leave() }, w("profile.rename_no"));
  const form = h("form", { class: "field", id: "profile-renaming", hidden: true }, label, h("div", { class: "row profile-row" }, input, h("button", { type: "submit", class: "button primary" }, w("profile.rename_go")), back));
  const button = iconButton("pencil", w("profile.rename"), () => {
    if (!form.hidden) {
      close();
      return;
    }
    label.textContent = w("profile.new_name", { name: chosen() });
    input.value = chosen();
    form.hidden = false;
    button.setAttribute("aria-expanded", "true");
    input.select();
  }, { id: "profile-rename", "aria-expanded": "false", "aria-controls": form.id });
  const close = () => {
    form.hidden = true;
    button.setAttribute("aria-expanded", "false");
  };
  const leave = () => {
    close();
    button.focus();
  };
  form.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") leave();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = input.value.trim();
    if (!(await page.act(() => server.renameProfile(page.job.id, chosen(), name), w("profile.renamed", { name })))) return;
    show(name);
    document.querySelector<HTMLElement>("#profile-rename")?.focus(); // the field for the name is closed again
  });
  return { button, form, close };
}
