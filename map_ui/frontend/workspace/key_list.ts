/** The list of keys, behind "?". */
import { h, iconButton } from "../dom";
import { t } from "../i18n";
import type { KeyBinding, KeyGroup } from "./keys";
import { w } from "./words";

const GROUPS: KeyGroup[] = ["layer", "draw", "corner", "steps"];

function row({ shown, words }: KeyBinding): HTMLElement[] {
  const keys = shown.split(" / ").flatMap((keys, index) => [index > 0 ? " / " : "", ...keys.split("+").flatMap((key, part) => [part > 0 ? "+" : "", h("kbd", {}, key)])]);
  return [h("dt", {}, ...keys), h("dd", {}, w(words))];
}

export function showKeyList(bindings: readonly KeyBinding[]): void {
  const groups = GROUPS.map((group) => {
    const found = bindings.filter((binding) => binding.group === group && binding.shown);
    return h("section", {}, h("h3", {}, w(`keys.${group}`)), h("dl", { class: "key-list" }, ...found.flatMap(row)));
  });
  const close = iconButton("x", t("close"), () => dialogue.close());
  const head = h("div", { class: "dialogue-head" }, h("h2", { id: "key-list-title" }, w("keys.name")), close);
  const dialogue = h("dialog", { class: "question wide", "aria-labelledby": "key-list-title" }, head, h("div", { class: "key-groups" }, ...groups));
  dialogue.addEventListener("keydown", (event) => event.stopPropagation());
  dialogue.addEventListener("close", () => dialogue.remove());
  document.body.append(dialogue);
  dialogue.showModal();
}
