/** Which layers are on, in which order and how strongly: the one place that knows. */
import type { Catalog, CatalogLayer, CatalogRaster } from "../api_types";
import { BASE_LAYERS } from "../map/base_rules";

export type Item = { kind: "vector"; layer: CatalogLayer } | { kind: "raster"; raster: CatalogRaster };

export interface StoredLayer {
  slug: string;
  title: string;
  item: Item;
  visible: boolean;
  opacity: number;
}

export class LayerStore {
  /** Top of the map first. */
  private entries: StoredLayer[];
  private readonly listeners: (() => void)[] = [];

  /** Layers of the basemap start switched off: the own basemap draws them already. */
  constructor(catalog: Catalog) {
    const vectors = [...catalog.layers].sort((a, b) => b.position - a.position);
    this.entries = [
      ...vectors.map((layer): StoredLayer => ({ slug: layer.slug, title: layer.title, item: { kind: "vector", layer }, visible: layer.visible && !BASE_LAYERS.includes(layer.slug), opacity: 1 })),
      ...catalog.rasters.map((raster): StoredLayer => ({ slug: raster.slug, title: raster.title, item: { kind: "raster", raster }, visible: raster.visible, opacity: 0.8 })),
    ];
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  get all(): readonly StoredLayer[] {
    return this.entries;
  }

  /** Top of the map first. */
  get visible(): StoredLayer[] {
    return this.entries.filter((entry) => entry.visible);
  }

  find(slug: string): StoredLayer | undefined {
    return this.entries.find((entry) => entry.slug === slug);
  }

  setVisible(slug: string, visible: boolean): void {
    this.change(slug, (entry) => (entry.visible = visible));
  }

  setOpacity(slug: string, opacity: number): void {
    this.change(slug, (entry) => (entry.opacity = opacity));
  }

  hideAll(): void {
    for (const entry of this.entries) entry.visible = false;
    this.tell();
  }

  /** Swaps a visible layer with its visible neighbour above (-1) or below (+1). */
  move(slug: string, by: -1 | 1): void {
    const shown = this.visible;
    const other = shown[shown.findIndex((entry) => entry.slug === slug) + by];
    const from = this.entries.findIndex((entry) => entry.slug === slug);
    const to = other ? this.entries.indexOf(other) : -1;
    const moved = this.entries[from];
    if (!moved || to < 0) return;
    this.entries.splice(from, 1);
    this.entries.splice(to, 0, moved);
    this.tell();
  }

  /** Exactly these layers, the first on top; unknown slugs are passed over. */
  restore(wanted: { slug: string; opacity: number }[]): void {
    const known = wanted.flatMap(({ slug, opacity }) => {
      const entry = this.find(slug);
      return entry ? [Object.assign(entry, { visible: true, opacity })] : [];
    });
    const rest = this.entries.filter((entry) => !known.includes(entry));
    for (const entry of rest) entry.visible = false;
    this.entries = [...known, ...rest];
    this.tell();
  }

  private change(slug: string, apply: (entry: StoredLayer) => void): void {
    const entry = this.find(slug);
    if (!entry) return;
    apply(entry);
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

/** The display zoom from which a layer's tiles hold data (tiles are drawn one zoom closer). */
export function firstZoom(entry: StoredLayer): number {
  return entry.item.kind === "raster" ? entry.item.raster.min_zoom : Math.min(entry.item.layer.min_zoom + 1, 18);
}
