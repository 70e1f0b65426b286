/** What the workspace and the server say to each other about drafts, checks and history. */
export type Kind = "create" | "update" | "delete";
export type Values = Record<string, unknown>;
export type State = "draft" | "submitted" | "returned" | "approved" | "published" | "superseded" | "discarded";
export type Verdict = "" | "accepted" | "returned";
export type Right = "edit" | "approve" | "publish";

/** One step of a change set; only what differs from the feature's base is in it. */
export interface Operation {
  key: string;
  kind: Kind;
  layer: string;
  id: string | null;
  base_version: number | null;
  values: Values;
  geometry: GeoJSON.Geometry | null;
  verdict?: Verdict;
  note?: string;
}

export interface Problem {
  key: string;
  field: string | null;
  detail: string;
  level: "error" | "warning";
  /** Longitude and latitude of the spot. */
  place?: [number, number] | null;
}

export interface ChangeSetHead {
  id: number;
  title: string;
  state: State;
  revision: number;
  author: string;
  created_at: string;
  submitted_at: string | null;
}

export interface ChangeSet extends ChangeSetHead {
  reason: string;
  decision_number: string;
  publish_on: string | null;
  decided_by: string | null;
  decision_note: string;
  published_at?: string | null;
  may: { edit: boolean; submit: boolean; approve: boolean; publish: boolean; undo: boolean; withdraw?: boolean; return?: boolean; discard?: boolean };
  operations: Operation[];
  problems: Problem[];
}

export interface FieldOption {
  value: string | number;
  label: string;
  color: string | null;
}

export interface FormField {
  name: string;
  label: string;
  kind: "text" | "long_text" | "code" | "boolean" | "integer" | "number" | "date" | "translated";
  required: boolean;
  max_length: number | null;
  unit: string | null;
  minimum: number | null;
  maximum: number | null;
  options: FieldOption[];
  languages: string[];
}

export interface LayerForm {
  layer: string;
  title: string;
  geometry_type: "Point" | "MultiLineString" | "MultiPolygon";
  natural_key: string[];
  may: Right[];
  fields: FormField[];
}

/** A feature as it is on the map now: what a step starts from. */
export interface Base {
  values: Values;
  geometry: GeoJSON.Geometry;
  version: number;
}

export interface FeatureVersion {
  version: number;
  change_set: number;
  title: string;
  actor: string;
  changed_at: string;
  ended_at: string | null;
  operation_that_ended: string | null;
}

export interface FieldDifference {
  field: string;
  label: string;
  before: unknown;
  after: unknown;
}
