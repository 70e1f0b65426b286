/** Where the data would lie in each likely coordinate system, drawn over the outline of the city. */
import { h, icon, svg } from "../dom";
import { formatNumber } from "../format";
import { placeMap } from "./place_map";
import type { MapFrame } from "./map_frame";
import type { Candidate, Place } from "./types";
import { w } from "./words";

const SIZE = 160;
const MARGIN = 14;
const SHOWN = 6;
const UNNAMED = "crs_unnamed"; // the file describes a system that is none of the usual ones
const UNSHIFTED = "crs_unshifted"; // the corners meet those on the map in one reading of two

export function placeCards(place: Place, frame: MapFrame, choose: (key: string) => void): HTMLElement {
  const all = place.declared ? [place.declared, ...place.candidates.filter(({ key }) => key !== place.declared?.key)] : place.candidates;
  const chosen = all.find(({ key }) => key === place.crs);
  const others = all.filter((one) => one !== chosen);
  // Where a person has to choose, what the file itself says puts the data elsewhere: it comes last.
  if (!chosen) others.sort((one, other) => Number(one.share_inside < 0.5) - Number(other.share_inside < 0.5));
  const shown = [...(chosen ? [chosen] : []), ...others].slice(0, SHOWN);
  const map = placeMap(place, frame, chosen ?? shown[0] ?? null);
  const cards = shown.map((candidate) => {
    const button = card(place, candidate, candidate.key === place.crs, () => choose(candidate.key));
    for (const event of ["focus", "pointerenter"]) button.addEventListener(event, () => map?.show(candidate));
    return button;
  });
  return h(
    "section",
    { class: "card stack", "aria-labelledby": "place-title" },
    h("h2", { id: "place-title" }, w("place.title")),
    verdict(place, chosen),
    map?.element ?? null,
    cards.length > 0 ? h("div", { class: "place-cards", role: "group", "aria-labelledby": "place-title" }, ...cards) : null,
    other(choose),
  );
}

function verdict(place: Place, chosen: Candidate | undefined): HTMLElement {
  if (place.crs === null) {
    return h("p", { class: "note caution", role: "alert" }, icon("triangle-alert"), question(place));
  }
  if (chosen && chosen.share_inside < 0.5) {
    const words = chosen.share_inside < 0.005 ? w("place.nothing_inside", { name: chosen.name }) : w("place.outside", { share: percent(chosen) });
    return h("p", { class: "note caution" }, icon("triangle-alert"), words);
  }
  const name = chosen?.name ?? place.name;
  if (place.chosen) return h("p", { class: "note good" }, icon("check"), w("place.by_you", { name }));
  return h("p", { class: "note good" }, icon("check"), place.declared ? w("place.declared", { name }) : w("place.guessed", { name }));
}

function question({ question: code, declared }: Place): string {
  if (code === UNSHIFTED) return w("place.unshifted");
  if (code === UNNAMED) return w("place.unnamed");
  return declared ? w("place.contradicted", { name: declared.name }) : w("place.unknown");
}

/** The number that surveyors know a system by; a mark of our own behind it says nothing to them. */
function number({ key, name }: Candidate): HTMLElement | null {
  const known = key.split("+")[0] ?? "";
  return known === name ? null : h("span", { class: "soft small" }, known);
}

function percent({ share_inside: share }: Candidate): string {
  return `${formatNumber(share * 100, 0)}%`;
}

function card(place: Place, candidate: Candidate, chosen: boolean, choose: () => void): HTMLElement {
  const words = h("span", { class: "place-words" }, h("strong", {}, candidate.name), number(candidate), h("span", { class: "small" }, w("place.inside", { share: percent(candidate) })));
  const meets = place.question === UNSHIFTED && candidate.key.endsWith("+unshifted") ? h("span", { class: "tag good" }, w("place.meets")) : null;
  const mark = candidate.key === place.declared?.key ? h("span", { class: "tag" }, w("place.by_file")) : null;
  return h("button", { type: "button", class: "place-card", "aria-pressed": String(chosen), click: chosen ? () => undefined : choose }, drawing(place, candidate), words, mark, meets, chosen ? h("span", { class: "tag good" }, icon("check", "icon-small"), w("place.chosen")) : h("span", { class: "place-use small" }, w("place.use")));
}

/** Outline and positions in one picture; what lies far away is drawn at its edge. */
function drawing(place: Place, candidate: Candidate): SVGElement {
  const rings = place.outline_4326.type === "Polygon" ? [place.outline_4326.coordinates[0]] : place.outline_4326.coordinates.map((part) => part[0]);
  const corners = rings.flatMap((ring) => ring ?? []) as [number, number][];
  const box = bounds(corners);
  const narrow = Math.cos((((box.south + box.north) / 2) * Math.PI) / 180);
  const scale = (SIZE - 2 * MARGIN) / Math.max((box.east - box.west) * narrow, box.north - box.south);
  const x = (lon: number) => SIZE / 2 + (lon - (box.west + box.east) / 2) * narrow * scale;
  const y = (lat: number) => SIZE / 2 - (lat - (box.south + box.north) / 2) * scale;
  const path = rings.map((ring) => `M${(ring ?? []).map(([lon, lat]) => `${x(lon ?? 0).toFixed(1)} ${y(lat ?? 0).toFixed(1)}`).join("L")}Z`).join("");
  const clip = (value: number) => Math.min(SIZE - 4, Math.max(4, value));
  const dots = candidate.positions_4326.map(([lon, lat]) => {
    const [px, py] = [clip(x(lon)), clip(y(lat))];
    const away = px !== x(lon) || py !== y(lat);
    return svg("circle", { class: away ? "dot away" : "dot", cx: px.toFixed(1), cy: py.toFixed(1), r: 2.5 });
  });
  return svg("svg", { class: "place-drawing", viewBox: `0 0 ${SIZE} ${SIZE}`, "aria-hidden": "true" }, svg("path", { class: "outline", d: path }), ...dots);
}

function bounds(positions: [number, number][]): { west: number; south: number; east: number; north: number } {
  const lons = positions.map(([lon]) => lon);
  const lats = positions.map(([, lat]) => lat);
  return { west: Math.min(...lons), east: Math.max(...lons), south: Math.min(...lats), north: Math.max(...lats) };
}

/** A system by its code, for those who know it. */
function other(choose: (key: string) => void): HTMLElement {
  const input = h("input", { class: "input", id: "crs", maxlength: 40, autocomplete: "off", placeholder: "EPSG:9210" });
  const form = h("form", { class: "row other-crs" }, input, h("button", { type: "submit", class: "button" }, w("place.use")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) choose(input.value.trim());
  });
  return h("details", {}, h("summary", {}, w("place.other")), h("div", { class: "field" }, h("label", { for: "crs" }, w("place.code")), form));
}
