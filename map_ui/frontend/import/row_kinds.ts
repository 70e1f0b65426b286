/** What becomes of the rows of a file, and how each kind looks: a colour, a line and a word. */
import type { MapRow, RowFinding, RowMapData } from "./types";

export type ShownKind = "new" | "changed" | "rejected" | "aside" | "warned" | "missing" | "same";

/** In the order of the legend. */
export const KINDS: readonly ShownKind[] = ["new", "changed", "rejected", "aside", "warned", "missing", "same"];
/** A colour token of each kind and the dashes of its line. */
export const LOOK: Record<ShownKind, { colour: string; dash?: string }> = {
  new: { colour: "good" },
  changed: { colour: "accent", dash: "7 4" },
  rejected: { colour: "bad", dash: "2 5" },
  aside: { colour: "text-soft", dash: "2 3" },
  warned: { colour: "caution" },
  missing: { colour: "map-measure", dash: "10 3 2 3" },
  same: { colour: "text-faint" },
};

/** One thing on the map: a row of the file, or a feature that the file does not hold. */
export interface Spot {
  kind: ShownKind;
  row: number | null;
  key: string;
  shape: GeoJSON.Geometry | null;
  source: MapRow | null;
  findings: RowFinding[];
}

/** The icon of each severity, the worst first. */
export const SEVERITY_ICON = { error: "circle-alert", warning: "triangle-alert", note: "info" } as const;

/** How a finding is shown: that a shape belongs into another layer is no fault of its row. */
export function shownSeverity({ code, severity }: Pick<RowFinding, "code" | "severity">): RowFinding["severity"] {
  return code === "type_not_allowed" ? "note" : severity;
}

/** Everything of a dry run by kind; a row with warnings stands in `warned` as well. */
export function spotsOf({ rows, missing, findings }: RowMapData): Record<ShownKind, Spot[]> {
  const found: Record<ShownKind, Spot[]> = { new: [], changed: [], rejected: [], aside: [], warned: [], missing: [], same: [] };
  const byRow = new Map<number, RowFinding[]>();
  for (const finding of findings) byRow.set(finding.row, [...(byRow.get(finding.row) ?? []), finding]);
  for (const source of rows) {
    const about = byRow.get(source.row) ?? [];
    const spot: Spot = { kind: source.kind, row: source.row, key: source.key, shape: source.shape, source, findings: about };
    found[source.kind].push(spot);
    if (source.kind !== "rejected" && source.kind !== "aside" && about.some(({ severity }) => severity === "warning")) found.warned.push({ ...spot, kind: "warned" });
  }
  for (const { key, shape } of missing) found.missing.push({ kind: "missing", row: null, key, shape, source: null, findings: [] });
  return found;
}
