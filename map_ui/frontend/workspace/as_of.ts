/** The map as it was recorded at an earlier moment: a control, a banner, and the layers drawn from history. */
import L from "leaflet";
import { isAbort } from "../api";
import { h, icon, replaceChildren } from "../dom";
import { formatMoment, formatNumber, localInput } from "../format";
import type { AddedFeature, Alterations } from "../map/altered_tiles";
import { BASE_LAYERS } from "../map/base_rules";
import { say } from "../shell/messages";
import { failureWords } from "../shell/states";
import type { ViewerParts } from "../viewer/extension";
import type { Forms } from "./forms";
import { DayField } from "./day_field";
import { hitBy } from "./hit";
import { server, type PastItems } from "./server";
import type { LayerForm } from "./types";
import { typedTime } from "./typed_numbers";
import { w } from "./words";

const MOST = 3000; // features of one layer
const WAIT_MS = 250;

export interface AsOfOptions {
  parts: ViewerParts;
  forms: Forms;
  openHistory(layer: string, id: string): void;
}

interface Past {
  slug: string;
  features: AddedFeature[];
  /** How many more there are than are drawn. */
  missing: number;
}

export class AsOf {
  readonly element: HTMLElement;
  private readonly day = new DayField({ class: "input", id: "as-of", required: "", "aria-describedby": "as-of-wrong" });
  private readonly time = h("input", { class: "input", id: "as-of-time", inputmode: "text", autocomplete: "off", placeholder: w("as_of.time_pattern"), "aria-describedby": "as-of-wrong" });
  private readonly wrong = h("p", { class: "field-error", id: "as-of-wrong", role: "alert", hidden: true });
  private readonly banner = h("div", { class: "as-of-banner", role: "status", hidden: true });
  private readonly words = h("span", {});
  private moment: Date | null = null;
  private past: Past[] = [];
  private timer = 0;
  private controller: AbortController | null = null;
  private readonly follow = () => this.soon();

  constructor(private readonly options: AsOfOptions) {
    const show = h("button", { type: "submit", class: "button" }, icon("calendar-clock", "icon-small"), w("as_of.show"));
    const field = (id: string, words: string, control: HTMLElement) => h("div", { class: "field" }, h("label", { for: id }, words), control);
    const row = h("div", { class: "as-of-row" }, field("as-of", w("as_of.day"), this.day.element), field("as-of-time", w("as_of.time"), this.time), show);
    const form = h("form", { class: "as-of", novalidate: true, "aria-labelledby": "as-of-name" }, h("strong", { id: "as-of-name" }, w("as_of.name")), row, this.wrong, h("p", { class: "small soft" }, w("as_of.about")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.start();
    });
    form.addEventListener("keydown", (event) => event.stopPropagation());
    this.day.input.addEventListener("focus", () => this.day.until(localInput(new Date()).slice(0, 10)));
    this.element = form;
    const end = h("button", { type: "button", class: "button small-button", click: () => this.stop() }, icon("x", "icon-small"), w("as_of.stop"));
    this.banner.append(icon("calendar-clock"), this.words, end);
    options.parts.map.getContainer().after(this.banner);
    options.parts.store.onChange(() => this.moment && this.soon());
  }

  get active(): boolean {
    return this.moment !== null;
  }

  /** True when the click is about the past. */
  click(position: L.LatLng): boolean {
    if (!this.moment) return false;
    const { map } = this.options.parts;
    for (const { slug, features } of this.past) {
      const found = [...features].reverse().find(({ geometry }) => hitBy(geometry, position, map));
      if (!found) continue;
      this.options.openHistory(slug, found.id);
      return true;
    }
    say(w("as_of.nothing"));
    return true;
  }

  stop(): boolean {
    if (!this.moment) return false;
    this.moment = null;
    this.past = [];
    this.controller?.abort();
    window.clearTimeout(this.timer);
    this.banner.hidden = true;
    document.body.classList.remove("in-the-past");
    this.options.parts.map.off("moveend", this.follow);
    this.options.parts.vectors.alter(null);
    return true;
  }

  /** The moment that was typed, a whole day to its end; null after saying what is wrong. */
  private asked(): Date | null {
    const { day, time } = this;
    const hours = time.value.trim() === "" ? "" : typedTime(time.value);
    const refuse = (input: HTMLInputElement, words: string) => {
      this.refused(input, words);
      return null;
    };
    if (!day.value) return refuse(day.input, w("form.bad_date"));
    if (hours === null) return refuse(time, w("as_of.bad_time"));
    const now = new Date();
    const until = hours || (day.value === localInput(now).slice(0, 10) ? localInput(now).slice(11) : "23:59:59");
    const moment = new Date(`${day.value}T${until}`);
    if (moment.getTime() > now.getTime()) return refuse(day.input, w("as_of.future"));
    this.refused(null, "");
    return moment;
  }

  private refused(input: HTMLInputElement | null, words: string): void {
    for (const one of [this.day.input, this.time]) one.setAttribute("aria-invalid", String(one === input));
    this.wrong.textContent = words;
    this.wrong.hidden = !input;
    input?.focus();
  }

  private start(): void {
    const moment = this.asked();
    if (!moment) return;
    this.moment = moment;
    this.tell(w("as_of.loading"));
    this.banner.hidden = false;
    document.body.classList.add("in-the-past");
    this.options.parts.clearSelection();
    this.options.parts.map.off("moveend", this.follow).on("moveend", this.follow);
    void this.load();
  }

  private tell(more: string): void {
    const at = this.moment ? formatMoment(this.moment.toISOString()) : "";
    replaceChildren(this.words, h("strong", {}, w("as_of.banner", { at })), more ? h("small", {}, more) : null);
  }

  private soon(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.load(), WAIT_MS);
  }

  private async load(): Promise<void> {
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    const { store, vectors } = this.options.parts;
    const slugs = store.visible.filter(({ item, slug }) => item.kind === "vector" && !BASE_LAYERS.includes(slug)).map(({ slug }) => slug);
    try {
      const past = await Promise.all(slugs.map((slug) => this.layer(slug, controller.signal)));
      if (controller.signal.aborted || !this.moment) return;
      this.past = past;
      const alterations: Alterations = new Map(past.map(({ slug, features }) => [slug, { hidden: "all", added: features }]));
      vectors.alter(alterations);
      const drawn = past.reduce((sum, { features }) => sum + features.length, 0);
      const missing = past.reduce((sum, entry) => sum + entry.missing, 0);
      this.tell(missing > 0 ? w("as_of.more", { n: formatNumber(missing) }) : w("as_of.count", { n: formatNumber(drawn) }));
    } catch (reason) {
      if (isAbort(reason)) return;
      this.tell(failureWords(reason).title);
      say(`${failureWords(reason).title}. ${failureWords(reason).text}`, "bad");
    }
  }

  private async layer(slug: string, signal: AbortSignal): Promise<Past> {
    const bounds = this.options.parts.map.getBounds();
    const bbox = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const moment = this.moment ?? new Date();
    const [form, found] = await Promise.all([this.options.forms.of(slug), server.itemsAt(slug, moment, bbox, MOST, signal)]);
    return { slug, features: found.features.map((item) => this.feature(form, item)), missing: Math.max(0, (found.numberMatched ?? 0) - found.features.length) };
  }

  private feature(form: LayerForm, { id, geometry, properties }: PastItems["features"][number]): AddedFeature {
    const said = (field: string | null) => (field ? String(properties[field] ?? "") : "");
    return { id: String(id), class: said(form.class_field), label: said(form.label_field), geometry };
  }
}
