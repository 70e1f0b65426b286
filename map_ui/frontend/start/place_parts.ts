/** A place as a card of the list and as a sheet with all that is known. */
import type { Place, PlaceCategory } from "../api_types";
import { h, icon, placeIcon } from "../dom";
import { distanceM, formatLatLon, formatLength } from "../format";
import { language, t } from "../i18n";
import { say } from "../shell/messages";
import { savedPlaces, togglePlace } from "./place_filter";

export type Here = { lat: number; lon: number } | null;

// Positions worse than this are marked: a visitor would look for the gate in vain.
const ROUGH_M = 100;

/** The round badge of a category; its colour comes from the code list. */
export function badge(place: Place, category: PlaceCategory | undefined, extraClass = ""): HTMLElement {
  const element = h("span", { class: `badge ${extraClass}`.trim(), "aria-hidden": "true" }, placeIcon(category?.icon ?? place.icon));
  element.style.setProperty("--pin", category?.color ?? "var(--accent)");
  return element;
}

function openTag(place: Place): HTMLElement | null {
  if (place.open_now === null) return null;
  const [tone, words] = place.open_now ? (["good", "place.open"] as const) : (["", "place.closed"] as const);
  return h("span", { class: `tag ${tone}`.trim() }, icon("clock", "icon-small"), t(words));
}

function tags(place: Place, here: Here): HTMLElement {
  const distance = here ? h("span", { class: "tag" }, t("place.distance", { distance: formatLength(distanceM(here, place)) })) : null;
  const outside = place.in_city ? null : h("span", { class: "tag" }, t("place.outside"));
  return h("span", { class: "tags" }, openTag(place), distance, outside);
}

export function placeCard(place: Place, category: PlaceCategory | undefined, here: Here, open: () => void): HTMLElement {
  const words = h(
    "span",
    { class: "card-words" },
    h("strong", {}, place.title),
    h("span", { class: "card-kind" }, place.category_label),
    place.summary ? h("span", { class: "card-summary" }, place.summary) : null,
    tags(place, here),
  );
  return h("li", { "data-slug": place.slug }, h("button", { type: "button", class: "place-card", click: open }, badge(place, category), words));
}

function fact(iconName: string, label: string, value: string | null): HTMLElement | null {
  if (!value) return null;
  return h("div", { class: "fact" }, h("dt", {}, icon(iconName), label), h("dd", {}, value));
}

function directionsHref(place: Place): string {
  return `https://www.openstreetmap.org/directions?to=${place.lat.toFixed(6)}%2C${place.lon.toFixed(6)}`;
}

async function share(place: Place): Promise<void> {
  const url = new URL(place.href, location.href).href;
  try {
    if (navigator.share) await navigator.share({ title: place.title, url });
    else {
      await navigator.clipboard.writeText(url);
      say(t("copied"), "good");
    }
  } catch (reason) {
    const refused = reason instanceof DOMException && reason.name === "AbortError"; // the reader changed their mind
    if (!refused) say(t("copy_failed", { text: url }), "caution");
  }
}

function saveButton(place: Place, changed: () => void): HTMLElement {
  const words = h("span", {});
  const button = h("button", { type: "button", class: "button" }, icon("flag"), words);
  const update = (kept: boolean) => {
    button.setAttribute("aria-pressed", String(kept));
    words.textContent = t(kept ? "place.saved" : "place.save");
  };
  button.addEventListener("click", () => {
    update(togglePlace(place.slug));
    changed();
  });
  update(savedPlaces().has(place.slug));
  return button;
}

function actions(place: Place, changed: () => void): HTMLElement {
  return h(
    "div",
    { class: "row" },
    h("a", { class: "button primary", href: directionsHref(place), rel: "noopener", target: "_blank" }, icon("route"), t("place.directions")),
    saveButton(place, changed),
    h("button", { type: "button", class: "button", click: () => void share(place) }, icon("share-2"), t("place.share")),
  );
}

function summary(place: Place): Node[] {
  if (!place.summary) return [];
  const foreign = place.summary_lang !== null && place.summary_lang !== language;
  const text = h("p", { lang: place.summary_lang }, place.summary);
  return foreign ? [h("p", { class: "tag" }, icon("languages", "icon-small"), t("place.untranslated")), text] : [text];
}

/** Everything about a place; `changed` runs when it is saved or dropped. */
export function placeSheet(place: Place, category: PlaceCategory | undefined, here: Here, changed: () => void): Node[] {
  const original = place.original_title !== place.title ? h("p", { class: "soft", lang: "vi" }, place.original_title) : null;
  const head = h("div", { class: "sheet-head" }, badge(place, category, "large"), h("div", {}, h("h3", {}, place.title), original));
  const rough = (place.accuracy_m ?? 0) >= ROUGH_M;
  const warning = rough ? h("div", { class: "note" }, icon("info"), h("p", {}, t("place.approximate", { distance: formatLength(place.accuracy_m ?? 0) }))) : null;
  const facts = h(
    "dl",
    { class: "fact-list" },
    fact("clock", t("place.hours"), place.hours_text ?? t("place.hours_unknown")),
    fact("ticket", t("place.price"), place.price_text),
    fact("map-pin", t("place.address"), place.address),
    fact("shield", t("place.heritage"), place.heritage_rank),
    fact("crosshair", t("coordinates.name"), formatLatLon(place.lat, place.lon)),
    fact("info", t("place.source"), place.coordinate_source),
  );
  const more = h("a", { class: "button quiet", href: place.href }, t("place.details"), icon("chevron-right"));
  return [head, tags(place, here), actions(place, changed), ...summary(place), warning, facts, more].filter((node): node is HTMLElement => node !== null);
}
