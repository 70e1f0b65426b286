/** The geometry of the feature in hand, or of a new one, from a file. */
import { RequestError } from "../api";
import { h, icon, iconButton, replaceChildren } from "../dom";
import { formatArea, formatLength } from "../format";
import { coveredEdges } from "../shell/panel";
import { failureWords } from "../shell/states";
import type { Editor } from "./editor";
import { boundsOf } from "./geometry";
import { server } from "./server";
import { sketch } from "./shape_sketch";
import type { FileShape, FileShapes } from "./types";
import { w } from "./words";

const ACCEPTED = ".zip,.shp,.gpkg,.geojson,.json,.kml,.csv,.txt";

export class GeometryFile {
  readonly button: HTMLButtonElement;
  private readonly file = h("input", { type: "file", id: "geometry-file", class: "input", accept: ACCEPTED, "aria-describedby": "geometry-file-said" });
  private readonly system = h("select", { class: "input", id: "geometry-system" });
  private readonly inner = h("select", { class: "input", id: "geometry-layer" });
  private readonly systemField = h("div", { class: "field", hidden: true }, h("label", { for: "geometry-system" }, w("file.system")), this.system);
  private readonly innerField = h("div", { class: "field", hidden: true }, h("label", { for: "geometry-layer" }, w("file.layer")), this.inner);
  private readonly said = h("p", { class: "soft", id: "geometry-file-said", role: "status" });
  private readonly choices = h("fieldset", { class: "file-shapes", hidden: true });
  private readonly take = h("button", { type: "submit", class: "button primary", disabled: true }, w("file.take"));
  private dialogue: HTMLDialogElement | null = null;
  private shapes: FileShape[] = [];
  private asked = 0;

  constructor(private readonly editor: Editor) {
    this.button = iconButton("upload", w("file.name"), () => this.open());
    this.file.addEventListener("change", () => void this.read({ crs: "", layer: "" }));
    this.system.addEventListener("change", () => void this.read({ crs: this.system.value, layer: this.inner.value }));
    this.inner.addEventListener("change", () => void this.read({ crs: "", layer: this.inner.value }));
    editor.onChange(() => (this.button.disabled = editor.locked));
  }

  private open(): void {
    const { form, key } = this.editor;
    if (!form || this.editor.locked) return;
    this.file.value = "";
    this.clear(w("file.kinds"));
    const title = h("h2", { id: "geometry-file-title" }, w(key ? "file.title" : "file.title_new", { name: form.title }));
    const no = h("button", { type: "button", class: "button", click: () => this.dialogue?.close() }, w("cancel"));
    const content = h("form", { method: "dialog" }, title, h("div", { class: "field" }, h("label", { for: "geometry-file" }, w("file.choose")), this.file), this.systemField, this.innerField, this.said, this.choices, h("div", { class: "row" }, no, this.take));
    const dialogue = h("dialog", { class: "question wide", "aria-labelledby": "geometry-file-title" }, content);
    content.addEventListener("submit", () => this.accept());
    dialogue.addEventListener("keydown", (event) => event.stopPropagation());
    dialogue.addEventListener("close", () => dialogue.remove());
    this.dialogue = dialogue;
    document.body.append(dialogue);
    dialogue.showModal();
  }

  private clear(words: string): void {
    this.shapes = [];
    this.take.disabled = true;
    this.choices.hidden = true;
    this.systemField.hidden = true;
    this.innerField.hidden = true;
    this.said.textContent = words;
  }

  private async read(options: { crs: string; layer: string }): Promise<void> {
    const [file] = this.file.files ?? [];
    const { layer } = this.editor;
    if (!file || !layer) return;
    const asked = ++this.asked;
    this.take.disabled = true;
    this.said.textContent = w("file.reading");
    try {
      const found = await server.shapesOfFile(layer, file, options);
      if (asked === this.asked) this.show(found);
    } catch (reason) {
      if (!(reason instanceof RequestError)) throw reason;
      if (asked !== this.asked) return;
      const { systemField, innerField } = this;
      const [system, inner] = [systemField.hidden, innerField.hidden];
      this.clear("");
      [systemField.hidden, innerField.hidden] = [system, inner]; // another choice may be the remedy
      const words = reason.kind === "refused" ? reason.message : failureWords(reason).title;
      replaceChildren(this.said, h("span", { class: "field-bad" }, icon("circle-alert", "icon-small"), words));
    }
  }

  private show({ question, crs, crs_guessed, systems, layers, features, refused, more }: FileShapes): void {
    const option = (value: string, words: string) => h("option", { value }, words);
    if (systems.length > 0 && question !== "layer") {
      replaceChildren(this.system, question === "crs" ? option("", w("file.choose_system")) : null, ...systems.map(({ key, name }) => option(key, name)));
      if (crs) this.system.value = crs;
      this.systemField.hidden = false;
    }
    if (question === "layer") {
      replaceChildren(this.inner, option("", w("file.choose_layer")), ...layers.map((name) => option(name, name)));
      this.innerField.hidden = false;
    }
    this.shapes = features;
    this.choices.hidden = features.length === 0;
    const legend = h("legend", {}, w("file.shapes", { n: features.length }));
    replaceChildren(this.choices, legend, ...features.map((shape, index) => this.row(shape, index)));
    this.take.disabled = features.length === 0;
    const notes = [
      question === "crs" ? w("file.ask_system") : question === "layer" ? w("file.ask_layer") : "",
      crs_guessed ? w("file.guessed") : "",
      refused.length > 0 ? w("file.refused", { n: refused.length, why: refused[0]?.detail ?? "" }) : "",
      more ? w("file.more", { n: features.length }) : "",
    ];
    this.said.textContent = notes.filter(Boolean).join(" ");
    (question === "crs" ? this.system : question === "layer" ? this.inner : this.choices.querySelector("input"))?.focus();
  }

  private row({ row, label, geometry, area_m2, length_m, corners, repaired }: FileShape, index: number): HTMLElement {
    const radio = h("input", { type: "radio", name: "file-shape", value: index, checked: index === 0 });
    const measure = area_m2 !== null ? formatArea(area_m2) : length_m !== null ? formatLength(length_m) : "";
    const facts = [measure, corners > 1 ? w("feature.corners", { n: corners }) : "", repaired ? w("file.repaired") : ""].filter(Boolean).join(" · ");
    return h("label", { class: "file-shape" }, radio, sketch(geometry), h("span", {}, h("strong", {}, label || w("file.row", { n: row })), h("small", {}, facts)));
  }

  private accept(): void {
    const chosen = this.choices.querySelector<HTMLInputElement>("input:checked");
    const shape = this.shapes[Number(chosen?.value ?? -1)];
    if (!shape) return;
    this.editor.changeGeometry(shape.geometry, w("act.file"));
    this.editor.options.map.fitBounds(boundsOf(shape.geometry), { maxZoom: 20, ...coveredEdges() });
  }
}
