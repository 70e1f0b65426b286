/** Merging: several features of the layer are chosen on the map, then made one. */
import L from "leaflet";
import { api } from "../api";
import { h, icon, iconButton, replaceChildren, token } from "../dom";
import { say } from "../shell/messages";
import { failureWords } from "../shell/states";
import { confirmed } from "./dialogue";
import { featureKey } from "./draft";
import type { Hand } from "./feature_panel";
import { askMerge } from "./merge_choice";
import { server } from "./server";
import { sizeOf, toCheck, type ShapeActs } from "./shape_acts";
import { changed, deletion } from "./steps";
import type { ShapesAnswer } from "./types";
import { w } from "./words";

const PANE = "chosen";

export class Joining {
  readonly button: HTMLButtonElement;
  /** What is chosen, with the way on and the way back: for those without a keyboard. */
  readonly element = h("div", { class: "edit-part row", hidden: true, role: "group", "aria-label": w("edit.merge") });
  /** Null while nothing is being chosen. */
  private chosen: Hand[] | null = null;
  private shift = false;
  private readonly marks = L.layerGroup();

  constructor(private readonly acts: ShapeActs) {
    const { editor } = acts;
    const { map } = editor.options;
    this.button = iconButton("combine", w("edit.merge"), () => this.press(), { "aria-pressed": "false", "aria-keyshortcuts": "C" });
    map.createPane(PANE).classList.add("draft-pane");
    this.marks.addTo(map);
    map.getContainer().addEventListener("pointerdown", (event) => (this.shift = event.shiftKey), true);
    editor.onChange(() => this.follow());
  }

  get hint(): string | null {
    return this.chosen && w("hint.merge", { n: this.chosen.length });
  }

  /** Begins to choose, with the feature in hand as the first; with two or more chosen it merges. */
  press(): void {
    if (this.chosen && this.chosen.length > 1) void this.merge();
    else if (this.chosen) this.stop();
    else this.start();
  }

  /** A click on the map while features are chosen, or with Shift. */
  takes(position: L.LatLng): boolean {
    if (!this.chosen && !this.shift) return false;
    if (!this.chosen) this.start();
    if (this.chosen) void this.choose(position);
    return true;
  }

  takesStep(key: string): boolean {
    const step = this.acts.draft.step(key);
    const { editor } = this.acts;
    if (!step || step.layer !== editor.layer || step.kind === "delete" || (!this.chosen && !this.shift)) return false;
    if (!this.chosen) this.start();
    this.toggle(key, step.id);
    return true;
  }

  finish(): boolean {
    if (!this.chosen) return false;
    if (this.chosen.length > 1) void this.merge();
    else say(w("shapes.merge_more"), "caution");
    return true;
  }

  escape(): boolean {
    if (!this.chosen) return false;
    this.stop();
    return true;
  }

  private start(): void {
    const { editor } = this.acts;
    if (!editor.active || editor.locked) return;
    const { hand } = editor;
    editor.close();
    this.chosen = hand && this.acts.draft.step(hand.key)?.kind !== "delete" ? [hand] : [];
    this.show();
  }

  private stop(): void {
    this.chosen = null;
    this.show();
  }

  private async choose({ lat, lng }: L.LatLng): Promise<void> {
    const { editor, draft } = this.acts;
    const { layer } = editor;
    if (!layer) return;
    try {
      const { features } = await api.identify(lng, lat, editor.options.map.getZoom(), [layer]);
      const [found] = features;
      if (!found || draft.operations.some((step) => step.layer === layer && step.id === found.id)) return; // a step is clicked where the draft shows it
      const key = featureKey(layer, found.id);
      if (!draft.base(key)) draft.keepBase(key, await server.base(layer, found.id));
      this.toggle(key, found.id);
    } catch (reason) {
      say(failureWords(reason).title, "bad");
    }
  }

  private toggle(key: string, id: string | null): void {
    const { form } = this.acts.editor;
    if (!this.chosen || !form) return;
    const rest = this.chosen.filter((hand) => hand.key !== key);
    this.chosen = rest.length < this.chosen.length ? rest : [...rest, { key, id, form }];
    this.show();
  }

  private async merge(): Promise<void> {
    const hands = this.chosen;
    const form = hands?.[0]?.form;
    if (!hands || !form) return;
    const { draft } = this.acts;
    const choice = await askMerge(form, hands.map(({ key }) => ({ key, values: draft.values(key) })));
    const kept = hands.find(({ key }) => key === choice?.kept);
    if (!choice || !kept) return;
    const rest = hands.filter((hand) => hand !== kept);
    const answer = await this.answer([kept, ...rest], false);
    if (!answer) return;
    const updates = await this.acts.updates(form, answer.updates);
    const withValues = updates.map(({ key, step }) => (key === kept.key ? { key, step: { ...changed(draft, form, key, kept.id, { geometry: step?.geometry ?? null, values: choice.values }), base_version: step?.base_version ?? null } } : { key, step }));
    const gone = rest.map(({ key, id }) => ({ key, step: deletion(draft, form, key, id) }));
    this.stop();
    this.acts.act(w("act.merge", { n: hands.length, what: form.title }), [...withValues, ...gone]);
    const [whole] = answer.updates;
    if (whole) this.acts.tell([w("shapes.merge", { n: hands.length, before: sizeOf(whole, whole.before), after: sizeOf(whole, whole.after) }), toCheck(form, answer.to_check)], answer);
    this.acts.editor.take(kept.key, kept.id);
  }

  /** Features that do not touch become one with several parts when the person wants it. */
  private async answer(hands: Hand[], apart: boolean): Promise<(ShapesAnswer & { to_check: string[] }) | null> {
    let untouching = false;
    const found = await this.acts.ask<ShapesAnswer & { to_check: string[] }>("merge", hands, { apart }, ({ errors }) => (untouching = errors.some(({ code }) => code === "apart")));
    if (found || !untouching) return found;
    const yes = await confirmed({ title: w("shapes.apart_ask"), text: w("shapes.apart_text"), yes: w("edit.merge_now") });
    return yes ? this.answer(hands, true) : null;
  }

  /** Whatever else is taken in hand ends the choosing. */
  private follow(): void {
    const { editor } = this.acts;
    if (this.chosen && (!editor.active || editor.holds || editor.shapes.drawing)) this.stop();
    this.button.disabled = editor.locked;
  }

  private show(): void {
    const { chosen } = this;
    const { draft, editor } = this.acts;
    this.button.setAttribute("aria-pressed", String(chosen !== null));
    this.element.hidden = chosen === null;
    this.marks.clearLayers();
    const style = { color: token("map-select"), weight: 4, fillColor: token("map-select"), fillOpacity: 0.3, interactive: false, pane: PANE, pmIgnore: true, snapIgnore: true };
    for (const { key } of chosen ?? []) {
      const geometry = draft.geometry(key);
      if (geometry) this.marks.addLayer(L.geoJSON(geometry, { style, pane: PANE, interactive: false }));
    }
    const go = h("button", { type: "button", class: "button primary", disabled: (chosen?.length ?? 0) < 2, click: () => this.finish() }, icon("combine"), w("edit.merge_n", { n: chosen?.length ?? 0 }));
    const back = h("button", { type: "button", class: "button", click: () => this.stop() }, w("cancel"));
    replaceChildren(this.element, go, back);
    editor.refresh();
  }
}
