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
  const save = h("form", { class: "field" }, h("label", { for: "profile-name" }, w("profile.save_as")), h("div", { class: "row one-line" }, name, h("button", { type: "submit", class: "button" }, icon("save"), w("profile.save"))));
  save.addEventListener("submit", (event) => {
    event.preventDefault();
    void page.act(async () => {
      await server.change(job.id, answers());
      return server.saveProfile(job.id, name.value);
    }, w("profile.saved", { name: name.value }));
  });
  return h("details", { class: "profiles" }, h("summary", {}, w("profile.title")), h("div", { class: "stack" }, savedWays(page), save));
}

/** Which saved way this file is read in, and what of it finds no column here. */
export function usedWay({ answers: { profile, profile_missing: missing = [] } }: Job): HTMLElement | null {
  if (!profile) return null;
  const words = w("profile.used", { name: profile });
  if (missing.length === 0) return h("p", { class: "note" }, icon("info"), words);
  return h("p", { class: "note caution" }, icon("triangle-alert"), `${words} ${w("profile.missing", { columns: missing.join(", ") })}`);
}

/** The ways that are saved for the theme: one is used, or deleted. Null where there is none. */
export function savedWays(page: StepPage): HTMLElement | null {
  const { job } = page;
  if (job.profiles.length === 0) return null;
  const select = h("select", { class: "input", id: "profile" }, ...job.profiles.map(({ name, saved_by: maker }) => h("option", { value: name }, w("profile.option", { name, maker }))));
  const use = h("button", { type: "button", class: "button", click: () => void page.act(() => server.useProfile(job.id, select.value)) }, w("profile.use"));
  const forget = iconButton("trash-2", w("profile.forget"), () => {
    const name = select.value;
    if (window.confirm(w("profile.forget_ask", { name }))) void page.act(() => server.forgetProfile(job.id, name), w("profile.forgotten", { name }));
  });
  const rename = renaming(page, () => select.value);
  const judge = () => {
    const mine = job.profiles.find(({ name }) => name === select.value)?.may_change === true;
    forget.hidden = rename.button.hidden = !mine;
    rename.close();
  };
  select.addEventListener("change", judge);
  judge();
  return h("div", { class: "stack-tight" }, h("div", { class: "field" }, h("label", { for: "profile" }, w("profile.choose")), h("div", { class: "row one-line" }, select, use, rename.button, forget), h("p", { class: "hint" }, w("profile.hint"))), rename.form);
}

/** A field for another name of the chosen way, behind a button; Escape closes it. */
function renaming(page: StepPage, chosen: () => string): { button: HTMLButtonElement; form: HTMLFormElement; close: () => void } {
  const input = h("input", { class: "input", id: "profile-new-name", maxlength: 80, autocomplete: "off", required: true });
  const label = h("label", { for: "profile-new-name" });
  const form = h("form", { class: "field", hidden: true }, label, h("div", { class: "row one-line" }, input, h("button", { type: "submit", class: "button" }, icon("check"), w("profile.rename_go"))));
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
  }, { "aria-expanded": "false" });
  const close = () => {
    form.hidden = true;
    button.setAttribute("aria-expanded", "false");
  };
  form.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    close();
    button.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = input.value.trim();
    void page.act(() => server.renameProfile(page.job.id, chosen(), name), w("profile.renamed", { name }));
  });
  return { button, form, close };
}
