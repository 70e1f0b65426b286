/** The canvas layer that draws the own basemap and every active overlay in one pass,
 *  so that all names share the room. Changing what is shown swaps the layer once the new one is ready. */
import L from "leaflet";
import { Labelers, leafletLayer, TileCache, View } from "protomaps-leaflet";
import type { LabelRule, PaintRule } from "protomaps-leaflet";
import type { Bbox } from "../api_types";
import { language } from "../i18n";
import { token } from "../dom";
import { BASE_SOURCE, BASE_TILES, baseLabelRules, basePaintRules } from "./base_rules";
import { AlteredTiles, type Alterations } from "./altered_tiles";
import { loadIconPaths } from "./icon_paths";
import { DISPLAY_ABOVE_TILE, FINEST_TILE_ZOOM, LayerTiles, TILE_PIXELS, type TiledLayer } from "./layer_tiles";
import { iconNames, OVERLAY_SOURCE, overlayLabelRules, overlayPaintRules, type ActiveLayer } from "./overlay_rules";
import { LABEL_FONT } from "./text_labels";
import { displayedFrom, refreshView } from "./tile_refresh";

// protomaps-leaflet expects Leaflet as a global.
(window as unknown as { L: typeof L }).L = L;

/** The parts of protomaps' layer that are set after it is made. */
interface CanvasLayer extends L.GridLayer {
  views: Map<string, View>;
  labelers: Labelers;
  labelRules: LabelRule[];
  scratch: CanvasRenderingContext2D;
  onTilesInvalidated: (tiles: Set<string>) => void;
  rerenderTile(key: string): void;
  rerenderTiles(): void;
}

// Names of more tiles than this are forgotten; a 4K screen shows about 40.
const LABELLED_TILES = 96;

/** The pane of overlays and names while pictures lie under them (viewer.css). */
export const ABOVE_PICTURES = "above-pictures";

export interface VectorLayerOptions {
  bbox: Bbox;
  /** Slugs of the own basemap's layers that this city publishes. */
  baseLayers: string[];
  onReach(reachable: boolean): void;
}

function fontsReady(): Promise<unknown> {
  const families = [400, 600].map((weight) => document.fonts.load(`${weight} 12px ${LABEL_FONT}`, "aĐẾ"));
  return Promise.allSettled(families);
}

function paddedBounds([west, south, east, north]: Bbox): L.LatLngBounds {
  return L.latLngBounds([south, west], [north, east]).pad(0.6);
}

export class VectorLayer {
  private shown: CanvasLayer[] = [];
  private baseView: View;
  private overlayView: { slugs: string; view: View } | null = null;
  private active: ActiveLayer[] = [];
  private drawn: ActiveLayer[] = [];
  private withBase = true;
  private split = false;
  private reachable = true;
  private alterations: Alterations | null = null;

  constructor(
    private readonly map: L.Map,
    private readonly options: VectorLayerOptions,
  ) {
    this.baseView = this.freshBaseView();
  }

  setBase(shown: boolean): void {
    this.withBase = shown;
    this.redraw();
  }

  /** Bottom layer first. */
  setActive(active: ActiveLayer[]): void {
    const before = this.active.map(({ layer }) => layer.slug).join();
    this.active = active;
    if (before === active.map(({ layer }) => layer.slug).join() && this.shown.length > 0) this.repaint();
    else this.redraw();
  }

  /** Pictures lie between the ground and everything else; then two canvases are needed. */
  setSplit(split: boolean): void {
    if (split === this.split) return;
    this.split = split;
    this.redraw();
  }

  /** New colours or names, same tiles. */
  redraw(): void {
    const previous = this.shown;
    const next = this.made();
    this.shown = next;
    const removePrevious = () => previous.forEach((layer) => layer.remove());
    let loading = next.length;
    for (const layer of next) {
      layer.once("load", () => --loading === 0 && removePrevious());
      layer.addTo(this.map);
    }
    // A layer that nobody sees loads nothing and would never take the old one away.
    window.setTimeout(removePrevious, 4000);
  }

  /** Asks for every tile again: the data behind them changed. */
  reload(): void {
    this.baseView = this.freshBaseView();
    this.overlayView = null;
    this.redraw();
  }

  /** Draws layers with features changed until told otherwise; null ends it. */
  alter(alterations: Alterations | null): void {
    if (alterations === this.alterations) return;
    this.alterations = alterations;
    this.overlayView = null;
    this.redraw();
  }

  /** The canvases that are on the map now, for somebody who cuts them. */
  get canvases(): L.GridLayer[] {
    return this.shown;
  }

  /** A canvas of its own with features changed; the caller puts it on the map. */
  beside(alterations: Alterations, pane: string): L.GridLayer {
    const base = this.withBase;
    const entries = this.active.map((entry) => ({ ...entry }));
    const labels = [...overlayLabelRules(entries), ...(base ? baseLabelRules() : [])];
    const paint = [...(base ? basePaintRules() : []), ...overlayPaintRules(entries)];
    const overlays = this.viewOf(entries.map(({ layer }) => layer), language, alterations);
    return this.canvas(paint, labels, { backgroundColor: base ? token("map-outside") : null, pane }, overlays);
  }

  /** Draws the tiles anew in which something of their layers was written; all others stay. */
  async refresh(changes: { layer: string; bbox_4326: Bbox }[]): Promise<void> {
    const overlay = this.overlayView;
    const sources: [string, View, (slug: string) => boolean][] = [[BASE_SOURCE, this.baseView, (slug) => this.ground.some((layer) => layer.slug === slug)]];
    if (overlay) sources.push([OVERLAY_SOURCE, overlay.view, (slug) => overlay.slugs.split(",").includes(slug)]);
    for (const [source, view, holds] of sources) {
      const boxes = changes.filter(({ layer }) => holds(layer)).map(({ bbox_4326 }) => bbox_4326);
      if (boxes.length > 0) this.drawAgain(source, await refreshView(view, boxes, this.tileZoom()));
    }
  }

  private drawAgain(source: string, dataTiles: string[]): void {
    for (const layer of this.shown) {
      for (const { index } of layer.labelers.labelers.values()) for (const key of dataTiles) index.pruneKey(`${key}:${source}`);
      for (const key of displayedFrom(Object.keys((layer as unknown as { _tiles: Record<string, unknown> })._tiles), dataTiles, DISPLAY_ABOVE_TILE)) layer.rerenderTile(key);
    }
  }

  private get ground(): TiledLayer[] {
    return BASE_TILES.filter(({ slug }) => this.options.baseLayers.includes(slug));
  }

  private freshBaseView(): View {
    return this.viewOf(this.ground, "vi"); // as the street signs say
  }

  private tileZoom(): number {
    return Math.min(Math.round(this.map.getZoom()) - DISPLAY_ABOVE_TILE, FINEST_TILE_ZOOM);
  }

  /** Tiles that failed are asked for again as soon as any other tile comes. */
  private onReach(reachable: boolean): void {
    if (reachable && !this.reachable) window.setTimeout(() => this.redraw(), 500);
    this.reachable = reachable;
    this.options.onReach(reachable);
  }

  private repaint(): void {
    const opacities = new Map(this.active.map(({ layer, opacity }) => [layer.slug, opacity]));
    for (const entry of this.drawn) entry.opacity = opacities.get(entry.layer.slug) ?? entry.opacity;
    for (const layer of this.shown) layer.rerenderTiles();
  }

  private viewOf(layers: TiledLayer[], labelLanguage: string, alterations: Alterations | null = null): View {
    const tiles = new LayerTiles(layers, labelLanguage, () => this.tileZoom(), (reachable) => this.onReach(reachable));
    const source = alterations ? new AlteredTiles(tiles, alterations) : tiles;
    return new View(new TileCache(source, TILE_PIXELS), FINEST_TILE_ZOOM, DISPLAY_ABOVE_TILE);
  }

  private currentOverlayView(): View | null {
    if (this.active.length === 0) return null;
    const layers = this.active.map(({ layer }) => layer);
    // One address per set of layers, whatever their drawing order: better for every cache.
    const slugs = layers.map((layer) => layer.slug).sort().join();
    if (this.overlayView?.slugs !== slugs) {
      const sorted = [...layers].sort((a, b) => (a.slug < b.slug ? -1 : 1));
      this.overlayView = { slugs, view: this.viewOf(sorted, language, this.alterations) };
    }
    return this.overlayView.view;
  }

  private made(): CanvasLayer[] {
    this.drawn = this.active.map((entry) => ({ ...entry }));
    const base = this.withBase;
    const ground = base ? basePaintRules() : [];
    const overlays = overlayPaintRules(this.drawn);
    const labels = [...overlayLabelRules(this.drawn), ...(base ? baseLabelRules() : [])];
    const backgroundColor = base ? token("map-outside") : null;
    if (!this.split || !base) return [this.canvas([...ground, ...overlays], labels, { backgroundColor, pane: "tilePane" })];
    return [
      this.canvas(ground, [], { backgroundColor, pane: "tilePane" }),
      this.canvas(overlays, labels, { backgroundColor: null, pane: ABOVE_PICTURES }),
    ];
  }

  private canvas(paintRules: PaintRule[], labelRules: LabelRule[], look: { backgroundColor: string | null; pane: string }, overlays = this.currentOverlayView()): CanvasLayer {
    const icons = loadIconPaths(this.active.flatMap(({ layer }) => iconNames(layer)));
    const settings = {
      sources: {},
      paintRules,
      labelRules,
      attribution: "",
      lang: language,
      tileDelay: 1,
      keepBuffer: 1,
      maxZoom: 20,
      bounds: paddedBounds(this.options.bbox),
      tasks: [Promise.all([fontsReady(), icons])],
      pane: look.pane,
      ...(look.backgroundColor ? { backgroundColor: look.backgroundColor } : {}),
    };
    const layer = leafletLayer(settings as never) as unknown as CanvasLayer;
    if (this.withBase) layer.views.set(BASE_SOURCE, this.baseView);
    if (overlays) layer.views.set(OVERLAY_SOURCE, overlays);
    layer.labelers = new Labelers(layer.scratch, layer.labelRules, LABELLED_TILES, layer.onTilesInvalidated);
    return layer;
  }
}
