/** The state of an import as a small coloured word; the colour is never alone. */
import { h } from "../dom";
import type { JobState } from "./types";
import { w } from "./words";

const TONE: Partial<Record<JobState, string>> = {
  done: "good", ready: "good", submitted: "caution", returned: "caution", asking: "caution", failed: "bad", interrupted: "bad",
};

export function stateTag(state: JobState): HTMLElement {
  return h("span", { class: `tag ${TONE[state] ?? ""}`.trim() }, w(`state.${state}`));
}

export const WORKING: readonly JobState[] = ["understanding", "checking", "writing"];
