/** What every map page has: the phone menu, keys that work everywhere, links that keep the place. */
import type L from "leaflet";
import { required } from "../dom";
import { carryHashToLinks } from "../permalink";
import { watchConnection } from "./messages";

export interface PageKeys {
  search(): void;
  /** Closes the uppermost thing; false when nothing was open. */
  escape(): boolean;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

function watchKeys(keys: PageKeys): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && keys.escape()) event.preventDefault();
    if (event.key === "/" && !isTyping(event.target)) {
      event.preventDefault();
      keys.search();
    }
  });
}

function watchMenu(): void {
  const button = required<HTMLButtonElement>("#menu-button");
  const menu = required("#menu");
  const set = (open: boolean) => {
    button.setAttribute("aria-expanded", String(open));
    menu.classList.toggle("open", open);
  };
  button.addEventListener("click", () => set(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Node && !menu.contains(event.target) && !button.contains(event.target)) set(false);
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    set(false);
    button.focus();
  });
}

/** Replaces the address without a new history entry, and the other language's link with it. */
export function keepAddress(hash: string): void {
  history.replaceState(history.state, "", hash);
  carryHashToLinks(hash);
}

export function startPageFrame(keys: PageKeys): void {
  watchKeys(keys);
  watchMenu();
  watchConnection();
}

/** The centre and zoom of a map, for addresses. */
export function mapStateOf(map: L.Map): { zoom: number; lat: number; lon: number } {
  const centre = map.getCenter();
  return { zoom: map.getZoom(), lat: centre.lat, lon: centre.lng };
}
