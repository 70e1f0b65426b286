/** The server's rows with the draft laid over them. Pure. */
import type { LayerRow, RowColumn } from "../api_types";
import type { Draft } from "../workspace/draft";
import { nameOf } from "../workspace/feature_panel";
import { shownValue } from "../workspace/form";
import type { LayerForm, Operation, Values } from "../workspace/types";
import type { GridRow } from "./grid";
import { tw } from "./words";

function shown(form: LayerForm, columns: RowColumn[], values: Values): Record<string, string> {
  const known = new Set(columns.map(({ key }) => key));
  const fields = form.fields.filter(({ name }) => known.has(name) && name in values);
  return Object.fromEntries(fields.map((field) => [field.name, shownValue(field, values[field.name])]));
}

/** Rows as the draft would leave them; with `withNew` its new features stand first. */
export function gridRows(rows: LayerRow[], columns: RowColumn[], form: LayerForm, draft: Draft, withNew: boolean): GridRow[] {
  const steps = draft.operations.filter(({ layer }) => layer === form.layer);
  const ofFeature = new Map(steps.flatMap((step): [string, Operation][] => (step.id && step.kind !== "create" ? [[step.id, step]] : [])));
  const known = rows.map(({ id, title, cells }): GridRow => {
    const values = ofFeature.get(id)?.values ?? {};
    return { key: id, title, cells: { ...cells, ...shown(form, columns, values) }, changed: new Set(Object.keys(values)), kind: ofFeature.get(id)?.kind ?? null };
  });
  if (!withNew) return known;
  const fresh = steps.filter(({ kind }) => kind === "create").map(({ key, values }): GridRow => {
    return { key, title: `${tw("new")}: ${nameOf(form, values)}`, cells: shown(form, columns, values), changed: new Set(), kind: "create" };
  });
  return [...fresh, ...known];
}
