/** Remarks on a change set: a list, a form, and pins on the map; list and pins point at each other. */
import L from "leaflet";
import { h, icon, replaceChildren } from "../dom";
import { formatMoment } from "../format";
import { say } from "../shell/messages";
import { coveredEdges, phone } from "../shell/panel";
import { failureWords } from "../shell/states";
import { server } from "./server";
import type { SetComment } from "./types";
import { w } from "./words";

type Place = [number, number];

export interface CommentsOptions {
  map: L.Map;
  /** What people call the step of that key. */
  nameOf(key: string): string | null;
  /** Out of sight while nobody has said anything. */
  quiet: boolean;
}

function pinIcon(words: string, fresh = false): L.DivIcon {
  return L.divIcon({ className: "", html: h("span", { class: `comment-pin ${fresh ? "fresh" : ""}` }, words), iconSize: [30, 30], iconAnchor: [15, 30] });
}

export class Comments {
  readonly element = h("section", { class: "comments", "aria-label": w("comment.name"), hidden: true });
  private readonly list = h("ol", { class: "comment-list" });
  private readonly text = h("textarea", { class: "input", rows: 2, maxlength: 10_000, "aria-label": w("comment.text"), placeholder: w("comment.text") });
  private readonly target = h("div", { class: "row comment-target" });
  private readonly pinButton: HTMLButtonElement;
  private readonly pins = L.layerGroup();
  private readonly markers = new Map<number, L.Marker>();
  private set: number | null = null;
  private place: Place | null = null;
  private key = "";
  private fresh: L.Marker | null = null;
  private pinning = false;

  constructor(private readonly options: CommentsOptions) {
    this.pinButton = h("button", { type: "button", class: "button small-button", "aria-pressed": "false", click: () => this.setPinning(!this.pinning) }, icon("map-pin", "icon-small"), w("comment.pin"));
    const send = h("button", { type: "submit", class: "button small-button primary" }, icon("send", "icon-small"), w("comment.send"));
    const form = h("form", { class: "comment-form" }, this.text, this.target, h("div", { class: "row" }, this.pinButton, send));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    this.text.addEventListener("keydown", (event) => {
      event.stopPropagation(); // keys of the map stay out
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void this.send();
      if (event.key === "Escape" && this.pinning) this.setPinning(false);
    });
    this.element.append(h("h4", {}, icon("message-circle", "icon-small"), w("comment.name")), this.list, form);
  }

  async show(set: number): Promise<void> {
    if (this.set !== set) this.clear();
    this.set = set;
    this.pins.addTo(this.options.map);
    const { comments } = await server.comments(set);
    if (this.set === set) this.draw(comments);
  }

  clear(): void {
    this.set = null;
    this.element.hidden = true;
    this.text.value = "";
    this.key = "";
    this.setPlace(null);
    this.setPinning(false);
    this.pins.clearLayers().remove();
    this.markers.clear();
  }

  /** The next remark is about this step. */
  about(key: string): void {
    this.key = key;
    this.drawTarget();
    this.text.focus();
    this.text.scrollIntoView({ block: "nearest" });
  }

  /** True when the click, or Enter at the middle of the map, sets the pin. */
  click({ lng, lat }: L.LatLng): boolean {
    if (!this.pinning) return false;
    this.setPinning(false);
    this.setPlace([lng, lat]);
    this.text.focus();
    return true;
  }

  escape(): boolean {
    if (!this.pinning) return false;
    this.setPinning(false);
    return true;
  }

  private idOf(id: number): string {
    return `${this.options.quiet ? "draft-" : ""}comment-${id}`;
  }

  private draw(comments: SetComment[]): void {
    this.element.hidden = this.options.quiet && comments.length === 0;
    this.pins.clearLayers();
    this.markers.clear();
    replaceChildren(this.list, ...comments.map((comment, index) => this.item(comment, index + 1)));
    if (comments.length === 0) replaceChildren(this.list, h("li", { class: "soft small" }, w("comment.none")));
    if (this.fresh) this.fresh.addTo(this.pins);
    this.drawTarget();
  }

  private item({ id, author, text, key, place, created_at }: SetComment, number: number): HTMLElement {
    const about = key ? this.options.nameOf(key) : null;
    const facts = [author, formatMoment(created_at), about].filter(Boolean).join(" · ");
    const words = h("div", {}, h("p", { class: "comment-text" }, text), h("small", { class: "soft" }, facts));
    if (place) this.addPin(id, place, number);
    const go = place ? h("button", { type: "button", class: "comment-pin", "aria-label": w("comment.go", { n: number }), click: () => this.goTo(id, place) }, String(number)) : h("span", { class: "comment-number", "aria-hidden": "true" }, String(number));
    return h("li", { id: this.idOf(id), tabindex: "-1" }, go, words);
  }

  private addPin(id: number, [lon, lat]: Place, number: number): void {
    const marker = L.marker([lat, lon], { icon: pinIcon(String(number)), alt: w("comment.go", { n: number }), keyboard: true, bubblingMouseEvents: false });
    marker.on("click", () => this.pointAt(id));
    marker.addTo(this.pins);
    this.markers.set(id, marker);
  }

  private goTo(id: number, [lon, lat]: Place): void {
    const { map } = this.options;
    map.fitBounds(L.latLng(lat, lon).toBounds(40), { maxZoom: Math.max(map.getZoom(), 18), ...coveredEdges() });
    this.mark(id);
  }

  private pointAt(id: number): void {
    const item = document.getElementById(this.idOf(id));
    item?.scrollIntoView({ block: "center" });
    item?.focus({ preventScroll: true });
    this.mark(id);
  }

  private mark(chosen: number): void {
    for (const [id, marker] of this.markers) marker.getElement()?.classList.toggle("chosen", id === chosen);
    for (const item of this.list.children) item.classList.toggle("chosen", item.id === this.idOf(chosen));
  }

  private setPinning(on: boolean): void {
    this.pinning = on;
    this.pinButton.setAttribute("aria-pressed", String(on));
    this.options.map.getContainer().classList.toggle("pinning", on);
    if (!on) return;
    say(w("comment.pin_hint"));
    if (!phone.matches) this.options.map.getContainer().focus({ preventScroll: true });
  }

  private setPlace(place: Place | null): void {
    this.fresh?.remove();
    this.place = place;
    this.fresh = place ? L.marker([place[1], place[0]], { icon: pinIcon("+", true), interactive: false, keyboard: false }).addTo(this.pins) : null;
    this.drawTarget();
  }

  private drawTarget(): void {
    const chip = (words: string, drop: () => void) => h("button", { type: "button", class: "tag removable", "aria-label": w("comment.drop", { what: words }), click: drop }, words, icon("x", "icon-small"));
    const name = this.key ? (this.options.nameOf(this.key) ?? this.key) : "";
    const dropKey = () => {
      this.key = "";
      this.drawTarget();
    };
    replaceChildren(this.target, name ? chip(name, dropKey) : null, this.place ? chip(w("comment.pinned"), () => this.setPlace(null)) : null);
  }

  private async send(): Promise<void> {
    const text = this.text.value.trim();
    const { set } = this;
    if (set === null) return;
    if (!text) {
      say(w("comment.empty"), "caution");
      this.text.focus();
      return;
    }
    try {
      await server.comment(set, { text, key: this.key, place: this.place });
      this.text.value = "";
      this.key = "";
      this.setPlace(null);
      await this.show(set);
      say(w("comment.sent"), "good");
    } catch (reason) {
      const { title, text: why } = failureWords(reason);
      say(`${title}. ${why}`, "bad"); // what was written stays in the form
    }
  }
}
