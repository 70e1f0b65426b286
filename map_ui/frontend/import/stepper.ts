/** The steps of an import across the top: where one is, and which earlier step can be opened. */
import { h, icon } from "../dom";
import { w } from "./words";

export const STEPS = ["files", "understand", "fields", "check", "publish", "done"] as const;
export type StepName = (typeof STEPS)[number];

export function stepper(current: StepName, reachable: (step: StepName) => boolean, open: (step: StepName) => void): HTMLElement {
  const at = STEPS.indexOf(current);
  const items = STEPS.map((step, index) => {
    const mark = index < at ? icon("check", "icon-small") : h("span", {}, String(index + 1));
    const words = [h("span", { class: "step-mark", "aria-hidden": "true" }, mark), h("span", { class: "step-words" }, w(`step.${step}`))];
    const past = index < at ? h("span", { class: "unseen" }, w("step.past")) : null;
    const state = index === at ? { "aria-current": "step" } : {};
    const inside =
      index !== at && reachable(step)
        ? h("button", { type: "button", class: "step", click: () => open(step) }, ...words, past)
        : h("span", { class: "step", ...state }, ...words, past);
    return h("li", { class: index < at ? "past" : index === at ? "current" : "" }, inside);
  });
  const short = h("p", { class: "stepper-short soft small" }, w("step.of", { n: at + 1, total: STEPS.length, name: w(`step.${current}`) }));
  return h("nav", { class: "stepper", "aria-label": w("step.name") }, short, h("ol", {}, ...items));
}
