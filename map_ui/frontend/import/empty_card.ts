/** A file, or a layer of it, without rows: another choice is the only way on. */
import { h, icon } from "../dom";
import { layerName } from "./layer_names";
import { emptyFile } from "./plain";
import type { Job, Understanding } from "./types";
import { w } from "./words";

export function emptyCard(job: Job, found: Understanding, toFiles: () => void): HTMLElement {
  const file = emptyFile(job);
  const [title, text] = file ? [w("empty.title"), w("empty.text", { file })] : [w("empty.layer_title", { layer: layerName(found.source_layer) }), w("empty.layer_text")];
  const go = h("button", { type: "button", class: file ? "button primary" : "button", click: toFiles }, icon("upload"), w("empty.go"));
  return h("section", { class: "card stack", "aria-labelledby": "empty-title" }, h("h2", { id: "empty-title" }, title), h("p", { class: "note caution", role: "status" }, icon("triangle-alert"), text), h("div", { class: "row" }, go));
}
