/** The state of an import as a small coloured word; the colour is never alone. */
import { h } from "../dom";
import type { JobState } from "./types";
import { w } from "./words";

export const WORKING: readonly JobState[] = ["understanding", "checking", "writing"];

const TONE: Partial<Record<JobState, string>> = {
  done: "good", ready: "good", submitted: "caution", returned: "caution", asking: "caution", failed: "bad", interrupted: "bad",
};

export function stateTag({ state, unwritten }: { state: JobState; unwritten: boolean }): HTMLElement {
  if (unwritten && !WORKING.includes(state)) return h("span", { class: "tag bad" }, w("state.unwritten"));
  return h("span", { class: `tag ${TONE[state] ?? ""}`.trim() }, w(`state.${state}`));
}
