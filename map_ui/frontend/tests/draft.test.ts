import assert from "node:assert/strict";
import { test } from "node:test";
import { differing, Draft } from "../workspace/draft";
import { changed, deletion } from "../workspace/steps";
import type { ChangeSet, LayerForm, Operation } from "../workspace/types";

const FORM: LayerForm = { layer: "parcels", title: "Parcels", geometry_type: "MultiPolygon", label_field: null, class_field: null, natural_key: ["so_thua"], may: ["edit"], fields: [] };
const PLACE: GeoJSON.Geometry = { type: "Point", coordinates: [106.36, 10.35] };
const ELSEWHERE: GeoJSON.Geometry = { type: "Point", coordinates: [106.37, 10.35] };

function started(): Draft {
  const draft = new Draft();
  draft.keepBase("a", { values: { name: "Old", area_m2: 12.5, address: "" }, geometry: PLACE, version: 3 });
  return draft;
}

function rename(draft: Draft, name: string): void {
  draft.act(`name ${name}`, [{ key: "a", step: changed(draft, FORM, "a", "7", { values: { name } }) }]);
}

function setOf(draft: Draft, operations: Operation[], revision: number): ChangeSet {
  const may = { edit: true, submit: true, approve: false, publish: false, undo: false };
  return { id: 5, state: "draft", revision, author: "", created_at: "", submitted_at: null, ...draft.meta, decided_by: null, decision_note: "", may, operations, problems: [] } as unknown as ChangeSet;
}

test("only what differs from the base is a change; blank and missing are the same", () => {
  assert.deepEqual(differing({ name: "New", area_m2: 12.5, address: null }, { name: "Old", area_m2: 12.5, address: "" }), { name: "New" });
});

test("undo and redo walk through values, shapes and deletions", () => {
  const draft = started();
  rename(draft, "New");
  draft.act("shape", [{ key: "a", step: changed(draft, FORM, "a", "7", { geometry: ELSEWHERE }) }]);
  draft.act("delete", [{ key: "a", step: deletion(draft, FORM, "a", "7") }]);
  assert.equal(draft.step("a")?.kind, "delete");
  draft.undo();
  assert.deepEqual(draft.geometry("a"), ELSEWHERE);
  draft.undo();
  assert.deepEqual(draft.geometry("a"), PLACE);
  assert.equal(draft.values("a")["name"], "New");
  draft.undo();
  assert.equal(draft.step("a"), null);
  assert.equal(draft.undoLabel, null);
  draft.redo();
  assert.equal(draft.step("a")?.base_version, 3);
  assert.equal(draft.redoLabel, "shape");
});

test("a new act after undo ends what could be redone; an act that changes nothing is none", () => {
  const draft = started();
  rename(draft, "New");
  draft.undo();
  rename(draft, "Old");
  assert.equal(draft.undoLabel, null);
  assert.equal(draft.redoLabel, "name New");
  rename(draft, "Other");
  assert.equal(draft.redoLabel, null);
});

test("a draft survives a reload with everything that can be undone", () => {
  const draft = started();
  rename(draft, "New");
  const again = new Draft();
  again.restore(JSON.parse(JSON.stringify(draft.saved())) as ReturnType<Draft["saved"]>);
  assert.deepEqual([...again.dirty], ["a"]);
  assert.equal(again.values("a")["name"], "New");
  again.undo();
  assert.equal(again.values("a")["name"], "Old");
});

test("the server's state is taken over, steps that are not saved yet stay", () => {
  const draft = started();
  rename(draft, "Mine");
  const theirs: Operation = { key: "b", kind: "create", layer: "parcels", id: null, base_version: null, values: {}, geometry: PLACE };
  draft.adopt(setOf(draft, [{ ...draft.step("a")!, values: { name: "Theirs" } }, theirs], 9));
  assert.equal(draft.revision, 9);
  assert.equal(draft.values("a")["name"], "Mine");
  assert.deepEqual(draft.operations.map(({ key }) => key).sort(), ["a", "b"]);
});

test("a state of the server that was long on its way brings nothing back", () => {
  const draft = started();
  rename(draft, "Mine");
  const late = setOf(draft, draft.operations, 9);
  draft.adopt(setOf(draft, [], 10));
  draft.dirty.clear();
  draft.adopt(setOf(draft, [], 11));
  assert.ok(draft.empty);
  draft.adopt(late);
  assert.ok(draft.empty);
  assert.equal(draft.revision, 11);
});

test("deleting what is not on the map yet leaves nothing", () => {
  const draft = new Draft();
  draft.act("new", [{ key: "n", step: { key: "n", kind: "create", layer: "parcels", id: null, base_version: null, values: {}, geometry: PLACE } }]);
  draft.act("delete", [{ key: "n", step: deletion(draft, FORM, "n", null) }]);
  assert.ok(draft.empty);
  draft.undo();
  assert.equal(draft.operations.length, 1);
});
