/** Closing a layer or the page while changes have not reached the server: Save, Keep draft or Discard. */
import { h } from "../dom";
import { say } from "../shell/messages";
import type { Draft } from "./draft";
import type { DraftKeeper } from "./keeping";
import { w } from "./words";

type Answer = "save" | "keep" | "discard" | "";

/** True when the person may go: everything is saved, or they said what becomes of the rest. */
export async function mayLeave(draft: Draft, keeper: DraftKeeper): Promise<boolean> {
  for (;;) {
    if (!draft.unsaved || (await keeper.save())) return true;
    const answer = await asked(draft, keeper);
    if (answer === "discard") {
      draft.act(w("act.discard"), [...draft.dirty].map((key) => ({ key, step: null })));
      say(w("leave.discarded"), "caution");
    }
    if (answer !== "save") return answer !== "";
  }
}

/** Links that lead away from the page ask as well. */
export function watchLinks(draft: Draft, keeper: DraftKeeper): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
    const stays = !link || link.target !== "" || link.hasAttribute("download") || link.pathname === location.pathname || event.ctrlKey || event.metaKey || event.shiftKey;
    if (stays || event.defaultPrevented || !draft.unsaved) return;
    event.preventDefault();
    void mayLeave(draft, keeper).then((may) => may && location.assign(link.href));
  });
}

function asked(draft: Draft, keeper: DraftKeeper): Promise<Answer> {
  return new Promise((resolve) => {
    const button = (value: Answer, words: string, look = "") => h("button", { type: "submit", class: `button ${look}`, value }, words);
    const why = keeper.state === "offline" ? w("keeping.offline_text") : w("keeping.refused_text", { why: keeper.refusal });
    const row = h("div", { class: "row" }, button("discard", w("leave.discard"), "danger"), button("keep", w("leave.keep")), button("save", w("leave.save"), "primary"));
    const form = h("form", { method: "dialog" }, h("h2", { id: "leave-title" }, w("leave.title", { n: draft.dirty.size })), h("p", { class: "soft" }, why), h("p", { class: "soft" }, w("leave.text")), row);
    const dialogue = h("dialog", { class: "question wide", "aria-labelledby": "leave-title" }, form);
    dialogue.addEventListener("keydown", (event) => event.stopPropagation());
    dialogue.addEventListener("close", () => {
      dialogue.remove();
      resolve(dialogue.returnValue as Answer);
    });
    document.body.append(dialogue);
    dialogue.showModal();
  });
}
