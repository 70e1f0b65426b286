/** Which places the chips let through, and in which order they are listed. */
import type { Place } from "../api_types";
import { distanceM } from "../format";

export interface Filter {
  category: string | null;
  openNow: boolean;
  savedOnly: boolean;
}

export const NO_FILTER: Filter = { category: null, openNow: false, savedOnly: false };

export function passes(place: Place, filter: Filter, saved: ReadonlySet<string>): boolean {
  if (filter.category !== null && place.category !== filter.category) return false;
  if (filter.openNow && place.open_now !== true) return false;
  return !filter.savedOnly || saved.has(place.slug);
}

/** Nearest first when the reader's position is known; otherwise the city's listed sites first, then by name. */
export function ordered(places: Place[], here: { lat: number; lon: number } | null): Place[] {
  const byName = (a: Place, b: Place) => a.title.localeCompare(b.title, "vi");
  if (here) return [...places].sort((a, b) => distanceM(here, a) - distanceM(here, b));
  const weight = (place: Place) => (place.in_city ? 0 : 2) + (place.heritage_rank ? 0 : 1);
  return [...places].sort((a, b) => weight(a) - weight(b) || byName(a, b));
}

const KEY = "saved-places";

/** Slugs of the places that this browser keeps; nothing is sent to the server. */
export function savedPlaces(): Set<string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return new Set(Array.isArray(kept) ? kept.filter((slug): slug is string => typeof slug === "string") : []);
  } catch {
    return new Set();
  }
}

/** Keeps or drops a place; true when it is kept now. */
export function togglePlace(slug: string): boolean {
  const saved = savedPlaces();
  const kept = !saved.delete(slug);
  if (kept) saved.add(slug);
  try {
    localStorage.setItem(KEY, JSON.stringify([...saved]));
  } catch {
    return false; // storage is switched off
  }
  return kept;
}
