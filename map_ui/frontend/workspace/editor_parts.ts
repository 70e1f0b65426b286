/** What the editor works with. */
import type L from "leaflet";
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
