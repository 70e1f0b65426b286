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
  code?: string;
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
  mine: boolean;
  channel: string;
  reason: string;
  decision_note: string;
  publish_on: string | null;
  operation_count: number;
  created_at: string;
  submitted_at: string | null;
  /** Steps whose features others changed since. */
  outdated?: number;
  /** Approved for a day that has come, and not on the map. */
  overdue?: boolean;
}

/** How full the boxes are, and the wards one works in. */
export interface Home {
  boxes: Partial<Record<string, number>>;
  wards: { code: string; name: string; bbox_4326: [number, number, number, number] }[];
}

export type Outcome = "mine" | "theirs" | "same" | "choose";

export interface ConflictSides {
  field: string;
  label: string;
  base: unknown;
  theirs: unknown;
  mine: unknown;
  outcome: Outcome;
}

/** A step that others have overtaken; id and version are of the feature that stands there today. */
export interface Conflict {
  key: string;
  layer: string;
  kind: Kind;
  cause: "changed" | "gone" | "key_taken";
  id: string | null;
  version: number | null;
  choices: number;
  by: { actor: string; title: string; at: string } | null;
  fields: ConflictSides[];
  geometry: { base: GeoJSON.Geometry | null; theirs: GeoJSON.Geometry | null; mine: GeoJSON.Geometry | null; outcome: Outcome };
}

export interface ChangeSet extends ChangeSetHead {
  decision_number: string;
  decided_by: string | null;
  published_at?: string | null;
  may: { edit: boolean; submit: boolean; approve: boolean; publish: boolean; undo: boolean; withdraw?: boolean; return?: boolean; discard?: boolean };
  operations: Operation[];
  problems: Problem[];
  attachments: SetAttachment[];
}

export interface SetAttachment {
  id: number;
  name: string;
  media_type: string;
  size_bytes: number;
  author: string;
  key: string | null;
  href: string;
}

/** A remark; `place` is longitude and latitude. */
export interface SetComment {
  id: number;
  author: string;
  text: string;
  key: string | null;
  place: [number, number] | null;
  created_at: string;
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
  /** Why the reader may see the field and not change it; "" when they may. */
  locked?: string;
}

/** Fields that are asked together; with `when`, only where a field holds one of the codes. */
export interface FormGroup {
  title: string;
  fields: string[];
  when: { field: string; codes: string[] } | null;
}

export interface LayerForm {
  layer: string;
  title: string;
  geometry_type: "Point" | "MultiLineString" | "MultiPolygon";
  natural_key: string[];
  /** The field that names features on the map. */
  label_field: string | null;
  /** The field by which they are told apart on the map. */
  class_field: string | null;
  may: Right[];
  fields: FormField[];
  groups?: FormGroup[];
}

/** A feature as it is on the map now: what a step starts from. */
export interface Base {
  values: Values;
  geometry: GeoJSON.Geometry;
  version: number;
}

/** A feature as a geometry tool leaves it; a new one names the feature that it comes from. Areas in m², lengths in m. */
export interface Reshaped {
  key: string | null;
  id: string | null;
  version: number | null;
  geometry: GeoJSON.Geometry;
  before: number;
  after: number;
  neighbour: boolean;
}

export interface ShapesAnswer {
  updates: Reshaped[];
  creates: Reshaped[];
  /** Neighbours that lie where the person may not edit. */
  left_out: string[];
}

export interface FeatureVersion {
  version: number;
  change_set: number;
  title: string;
  actor: string;
  changed_at: string;
  ended_at: string | null;
  operation_that_ended: string | null;
  attachments: SetAttachment[];
}

export interface FieldDifference {
  field: string;
  label: string;
  before: unknown;
  after: unknown;
}

/** A shape that a file holds; `row` counts from 1. */
export interface FileShape {
  row: number;
  label: string;
  geometry: GeoJSON.Geometry;
  area_m2: number | null;
  length_m: number | null;
  corners: number;
  repaired: boolean;
}

/** What a file holds for a layer, or the question that has to be answered first. */
export interface FileShapes {
  question: "" | "crs" | "layer";
  crs: string | null;
  crs_guessed: boolean;
  systems: { key: string; name: string }[];
  layers: string[];
  features: FileShape[];
  refused: { row: number; detail: string }[];
  more: boolean;
}
