/** A question that stops the work: yes or no, with a note where one is asked for. */
import { h } from "../dom";
import { w } from "./words";

export interface Question {
  title: string;
  text: string;
  yes: string;
  danger?: boolean;
  /** A second way to say yes. */
  other?: string;
}

type Answer = "yes" | "other" | "no";

function open(question: Question, note: HTMLTextAreaElement | null, required: boolean): Promise<Answer> {
  return new Promise((resolve) => {
    const yes = h("button", { type: "submit", class: `button primary ${question.danger ? "danger" : ""}`, value: "yes" }, question.yes);
    const other = question.other ? h("button", { type: "submit", class: "button primary", value: "other" }, question.other) : null;
    const no = h("button", { type: "button", class: "button", click: () => dialogue.close("no") }, w("cancel"));
    const field = note ? h("div", { class: "field" }, h("label", { for: note.id }, w(required ? "note.required" : "note.optional")), note) : null;
    const title = h("h2", { id: "question-title" }, question.title);
    const form = h("form", { method: "dialog" }, title, h("p", { class: "soft" }, question.text), field, h("div", { class: "row" }, no, other, yes));
    const dialogue = h("dialog", { class: "question", "aria-labelledby": "question-title" }, form);
    if (note) note.required = required;
    dialogue.addEventListener("keydown", (event) => event.stopPropagation()); // keys of the map stay out
    dialogue.addEventListener("close", () => {
      dialogue.remove();
      resolve(dialogue.returnValue === "yes" || dialogue.returnValue === "other" ? dialogue.returnValue : "no");
    });
    document.body.append(dialogue);
    dialogue.showModal();
  });
}

export async function confirmed(question: Question): Promise<boolean> {
  return (await open(question, null, false)) === "yes";
}

/** The note, or null when the person went back. */
export async function noted(question: Question, required: boolean): Promise<string | null> {
  const note = h("textarea", { class: "input", id: "question-note", rows: 3 });
  return (await open(question, note, required)) === "yes" ? note.value.trim() : null;
}

/** The required note and which yes it was, or null when the person went back. */
export async function answered(question: Question): Promise<{ note: string; other: boolean } | null> {
  const note = h("textarea", { class: "input", id: "question-note", rows: 3 });
  const answer = await open(question, note, true);
  return answer === "no" ? null : { note: note.value.trim(), other: answer === "other" };
}
