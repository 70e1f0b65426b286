/** Where files are dropped or chosen: several at once, since a shapefile is several files. */
import { h, icon } from "../dom";
import { w } from "./words";

export function dropZone(kinds: string[], onFiles: (files: File[]) => void): HTMLElement {
  const input = h("input", { type: "file", id: "files", multiple: true, class: "unseen" });
  const text = h("span", { class: "drop-text" }, h("strong", {}, w("drop.title")), h("span", { class: "soft small" }, w("drop.text", { kinds: kinds.join(" ") })));
  const zone = h("label", { class: "drop-zone", for: "files" }, icon("upload"), text, h("span", { class: "button", "aria-hidden": "true" }, w("drop.choose")));
  const frame = h("div", { class: "drop-frame" }, input, zone);
  const take = (list: FileList | null | undefined) => {
    const files = [...(list ?? [])];
    if (files.length > 0) onFiles(files);
  };
  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });
  const mark = (over: boolean) => (event: DragEvent) => {
    event.preventDefault();
    frame.classList.toggle("over", over);
  };
  frame.addEventListener("dragover", mark(true));
  frame.addEventListener("dragleave", mark(false));
  frame.addEventListener("drop", (event) => {
    mark(false)(event);
    take(event.dataTransfer?.files);
  });
  return frame;
}
