import assert from "node:assert/strict";
import { test } from "node:test";
import { noChoices, openChoices, resolvedStep, takeAll, waysOf } from "../workspace/conflict_choice";
import type { Conflict, ConflictSides, LayerForm, Operation, Outcome } from "../workspace/types";

const SQUARE: GeoJSON.Geometry = { type: "MultiPolygon", coordinates: [] };
const FORM: LayerForm = { layer: "parcels", title: "", geometry_type: "MultiPolygon", label_field: null, class_field: null, natural_key: [], may: ["edit"], fields: [] };
const STEP: Operation = { key: "k", kind: "update", layer: "parcels", id: "7", base_version: 1, values: { address: "mine", so_to: "2" }, geometry: SQUARE };

function sides(field: string, outcome: Outcome): ConflictSides {
  return { field, label: field, base: "base", theirs: "theirs", mine: "mine", outcome };
}

function conflict(changes: Partial<Conflict> = {}): Conflict {
  const geometry = { base: SQUARE, theirs: SQUARE, mine: SQUARE, outcome: "mine" as Outcome };
  return { key: "k", layer: "parcels", kind: "update", cause: "changed", id: "7", version: 4, choices: 1, by: null, fields: [sides("address", "choose"), sides("so_to", "mine"), sides("place_name", "theirs")], geometry, ...changes };
}

test("what only one side changed needs no choice; the rest waits for one", () => {
  assert.equal(openChoices(conflict(), noChoices()), 1);
  assert.equal(openChoices(conflict({ fields: [sides("so_to", "mine")] }), noChoices()), 0);
});

test("mine is rebased on today's version; theirs leaves the field out", () => {
  const mine = resolvedStep(STEP, conflict(), takeAll(conflict(), "mine"), null, FORM);
  assert.deepEqual([mine?.base_version, mine?.values, mine?.geometry], [4, { address: "mine", so_to: "2" }, SQUARE]);
  const theirs = resolvedStep(STEP, conflict(), takeAll(conflict(), "theirs"), null, FORM);
  assert.deepEqual([theirs?.base_version, theirs?.values], [4, { so_to: "2" }]);
});

test("nothing of mine left is no step", () => {
  const all = conflict({ fields: [sides("address", "choose")], geometry: { base: SQUARE, theirs: SQUARE, mine: SQUARE, outcome: "choose" } });
  assert.equal(openChoices(all, noChoices()), 2);
  assert.equal(resolvedStep(STEP, all, takeAll(all, "theirs"), null, FORM), null);
});

test("a feature that is gone is made again with what it had, or the change is dropped", () => {
  const gone = conflict({ cause: "gone", id: null, version: null });
  assert.deepEqual(waysOf(gone), ["again", "drop"]);
  assert.equal(openChoices(gone, noChoices()), 1);
  const form = { ...FORM, fields: [{ name: "place_name" }, { name: "address" }] as LayerForm["fields"] };
  const before = { values: { place_name: "Khu 1", _changed_at: "x", address: "base" }, geometry: SQUARE, version: 1 };
  const again = resolvedStep({ ...STEP, geometry: null }, gone, takeAll(gone, "mine"), before, form);
  assert.deepEqual([again?.kind, again?.id, again?.base_version, again?.geometry], ["create", null, null, SQUARE]);
  assert.deepEqual(again?.values, { place_name: "Khu 1", address: "mine", so_to: "2" });
  assert.equal(resolvedStep(STEP, gone, takeAll(gone, "theirs"), before, form), null);
});

test("the same key twice: merged into the other, kept apart, or dropped", () => {
  const made: Operation = { ...STEP, kind: "create", id: null, base_version: null };
  const twins = conflict({ kind: "create", cause: "key_taken", fields: [sides("address", "choose")] });
  const merged = resolvedStep(made, twins, takeAll(twins, "mine"), null, FORM);
  assert.deepEqual([merged?.kind, merged?.id, merged?.base_version, merged?.values], ["update", "7", 4, { address: "mine" }]);
  assert.equal(resolvedStep(made, twins, { way: "apart", fields: new Map() }, null, FORM), made);
});

test("deleting what somebody changed asks first", () => {
  const deleting = conflict({ kind: "delete" });
  assert.equal(openChoices(deleting, noChoices()), 1);
  assert.equal(resolvedStep({ ...STEP, kind: "delete" }, deleting, takeAll(deleting, "mine"), null, FORM)?.base_version, 4);
  assert.equal(resolvedStep({ ...STEP, kind: "delete" }, deleting, takeAll(deleting, "theirs"), null, FORM), null);
});
