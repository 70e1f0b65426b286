/** The server's JSON, as /api/openapi.json describes it. Coordinates are degrees, longitude first. */
export type Bbox = [west: number, south: number, east: number, north: number];
export type LonLat = [lon: number, lat: number];
export type GeometryKind = "Point" | "MultiLineString" | "MultiPolygon";

export interface MapSymbol {
  fill?: string;
  fill_opacity?: number;
  stroke?: string;
  stroke_width?: number;
  dash?: number[];
  icon?: string;
  radius?: number;
  pattern?: "hatch" | "cross" | "dots" | null;
  label?: boolean;
}

export interface LayerStyle {
  field: string | null;
  default: MapSymbol;
  values: Record<string, MapSymbol>;
}

export interface LegendEntry {
  value: string | null;
  label: string;
  symbol: MapSymbol;
}

export interface CatalogLayer {
  slug: string;
  title: string;
  description: string;
  group: string;
  theme: string;
  geometry_type: GeometryKind;
  min_zoom: number;
  max_zoom: number;
  label_min_zoom: number | null;
  bbox_4326: Bbox | null;
  style: LayerStyle;
  legend: LegendEntry[];
  source: string;
  licence: string;
  owner_unit: string;
  data_date: string | null;
  sensitivity: "public" | "internal" | "restricted";
  illustrative: boolean;
  visible: boolean;
  position: number;
  tiles: string;
  items: string;
  /** What the reader may do with it: edit, approve, publish. */
  may?: ("edit" | "approve" | "publish")[];
}

export interface CatalogRaster {
  slug: string;
  title: string;
  tiles: string;
  bbox_4326: Bbox | null;
  min_zoom: number;
  max_zoom: number;
  unit: string;
  legend: { label: string; color: string; value: number | null }[];
  source: string;
  licence: string;
  illustrative: boolean;
  visible: boolean;
}

export interface Basemap {
  key: string;
  type: "own" | "xyz";
  title: string;
  url?: string;
  attribution?: string;
  max_zoom?: number;
}

export interface City {
  name: string;
  bbox_4326: Bbox;
  center: LonLat;
  zoom: number;
  vn2000: { epsg: number; name: string; proj4: string };
  languages: string[];
}

export interface Catalog {
  city: City;
  actor: { name: string | null; roles: string[]; signed_in: boolean };
  groups: { key: string; title: string; layers: string[] }[];
  layers: CatalogLayer[];
  rasters: CatalogRaster[];
  basemaps: Basemap[];
}

export type PropertyKind = "text" | "number" | "area" | "length" | "date" | "code" | "link" | "phone" | "boolean";

export interface FeatureProperty {
  key: string;
  label: string;
  value: string;
  raw: unknown;
  kind: PropertyKind;
  unit: string | null;
  color: string | null;
}

export interface Provenance {
  source: string;
  licence: string;
  data_date: string | null;
  owner_unit: string;
  illustrative: boolean;
  version: number;
  changed_at: string | null;
}

export interface MapFeature {
  layer: string;
  layer_title: string;
  id: string;
  title: string;
  subtitle: string;
  geometry: GeoJSON.Geometry;
  bbox_4326: Bbox;
  properties: FeatureProperty[];
  links: { rel: string; href: string; title: string }[];
  provenance: Provenance;
}

export interface SearchResult {
  kind: "feature" | "parcel" | "coordinate" | "place";
  title: string;
  subtitle: string;
  layer: string | null;
  id: string | null;
  lon: number;
  lat: number;
  bbox_4326: Bbox | null;
  href: string | null;
}

export interface Place {
  slug: string;
  id: string;
  title: string;
  original_title: string;
  category: string;
  category_label: string;
  icon: string;
  lon: number;
  lat: number;
  accuracy_m: number | null;
  coordinate_source: string | null;
  opening_hours: string | null;
  open_now: boolean | null;
  hours_text: string | null;
  price_text: string | null;
  summary: string | null;
  summary_lang: string | null;
  address: string | null;
  heritage_rank: string | null;
  in_city: boolean;
  href: string;
}

export interface PlaceCategory {
  code: string;
  label: string;
  icon: string;
  color: string;
  count: number;
}

export interface Places {
  /** The layers that hold them. */
  layers: string[];
  places: Place[];
  categories: PlaceCategory[];
}

export interface RowColumn {
  key: string;
  label: string;
  kind: "text" | "code" | "number" | "boolean" | "date" | "moment" | "translated";
  unit: string | null;
  sortable: boolean;
  /** Sorted at once, however many rows there are. */
  quick: boolean;
}

export interface LayerRow {
  id: string;
  version: number;
  title: string;
  lon: number;
  lat: number;
  cells: Record<string, string>;
}

export interface LayerRows {
  /** Null where counting would take too long. */
  total: number | null;
  total_is_more: boolean;
  /** The column of the order, with a minus for the way down. */
  sort: string;
  columns: RowColumn[];
  rows: LayerRow[];
  /** What the next page is asked with. */
  next: string | null;
}

export interface RasterValue {
  value: number | null;
  unit: string;
  label: string;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  code?: string;
}
