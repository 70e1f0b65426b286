/** Steps of a draft as acts of the person make them. */
import { differing, newKey, type Draft } from "./draft";
import type { LayerForm, Operation } from "./types";

export function creation(form: LayerForm, geometry: GeoJSON.Geometry): Operation {
  const values = form.fields.some(({ name }) => name === "sensitivity") ? { sensitivity: 0 } : {};
  return { key: newKey("new-"), kind: "create", layer: form.layer, id: null, base_version: null, values, geometry };
}

/** What the draft holds of the feature after it is deleted: nothing for a feature that is not on the map yet. */
export function deletion(draft: Draft, form: LayerForm, key: string, id: string | null): Operation | null {
  const step = draft.step(key);
  if (step?.kind === "create") return null;
  return { key, kind: "delete", layer: form.layer, id: step?.id ?? id, base_version: draft.base(key)?.version ?? null, values: {}, geometry: null };
}

/** The feature's step with another geometry or value in it; only what differs from its base. */
export function changed(draft: Draft, form: LayerForm, key: string, id: string | null, { geometry, values }: Partial<Pick<Operation, "geometry" | "values">>): Operation {
  const base = draft.base(key);
  const fresh: Operation = { key, kind: "update", layer: form.layer, id, base_version: base?.version ?? null, values: {}, geometry: null };
  const step = { ...(draft.step(key) ?? fresh) };
  if (geometry) step.geometry = geometry;
  if (values) step.values = step.kind === "create" ? { ...step.values, ...values } : differing({ ...step.values, ...values }, base?.values ?? {});
  return step;
}
