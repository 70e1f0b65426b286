/** The public start page: the city's places to go on a map and as an equal list. */
import L from "leaflet";
import { api } from "./api";
import type { Place, PlaceCategory, Places, SearchResult } from "./api_types";
import { h, iconButton, replaceChildren, required } from "./dom";
import { matches } from "./folding";
import { language, t } from "./i18n";
import { createCityMap, type CityMap } from "./map/city_map";
import { pageCity } from "./map/page_city";
import { addScale, buttonGroup, locateButton, wholeCityButton, zoomButtons } from "./map/map_buttons";
import { parsePermalink, permalinkHash, type Permalink } from "./permalink";
import { keepAddress, mapStateOf, startPageFrame } from "./shell/page_frame";
import { coveredEdges, Panel, phone, showPosition } from "./shell/panel";
import { SearchBox } from "./shell/search_box";
import { emptyState, errorState, skeleton } from "./shell/states";
import { PlaceChips } from "./start/place_chips";
import { Live } from "./viewer/live";
import { ordered, passes, savedPlaces } from "./start/place_filter";
import { PlaceMarkers } from "./start/place_markers";
import { placeCard, placeSheet, type Here } from "./start/place_parts";

const SELECTION = "place";
const CLOSE_ENOUGH = 14;
const LATE_ENOUGH_MS = 10_000; // of a change of a place

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

class StartPage {
  // Read here: the address may have changed while the places were on their way.
  private readonly link = parsePermalink(location.hash);
  private readonly city: CityMap;
  private readonly left: Panel;
  private readonly right: Panel;
  private readonly chips: PlaceChips;
  private readonly markers: PlaceMarkers;
  private readonly search: SearchBox;
  private categories = new Map<string, PlaceCategory>();
  private here: Here = null;
  private selected: Place | null = null;

  private readonly about = pageCity();

  constructor(private all: Places) {
    this.city = createCityMap(required("#map"), { ...this.about, start: this.link.map, basemap: null });
    this.left = new Panel(required("#panel-left"), t("panel.places"), () => this.closeLeft());
    this.right = new Panel(required("#panel-right"), t("feature.selected"), () => this.select(null));
    this.chips = new PlaceChips(required("#chips"), all.categories, () => this.draw());
    this.markers = new PlaceMarkers(this.city.map, (place) => this.select(place));
    this.fill();
    this.search = this.makeSearch();
    this.start();
  }

  private start(): void {
    const { map } = this.city;
    const tools = required("#map-tools");
    const locate = locateButton(map, this.about.city, ({ lat, lng }) => {
      this.here = { lat, lon: lng };
      this.draw();
    });
    const list = iconButton("list", t("places.list"), () => (this.left.open && !phone.matches ? this.closeLeft() : this.left.show("half", true)), { "aria-controls": "panel-left" });
    replaceChildren(tools, buttonGroup(t("places.list"), list), buttonGroup(t("map.place"), locate, wholeCityButton(map, this.about.city)), zoomButtons(map));
    addScale(map);
    map.on("moveend", () => this.keepAddress());
    map.on("click", () => this.select(null));
    this.left.show(phone.matches ? "peek" : "half");
    this.draw();
    if (this.link.map === null) this.showAll();
    this.follow(this.link);
    window.addEventListener("hashchange", () => this.follow(parsePermalink(location.hash)));
    this.search.askedByAddress();
    new Live({
      everyMs: LATE_ENOUGH_MS,
      onChanges: (changes) => changes.some(({ layer }) => this.all.layers.includes(layer)) && void this.readAgain(),
      onOld: () => void this.readAgain(),
      onLayers: () => undefined,
      onEditing: () => undefined,
    });
    startPageFrame({ search: () => this.search.focus(), escape: () => this.escape() });
    this.keepAddress();
  }

  private fill(): void {
    this.categories = new Map(this.all.categories.map((category) => [category.code, category]));
    this.markers.fill(ordered(this.all.places, null), this.categories);
  }

  /** Somebody changed places: what is open stays open, and follows. */
  private async readAgain(): Promise<void> {
    const found = await api.placesNow().catch(() => null); // the next change asks again
    if (!found || JSON.stringify(found) === JSON.stringify(this.all)) return;
    this.all = found;
    const focused = document.activeElement?.closest<HTMLElement>("[data-slug]")?.dataset["slug"];
    this.fill();
    this.chips.offer(found.categories);
    if (focused) this.left.body.querySelector<HTMLElement>(`[data-slug="${CSS.escape(focused)}"] :is(a, button)`)?.focus({ preventScroll: true });
    const { selected } = this;
    if (selected) this.select(found.places.find(({ id }) => id === selected.id) ?? null);
  }

  /** Shows what an address names: a position, a place or both. */
  private follow({ map: position, selection }: Permalink): void {
    if (position) this.city.map.setView([position.lat, position.lon], position.zoom, { animate: false });
    const slug = selection?.layer === SELECTION ? selection.id : null;
    const named = this.all.places.find((place) => place.slug === slug);
    if (named) this.select(named, position === null);
  }

  /** The places of the city in the window, never so far out that they cannot be told apart. */
  private showAll(): void {
    const inside = this.all.places.filter((place) => place.in_city);
    if (inside.length === 0) return;
    const { map } = this.city;
    const bounds = L.latLngBounds(inside.map(({ lat, lon }) => [lat, lon]));
    map.fitBounds(bounds, { maxZoom: 15, animate: false, ...coveredEdges() });
    if (map.getZoom() >= CLOSE_ENOUGH) return;
    const middle = L.latLng(median(inside.map(({ lat }) => lat)), median(inside.map(({ lon }) => lon)));
    showPosition(map, middle, CLOSE_ENOUGH);
  }

  private draw(): void {
    const saved = savedPlaces();
    const shown = ordered(this.all.places.filter((place) => passes(place, this.chips.filter, saved)), this.here);
    this.markers.show(new Set(shown.map(({ slug }) => slug)));
    const total = this.all.places.length;
    const words = shown.length === total ? t("place.count", { n: total }) : t("place.count_filtered", { n: shown.length, total });
    const count = h("p", { class: "soft small list-count", role: "status" }, words);
    const cards = shown.map((place) => placeCard(place, this.categories.get(place.category), this.here, () => this.select(place, true, true)));
    const none = h("div", {}, emptyState("search", t("place.none"), t("place.none_text")), h("button", { type: "button", class: "button", click: () => this.chips.reset() }, t("place.reset")));
    replaceChildren(this.left.body, count, cards.length > 0 ? h("ul", { class: "cards", "aria-label": t("places.list") }, ...cards) : none);
    this.markListed();
  }

  private select(place: Place | null, moveMap = false, focus = false): void {
    this.selected = place;
    this.markers.select(place?.slug ?? null);
    this.markListed();
    if (place) {
      this.right.title.textContent = place.category_label;
      replaceChildren(this.right.body, ...placeSheet(place, this.categories.get(place.category), this.here, () => this.draw()));
      this.right.body.scrollTop = 0;
      this.right.show("half", focus);
    } else this.right.hide();
    if (phone.matches) this.left.element.hidden = place !== null;
    if (place) this.bringIntoView(place, moveMap);
    this.keepAddress();
  }

  private bringIntoView({ lat, lon }: Place, moveMap: boolean): void {
    const { map } = this.city;
    if (moveMap) showPosition(map, [lat, lon], 15);
    else map.panInside([lat, lon], coveredEdges());
  }

  private markListed(): void {
    for (const row of this.left.body.querySelectorAll<HTMLElement>("[data-slug]")) {
      row.classList.toggle("selected", row.dataset["slug"] === this.selected?.slug);
    }
  }

  private makeSearch(): SearchBox {
    return new SearchBox({
      near: () => ({ lon: this.city.map.getCenter().lng, lat: this.city.map.getCenter().lat }),
      local: (text) => this.matching(text),
      onChoose: (result) => this.goTo(result),
    });
  }

  private matching(text: string): SearchResult[] {
    const found = this.all.places.filter((place) => matches(`${place.title} ${place.original_title} ${place.category_label}`, text));
    return found.slice(0, 6).map((place) => ({
      kind: "place", title: place.title, subtitle: place.category_label, layer: SELECTION, id: place.id, lon: place.lon, lat: place.lat, bbox_4326: null, href: place.href,
    }));
  }

  /** A place opens here; anything else opens in the viewer, which shows its layer. */
  private goTo(result: SearchResult): void {
    const place = this.all.places.find(({ id, href }) => id === result.id || href === result.href);
    if (place) {
      this.select(place, true, true);
      return;
    }
    const selection = result.layer && result.id ? { layer: result.layer, id: result.id } : null;
    const layers = selection ? [{ slug: selection.layer, opacity: 1 }] : null;
    const hash = permalinkHash({ map: { zoom: 17, lat: result.lat, lon: result.lon }, layers, selection, base: null });
    location.assign(`/${language}/map${hash}`);
  }

  private closeLeft(): void {
    if (phone.matches) this.left.setHeight("peek");
    else this.left.hide();
  }

  private keepAddress(): void {
    const selection = this.selected ? { layer: SELECTION, id: this.selected.slug } : null;
    keepAddress(permalinkHash({ map: mapStateOf(this.city.map), layers: null, selection, base: null }));
  }

  private escape(): boolean {
    if (this.selected) this.select(null);
    else if (this.left.open) this.closeLeft();
    else return false;
    return true;
  }
}

async function open(): Promise<void> {
  const panel = required("#panel-left");
  const waiting = window.setTimeout(() => replaceChildren(panel, skeleton(8)), 300);
  try {
    const places = await api.places();
    window.clearTimeout(waiting);
    replaceChildren(panel);
    new StartPage(places);
  } catch (reason) {
    window.clearTimeout(waiting);
    replaceChildren(panel, h("div", { class: "panel-body" }, errorState(reason, () => void open())));
    throw reason;
  }
}

void open();
