/** What the editor works with. */
import type L from "leaflet";
import type { LonLat } from "../api_types";
import type { Zone } from "../coordinates";
import { coveredEdges, type Panel } from "../shell/panel";
import type { Checks } from "./checks";
import type { Draft } from "./draft";
import type { DraftOverlay } from "./draft_overlay";
import type { EditBar } from "./edit_bar";
import type { Forms } from "./forms";
import { boundsOf } from "./geometry";
import type { DraftKeeper } from "./keeping";

const BAR_PIXELS = 150;
const LOCKS = "layers of attributes only";

export interface EditorOptions {
  map: L.Map;
  zone: Zone;
  panel: Panel;
  draft: Draft;
  keeper: DraftKeeper;
  checks: Checks;
  forms: Forms;
  overlay: DraftOverlay;
  bar: EditBar;
  editableVisible(): string[];
  makeVisible(layer: string): void;
  onTake(): void;
  onStart(): void;
  onStop(): void;
}

/** Moves the map as far as it must, so that neither panels nor tools cover the feature. */
export function showFree(map: L.Map, geometry: GeoJSON.Geometry | null): void {
  if (!geometry) return;
  const { paddingTopLeft: [left, top], paddingBottomRight: [right, bottom] } = coveredEdges();
  map.panInside(boundsOf(geometry).getCenter(), { paddingTopLeft: [left + 40, top + BAR_PIXELS], paddingBottomRight: [right + 40, bottom + 40] });
}

/** Moves the map as far as it must to show a position beside panels and below the tools. */
export function showCorner(map: L.Map, [lon, lat]: LonLat): void {
  const { paddingTopLeft: [left], paddingBottomRight: [right, bottom] } = coveredEdges();
  const tools = document.querySelector(".edit-bar:not([hidden])")?.getBoundingClientRect().bottom ?? 0;
  const top = Math.min(tools, map.getSize().y / 2);
  map.panInside([lat, lon], { paddingTopLeft: [left + 40, top + 40], paddingBottomRight: [right + 40, bottom + 40] });
}

/** A map that is edited has another pointer, and a double click ends a line. */
export function markEditing(map: L.Map, editing: boolean): void {
  map.getContainer().classList.toggle("editing", editing);
  if (editing) map.doubleClickZoom.disable();
  else map.doubleClickZoom.enable();
}

/** The layers of which this person edits attributes only; kept in the browser. */
export class Locks {
  private readonly layers = new Set<string>(JSON.parse(localStorage.getItem(LOCKS) ?? "[]") as string[]);

  has(layer: string): boolean {
    return this.layers.has(layer);
  }

  set(layer: string, locked: boolean): void {
    if (locked) this.layers.add(layer);
    else this.layers.delete(layer);
    localStorage.setItem(LOCKS, JSON.stringify([...this.layers]));
  }
}
