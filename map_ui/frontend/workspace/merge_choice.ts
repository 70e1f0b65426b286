/** Which feature stays after a merge, and whose value in each field where they differ. */
import { h, icon } from "../dom";
import { nameOf } from "./feature_panel";
import { shownValue } from "./form";
import { chosenValues, disputed, type Candidate } from "./merge_values";
import type { LayerForm, Values } from "./types";
import { w } from "./words";

export interface MergeChoice {
  kept: string;
  values: Values;
}

/** The person's choice; null when they went back. */
export function askMerge(form: LayerForm, candidates: Candidate[]): Promise<MergeChoice | null> {
  const names = candidates.map(({ values }) => nameOf(form, values));
  const group = (name: string, label: string, words: string[]) => {
    const row = (text: string, index: number) => h("label", { class: "choice" }, h("input", { type: "radio", name, value: index, checked: index === 0 }), h("span", {}, text));
    return h("fieldset", { class: "choices" }, h("legend", {}, label), ...words.map(row));
  };
  const fields = disputed(form, candidates);
  const whole = group("kept", w("shapes.merge_keep"), names);
  const each = fields.map((field) => group(`of-${field.name}`, field.label, candidates.map(({ values }, index) => `${shownValue(field, values[field.name])} (${names[index] ?? ""})`)));
  const yes = h("button", { type: "submit", class: "button primary", value: "yes" }, w("edit.merge_now"));
  const no = h("button", { type: "button", class: "button", click: () => dialogue.close("no") }, w("cancel"));
  const details = fields.length > 0 ? h("details", { class: "form-more", open: fields.length <= 6 }, h("summary", {}, icon("chevron-right"), w("shapes.merge_fields", { n: fields.length })), ...each) : null;
  const body = h("form", { method: "dialog" }, h("h2", { id: "merge-title" }, w("shapes.merge_ask", { n: candidates.length })), whole, details, h("div", { class: "row" }, no, yes));
  const dialogue = h("dialog", { class: "question wide", "aria-labelledby": "merge-title" }, body);
  const chosen = (name: string) => Number(body.querySelector<HTMLInputElement>(`input[name="${name}"]:checked`)?.value ?? 0);
  // Values follow the feature that stays until somebody chooses another.
  whole.addEventListener("change", () => {
    for (const { name } of fields) body.querySelectorAll<HTMLInputElement>(`input[name="of-${name}"]`)[chosen("kept")]!.checked = true;
  });
  dialogue.addEventListener("keydown", (event) => event.stopPropagation());
  return new Promise((resolve) => {
    dialogue.addEventListener("close", () => {
      const key = (name: string) => candidates[chosen(name)]?.key ?? "";
      const choices = new Map(fields.map(({ name }) => [name, key(`of-${name}`)]));
      const kept = key("kept");
      dialogue.remove();
      resolve(dialogue.returnValue === "yes" ? { kept, values: chosenValues(candidates, kept, choices) } : null);
    });
    document.body.append(dialogue);
    dialogue.showModal();
  });
}
