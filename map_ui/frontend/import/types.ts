/** Imports as the server tells them (importers/wizard/output.py, importers/understanding.py). */

export type JobState =
  | "uploading" | "understanding" | "asking" | "checking" | "ready" | "submitted" | "returned"
  | "writing" | "done" | "failed" | "cancelled" | "interrupted" | "undone";

export type JobStep = "understand" | "check" | "publish" | "submit" | "withdraw" | "approve" | "return" | "stop" | "retry";

export interface KeptFile {
  name: string;
  bytes: number;
}

export interface Counts {
  read: number;
  new: number;
  changed: number;
  same: number;
  /** All rows that are not taken. */
  rejected: number;
  /** The rejected rows whose shapes are of a kind that another layer holds: nothing is wrong with them. */
  set_aside: number;
}

export interface JobProgress {
  /** `nobody`: it waits, and no background worker runs. */
  stage: "" | "waiting" | "nobody" | "reading" | "comparing" | "writing";
  /** Since when another change of the data is in the way; null while the work goes on. */
  blocked_since: string | null;
  rows_done: number;
  rows_total: number | null;
  seconds_left: number | null;
  stopping: boolean;
}

export interface JobHead {
  id: number;
  state: JobState;
  /** Writing was ordered and wrote nothing, though nobody stopped it; `problem` says why. */
  unwritten: boolean;
  theme: string;
  theme_title: string;
  layer: string;
  layer_title: string;
  new_layer: boolean;
  files: KeptFile[];
  title: string;
  author: string;
  mine: boolean;
  created_at: string;
  changed_at: string;
  counts: Counts | null;
  progress: JobProgress;
}

export interface Target {
  theme: string;
  title: string;
  /** Stored types that a new layer of the theme may hold. */
  geometry_types: string[];
  layers: { slug: string; title: string; geometry_type: string }[];
}

/** The kinds of shapes that an import is told to take. */
export type ShapeKind = "points" | "lines" | "areas";

/** What an import leaves of its files: a kind of shapes with its rows, or another layer. */
export interface RestPart {
  source_layer: string;
  geometry: "" | ShapeKind;
  rows: number | null;
  /** The import of that part, where there is one already. */
  import: number | null;
}

export interface ColumnText {
  column: string;
  encoding: string;
  certain: boolean;
  before: string[];
  readings: { encoding: string; after: string[] }[];
}

export interface Candidate {
  key: string;
  name: string;
  share_inside: number;
  positions_4326: [number, number][];
}

export interface Place {
  chosen: boolean;
  outline_4326: GeoJSON.Polygon | GeoJSON.MultiPolygon;
  crs: string | null;
  name: string;
  question: string;
  declared: Candidate | null;
  candidates: Candidate[];
}

export interface Column {
  column: string;
  /** "" where it is kept beside the feature. */
  field: string;
  reason: string;
  /** The field whose name the column has and whose values it does not. */
  misfit: string;
  samples: string[];
}

export interface Understanding {
  format: string;
  /** Stored type → number of shapes among the first rows. */
  kinds: Record<string, number>;
  source_layer: string;
  layers: string[];
  /** null where the file does not say, 0 where it holds none. */
  rows: number | null;
  geometry_type: string;
  encoding: string;
  encoding_chosen: boolean;
  text: ColumnText[];
  /** Nothing is known yet of a file of several layers of which none is chosen. */
  place?: Place;
  columns: Column[];
  /** What a person has to answer first, in words of each language. */
  questions: { code: string; messages: Record<string, string> }[];
}

export interface ThemeField {
  name: string;
  label: string;
  key: boolean;
  required: boolean;
}

export interface IssueGroup {
  code: string;
  severity: "error" | "warning" | "note";
  field: string;
  count: number;
  message: string;
  first: { row: number | null; detail: string; place_4326?: [number, number] | null }[];
}

export interface Report extends Counts {
  crs: string;
  encoding: string;
  geometry_type: string;
  mapping: Record<string, string>;
  kept_columns: string[];
  /** The rows that are set aside, by their kind; imports of before do not tell. */
  other_kinds?: Partial<Record<ShapeKind, number>>;
  changed_fields: Record<string, number>;
  missing: number;
  missing_first: string[];
  retired: number;
  /** Why none of the missing features may end, "" where they may; imports of before do not tell. */
  cannot_retire?: string;
  issues: IssueGroup[];
  seconds: number;
}

export interface FieldChange {
  field: string;
  before: unknown;
  after: unknown;
}

/** A row of the file: what becomes of it and where it lies; shapes in EPSG:4326. */
export interface MapRow {
  row: number;
  /** `rejected`: what has to be corrected; `aside`: its shape is of a kind that another layer would take. */
  kind: "new" | "changed" | "same" | "rejected" | "aside";
  key: string;
  shape: GeoJSON.Geometry | null;
  /** The shape that is on the map now, where it changes. */
  before_shape?: GeoJSON.Geometry | null;
  changes?: FieldChange[];
}

export interface RowFinding {
  row: number;
  code: string;
  severity: IssueGroup["severity"];
  field: string;
  detail: string;
  place: [number, number] | null;
}

/** The rows of a dry run for a map: some of each kind, and a grid that counts all of the kinds with more. */
export interface RowMapData {
  rows: MapRow[];
  missing: { key: string; shape: GeoJSON.Geometry }[];
  squares: { kind: MapRow["kind"]; rows: number; place: [number, number] }[];
  findings: RowFinding[];
  /** Code of a finding → its words. */
  messages: Record<string, string>;
}

export interface Answers {
  source_layer: string;
  encoding: string;
  source_crs: string;
  /** points | lines | areas, "" where the file or the layer decides. */
  geometry: string;
  column_encodings: Record<string, string>;
  mapping: Record<string, string>;
  keys: string[];
  retire_on: string;
  /** The saved way of reading that was used, and the columns that it speaks about and the file does not have. */
  profile?: string;
  profile_missing?: string[];
}

export interface Job extends JobHead {
  limit_bytes: number;
  kinds: string[];
  encodings: string[];
  answers: Answers;
  understanding: Understanding | null;
  /** Stored types that the import may fill: of its layer, or of its theme where the layer is new. */
  geometry_types: string[];
  fields: ThemeField[];
  report: Report | null;
  rest: RestPart[];
  rejected_files: string[];
  has_map: boolean;
  problem: string;
  /** Code of the problem (docs/issue-codes.md), "" where it has none. */
  problem_code: string;
  /** What a worker is at, or was at when it was interrupted. */
  work: "" | "understanding" | "checking" | "writing";
  reason: string;
  decision_number: string;
  submitted_at: string | null;
  decided_by: string;
  decision_note: string;
  may: JobStep[];
  may_edit: boolean;
  /** Saved ways of reading; `may_change`: one's own, or all for administrators. */
  profiles: { name: string; saved_by: string; may_change: boolean }[];
  may_undo: boolean;
  /** Who may undo it, where this person may not: titles of roles. */
  undo_roles: string[];
  /** The change set that undid the import, where it may be taken back. */
  redo: number | null;
  /** Why it cannot be taken back any more, as far as is known beforehand. */
  redo_hindrance: "" | "remade" | "taken" | "changed";
  /** The layer that the import made left the catalogue when the import was undone. */
  layer_withdrawn: boolean;
  publishes: boolean;
  change_set: { id: number; state: string } | null;
}
