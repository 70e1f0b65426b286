/** Copies attributes from another feature of the same theme: pick it on the map, choose which. */
import type L from "leaflet";
import { api } from "../api";
import { h, iconButton } from "../dom";
import { say } from "../shell/messages";
import { failureWords } from "../shell/states";
import type { ViewerParts } from "../viewer/extension";
import { featureKey } from "./draft";
import type { Editor } from "./editor";
import { nameOf } from "./feature_panel";
import { shownValue } from "./form";
import { server } from "./server";
import type { FormField, LayerForm, Values } from "./types";
import { w } from "./words";

// What tells one feature from another is seldom what one wants of it.
const SELDOM = new Set(["name", "names", "valid_from", "valid_to", "sensitivity"]);

export class CopyValues {
  readonly button: HTMLButtonElement;
  picking = false;

  constructor(
    private readonly editor: Editor,
    private readonly parts: ViewerParts,
  ) {
    this.button = iconButton("copy", w("copy.name"), () => this.toggle(), { "aria-pressed": "false" });
    editor.onChange(() => {
      this.button.disabled = !editor.holds;
      if (!editor.holds && this.picking) this.stop();
    });
  }

  get hint(): string | null {
    return this.picking ? w("hint.copy") : null;
  }

  escape(): boolean {
    if (!this.picking) return false;
    this.stop();
    this.editor.refresh();
    return true;
  }

  /** The feature under a click is the one to copy from; false when none is being looked for. */
  click(position: L.LatLng): boolean {
    if (!this.picking) return false;
    void this.find(position);
    return true;
  }

  /** A step of the draft is the one to copy from. */
  step(key: string): boolean {
    if (!this.picking) return false;
    const { draft } = this.editor.options;
    const layer = draft.step(key)?.layer;
    if (layer && this.layers().includes(layer)) this.ask(draft.values(key));
    return true;
  }

  private toggle(): void {
    if (this.picking) this.stop();
    else {
      this.picking = true;
      this.button.setAttribute("aria-pressed", "true");
      this.editor.options.map.getContainer().focus({ preventScroll: true });
    }
    this.editor.refresh();
  }

  private stop(): void {
    this.picking = false;
    this.button.setAttribute("aria-pressed", "false");
  }

  /** Visible layers with the same fields. */
  private layers(): string[] {
    const { catalog, store } = this.parts;
    const theme = catalog.layers.find(({ slug }) => slug === this.editor.layer)?.theme;
    return catalog.layers.filter((layer) => layer.theme === theme && store.find(layer.slug)?.visible).map(({ slug }) => slug);
  }

  private async find(position: L.LatLng): Promise<void> {
    const { draft, map } = this.editor.options;
    try {
      const { features } = await api.identify(position.lng, position.lat, map.getZoom(), this.layers());
      const found = features.find(({ id, layer }) => featureKey(layer, id) !== this.editor.key);
      if (!found) {
        say(w("copy.nothing"), "caution");
        return;
      }
      const step = draft.operations.find(({ layer, id }) => layer === found.layer && id === found.id);
      this.ask(step && draft.base(step.key) ? draft.values(step.key) : (await server.base(found.layer, found.id)).values);
    } catch (reason) {
      say(failureWords(reason).title, "bad");
    }
  }

  private ask(theirs: Values): void {
    const { form, key, options } = this.editor;
    if (!form || !key) return;
    this.stop();
    const mine = options.draft.values(key);
    const plain = (value: unknown) => JSON.stringify(value ?? "");
    const fields = form.fields.filter(({ name, locked }) => !locked && name in theirs && plain(theirs[name]) !== plain(mine[name]));
    if (fields.length === 0) {
      say(w("copy.same"), "caution");
      this.editor.refresh();
      return;
    }
    this.choose(form, fields, theirs, mine);
  }

  private choose(form: LayerForm, fields: FormField[], theirs: Values, mine: Values): void {
    const rows = fields.map((field) => {
      const box = h("input", { type: "checkbox", value: field.name, checked: !SELDOM.has(field.name) && !form.natural_key.includes(field.name) });
      const words = h("span", {}, h("strong", {}, field.label), h("span", {}, shownValue(field, theirs[field.name])), h("small", { class: "soft" }, w("copy.now", { value: shownValue(field, mine[field.name]) })));
      return { field, box, row: h("label", { class: "copy-row" }, box, words) };
    });
    const no = h("button", { type: "button", class: "button", click: () => dialogue.close() }, w("cancel"));
    const content = h("form", { method: "dialog" }, h("h2", { id: "copy-title" }, w("copy.title", { name: nameOf(form, theirs) })), h("div", { class: "copy-rows" }, ...rows.map(({ row }) => row)), h("div", { class: "row" }, no, h("button", { type: "submit", class: "button primary" }, w("copy.take"))));
    const dialogue = h("dialog", { class: "question wide", "aria-labelledby": "copy-title" }, content);
    content.addEventListener("submit", () => {
      const chosen = rows.filter(({ box }) => box.checked).map(({ field }) => [field.name, theirs[field.name]] as const);
      this.editor.changeValues(Object.fromEntries(chosen), w("act.copy", { n: chosen.length }));
    });
    dialogue.addEventListener("keydown", (event) => event.stopPropagation());
    dialogue.addEventListener("close", () => {
      dialogue.remove();
      this.editor.refresh();
    });
    document.body.append(dialogue);
    dialogue.showModal();
  }
}
