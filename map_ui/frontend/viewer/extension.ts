/** What a page for staff adds to the viewer; the viewer knows only this much of it. */
import type L from "leaflet";
import type { Catalog, MapFeature } from "../api_types";
import type { Zone } from "../coordinates";
import type { VectorLayer } from "../map/vector_layer";
import type { Panel } from "../shell/panel";
import type { Tab } from "../shell/tabs";
import type { LayerStore } from "./layer_store";
import type { Others } from "./others";

export interface ViewerParts {
  catalog: Catalog;
  store: LayerStore;
  zone: Zone;
  map: L.Map;
  vectors: VectorLayer;
  left: Panel;
  right: Panel;
  /** Shows the sheet of a feature. */
  openFeature(layer: string, id: string): void;
  clearSelection(): void;
  showTab(key: string): void;
  /** Tiles are asked for again: the data behind them changed. */
  refreshTiles(): void;
  /** Tells what others write and where they are editing. */
  others: Others;
}

export interface ViewerExtension {
  tab: Tab | null;
  /** A button for a row of the layer tree. */
  layerButton(slug: string): HTMLElement | null;
  /** Buttons for the sheet of a feature. */
  featureButtons(feature: MapFeature): HTMLElement[];
  /** True when the click is the extension's. */
  click(position: L.LatLng): boolean;
  /** The reader closed the right panel; true when it was the extension's. */
  closePanel(): boolean;
  escape(): boolean;
}

export type Extend = (parts: ViewerParts) => ViewerExtension;
