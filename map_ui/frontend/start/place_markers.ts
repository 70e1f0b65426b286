/** Places on the map as real buttons: reachable by keyboard, named for screen readers. */
import L from "leaflet";
import type { Place, PlaceCategory } from "../api_types";
import { h } from "../dom";
import { badge } from "./place_parts";

const NAMES_FROM_ZOOM = 14;
const BADGE_PX = 32;
const DOT_PX = 16;
// Badges may touch a little before one of them shrinks.
const SLACK_PX = 6;

interface Marked {
  place: Place;
  marker: L.Marker;
  name: HTMLElement;
  element: HTMLElement;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

export class PlaceMarkers {
  private marked: Marked[] = [];
  private selected: string | null = null;

  constructor(
    private readonly map: L.Map,
    private readonly open: (place: Place) => void,
  ) {
    map.on("zoomend moveend", () => this.placeNames());
  }

  /** These places and no others, in the order in which names find room. */
  fill(places: Place[], categories: Map<string, PlaceCategory>): void {
    for (const { marker } of this.marked) marker.remove();
    this.marked = places.map((place) => this.mark(place, categories.get(place.category)));
  }

  /** Only these are on the map; the rest is taken off. */
  show(slugs: ReadonlySet<string>): void {
    for (const { place, marker } of this.marked) {
      if (slugs.has(place.slug)) marker.addTo(this.map);
      else marker.remove();
    }
    this.placeNames();
  }

  select(slug: string | null): void {
    this.selected = slug;
    for (const { place, marker, element } of this.marked) {
      const chosen = place.slug === slug;
      element.classList.toggle("selected", chosen);
      if (chosen) element.setAttribute("aria-current", "true");
      else element.removeAttribute("aria-current");
      marker.setZIndexOffset(chosen ? 10_000 : 0);
    }
    this.placeNames();
  }

  private mark(place: Place, category: PlaceCategory | undefined): Marked {
    const name = h("span", { class: "marker-name", "aria-hidden": "true" }, place.title);
    const element = h("span", { class: "marker" }, badge(place, category), name);
    const marker = L.marker([place.lat, place.lon], {
      icon: L.divIcon({ html: element, className: "marker-holder", iconSize: [44, 44], iconAnchor: [22, 22] }),
      keyboard: true,
      riseOnHover: true,
    });
    marker.on("click", () => this.open(place));
    marker.on("keypress", (event) => {
      if ((event as unknown as L.LeafletKeyboardEvent).originalEvent.key === "Enter") this.open(place);
    });
    marker.on("add", () => {
      const holder = marker.getElement();
      holder?.setAttribute("aria-label", `${place.title}, ${place.category_label}`);
    });
    return { place, marker, name, element };
  }

  /** Names where they fit: the selected place first, then in the order of the list. */
  private placeNames(): void {
    const near = this.map.getZoom() >= NAMES_FROM_ZOOM;
    const shown = this.marked.filter(({ marker }) => this.map.hasLayer(marker));
    const taken = this.shrinkCrowd(shown);
    const first = (entry: Marked) => (entry.place.slug === this.selected ? 0 : 1);
    for (const entry of [...shown].sort((a, b) => first(a) - first(b))) {
      const box = this.boxAround(entry.marker, entry.name.offsetWidth / 2 + 2, entry.name.offsetHeight / 2, 19 + entry.name.offsetHeight / 2);
      const fits = entry.place.slug === this.selected || (near && !taken.some((other) => overlaps(box, other)));
      entry.name.classList.toggle("fits", fits);
      if (fits) taken.push(box);
    }
  }

  /** Where badges would cover each other, those lower in the list become dots. Gives the room that is taken. */
  private shrinkCrowd(shown: Marked[]): Box[] {
    const badges: Box[] = [];
    return shown.map(({ marker, element, place }) => {
      const whole = this.boxAround(marker, BADGE_PX / 2, BADGE_PX / 2, 0);
      const crowded = place.slug !== this.selected && badges.some((other) => overlaps(whole, other));
      element.classList.toggle("dot", crowded);
      if (crowded) return this.boxAround(marker, DOT_PX / 2, DOT_PX / 2, 0);
      badges.push(this.boxAround(marker, BADGE_PX / 2 - SLACK_PX, BADGE_PX / 2 - SLACK_PX, 0));
      return whole;
    });
  }

  private boxAround(marker: L.Marker, halfWidth: number, halfHeight: number, below: number): Box {
    const { x, y } = this.map.latLngToContainerPoint(marker.getLatLng());
    return { left: x - halfWidth, right: x + halfWidth, top: y + below - halfHeight, bottom: y + below + halfHeight };
  }
}
