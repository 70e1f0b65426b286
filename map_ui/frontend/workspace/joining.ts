/** Merging: several features of the layer are chosen on the map, then made one. */
import L from "leaflet";
import { api } from "../api";
import { h, icon, iconButton, replaceChildren, token } from "../dom";
import { say } from "../shell/messages";
import { phone } from "../shell/panel";
import { failureWords } from "../shell/states";
import { confirmed } from "./dialogue";
import { featureKey } from "./draft";
import { nameOf, type Hand } from "./feature_panel";
import { hitBy } from "./hit";
import { touches } from "./merge_candidates";
import { askMerge } from "./merge_choice";
import { server } from "./server";
import { sizeOf, toCheck, type ShapeActs } from "./shape_acts";
import { changed, deletion } from "./steps";
import type { ShapesAnswer } from "./types";
import { w } from "./words";

const PANE = "chosen";
const MOST_NEAR = 12;
const NOWHERE: GeoJSON.Geometry = { type: "MultiPolygon", coordinates: [] };

export class Joining {
  readonly button: HTMLButtonElement;
  /** What is chosen, with the way on and the way back: for those without a keyboard. */
  readonly element = h("div", { class: "edit-part merge-part", hidden: true, role: "group", "aria-label": w("edit.merge") });
  /** Null while nothing is being chosen. */
  private chosen: Hand[] | null = null;
  private shift = false;
  private readonly marks = L.layerGroup();

  constructor(private readonly acts: ShapeActs) {
    const { editor } = acts;
    const { map } = editor.options;
    this.button = iconButton("combine", w("edit.merge"), () => this.press(), { class: "icon-button without-hand", "aria-pressed": "false", "aria-keyshortcuts": "C" });
    map.createPane(PANE).classList.add("draft-pane");
    this.marks.addTo(map);
    map.getContainer().addEventListener("pointerdown", (event) => (this.shift = event.shiftKey), true);
    editor.onChange(() => this.follow());
    editor.neighbours.onLoad(() => this.chosen && this.show());
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
    if (phone.matches) editor.options.panel.hide();
    editor.options.map.getContainer().focus({ preventScroll: true });
    this.show();
  }

  private stop(): void {
    this.chosen = null;
    this.show();
  }

  /** The feature in the middle of the map; false when nothing is being chosen. */
  atCentre(): boolean {
    const { editor, draft } = this.acts;
    if (!this.chosen) return false;
    const { map } = editor.options;
    const step = draft.operations.find(({ key, layer, kind }) => layer === editor.layer && kind !== "delete" && hitBy(draft.geometry(key) ?? NOWHERE, map.getCenter(), map));
    if (step) this.toggle(step.key, step.id);
    else void this.choose(map.getCenter());
    return true;
  }

  private async choose({ lat, lng }: L.LatLng): Promise<void> {
    const { editor, draft } = this.acts;
    const { layer } = editor;
    if (!layer) return;
    try {
      const { features } = await api.identify(lng, lat, editor.options.map.getZoom(), [layer]);
      const [found] = features;
      if (!found || draft.operations.some((step) => step.layer === layer && step.id === found.id)) return; // a step is clicked where the draft shows it
      await this.chooseStored(layer, found.id);
    } catch (reason) {
      say(failureWords(reason).title, "bad");
    }
  }

  private async chooseStored(layer: string, id: string): Promise<void> {
    const { draft } = this.acts;
    const key = featureKey(layer, id);
    if (!draft.base(key)) draft.keepBase(key, await server.base(layer, id));
    this.toggle(key, id);
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
    editor.options.map.getContainer().classList.toggle("choosing", chosen !== null);
    this.marks.clearLayers();
    const style = { color: token("map-select"), weight: 4, fillColor: token("map-select"), fillOpacity: 0.3, interactive: false, pane: PANE, pmIgnore: true, snapIgnore: true };
    for (const { key } of chosen ?? []) {
      const geometry = draft.geometry(key);
      if (geometry) this.marks.addLayer(L.geoJSON(geometry, { style, pane: PANE, interactive: false }));
    }
    const focused = (document.activeElement as HTMLElement | null)?.dataset["key"];
    const go = h("button", { type: "button", class: "button primary", disabled: (chosen?.length ?? 0) < 2, click: () => this.finish() }, icon("combine"), w("edit.merge_n", { n: chosen?.length ?? 0 }));
    const back = h("button", { type: "button", class: "button", click: () => this.stop() }, w("cancel"));
    const chips = this.chips();
    replaceChildren(this.element, chips.length > 0 ? h("div", { class: "chips-wrapped", role: "group", "aria-label": w("merge.near") }, ...chips) : null, h("div", { class: "row" }, go, back));
    if (focused) (chips.find(({ dataset }) => dataset["key"] === focused) ?? go).focus();
    editor.refresh();
  }

  /** What is chosen, and what lies along it: to be chosen without a pointer, and where a finger is too thick. */
  private chips(): HTMLElement[] {
    const { draft, editor } = this.acts;
    const { form } = editor;
    if (!this.chosen || !form) return [];
    const keys = new Set(this.chosen.map(({ key }) => key));
    const shapes = this.chosen.flatMap(({ key }) => draft.geometry(key) ?? []);
    const near = (geometry: GeoJSON.Geometry | null) => geometry !== null && shapes.some((shape) => touches(shape, geometry));
    const chip = (key: string, name: string, pressed: boolean, act: () => void) => h("button", { type: "button", class: "chip", "aria-pressed": String(pressed), "data-key": key, click: act }, name);
    const named = (key: string) => nameOf(form, draft.values(key));
    const steps = draft.operations.filter(({ key, layer, kind }) => layer === form.layer && kind !== "delete" && !keys.has(key) && near(draft.geometry(key)));
    const stored = editor.neighbours.features(form.layer).filter(({ id, geometry }) => !keys.has(featureKey(form.layer, String(id))) && near(geometry));
    return [
      ...this.chosen.map(({ key, id }) => chip(key, named(key), true, () => this.toggle(key, id))),
      ...steps.map(({ key, id }) => chip(key, named(key), false, () => this.toggle(key, id))),
      ...stored.slice(0, MOST_NEAR).map(({ id, properties }) => chip(featureKey(form.layer, String(id)), nameOf(form, properties ?? {}), false, () => void this.chooseStored(form.layer, String(id)).catch((reason: unknown) => say(failureWords(reason).title, "bad")))),
    ];
  }
}
