/** The attribute table's pure parts: what is asked, what a bulk edit does, what comes into the draft. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { outcome, sourcesOf, waysOf } from "../table/bulk";
import { deletions, planned, stepKey, stepsAfter } from "../table/plan";
import { Question } from "../table/question";
import { en } from "../table/words_en";
import { vi } from "../table/words_vi";
import { Draft } from "../workspace/draft";
import type { FormField, LayerForm } from "../workspace/types";

function field(name: string, kind: FormField["kind"], more: Partial<FormField> = {}): FormField {
  return { name, label: name, kind, required: false, max_length: null, unit: null, minimum: null, maximum: null, options: [], languages: [], ...more };
}

const address = field("address", "text", { max_length: 12 });
const area = field("area", "number", { minimum: 0 });
const storeys = field("storeys", "integer");
const use = field("use", "code");
const sheet = field("sheet", "text", { required: true });
const names = field("names", "translated");
const form: LayerForm = { layer: "parcels", title: "Thửa đất", geometry_type: "MultiPolygon", natural_key: ["sheet"], label_field: null, class_field: null, may: ["edit"], fields: [address, area, storeys, use, sheet, names] };

test("words have the same keys and places in both languages", () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(vi).sort());
  for (const [key, words] of Object.entries(vi)) {
    const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    assert.deepEqual(places(en[key as keyof typeof vi]), places(words), key);
  }
});

test("a question turns its order up, down and off, and begins again with every change", () => {
  const question = new Question();
  question.forth("next page");
  assert.equal(question.firstRow, 100);
  question.turn("area");
  assert.deepEqual([question.sort, question.onFirst], ["area", true]);
  question.turn("area");
  assert.equal(question.sort, "-area");
  question.turn("area");
  assert.equal(question.sort, "");
  question.narrow("address", { has: "x" });
  question.narrow("area", { min: "1" });
  question.narrow("area", null);
  assert.deepEqual(question.where, { address: { has: "x" } });
  question.pickedOnly = true;
  assert.deepEqual(question.body([1, 2, 3, 4], ["1", "2"], ["2", "3"]).ids, ["1", "2"]);
  question.changedOnly = true;
  assert.deepEqual(question.body([1, 2, 3, 4], ["1", "2"], ["2", "3"]).ids, ["2"]);
  question.clear();
  assert.deepEqual([question.filtered, question.body([1, 2, 3, 4], ["1"], []).ids, question.body([1, 2, 3, 4], [], []).bbox], [false, null, ""]);
});

test("ways and sources fit the field", () => {
  assert.deepEqual(waysOf(address), ["set", "clear", "replace", "copy"]);
  assert.deepEqual(waysOf(sheet), ["set", "replace", "copy"]);
  assert.deepEqual(waysOf(area), ["set", "clear", "add", "copy"]);
  assert.deepEqual(waysOf(names), []);
  assert.deepEqual(sourcesOf(area, form.fields).map(({ name }) => name), ["storeys"]);
  assert.ok(sourcesOf(address, form.fields).some(({ name }) => name === "area"));
});

test("each way gives the value that one expects, or says why not", () => {
  assert.deepEqual(outcome({ field: area, how: "add", number: 0.2 }, { area: 0.1 }), { value: 0.3 });
  assert.deepEqual(outcome({ field: area, how: "add", number: 1 }, { area: null }), { value: null });
  assert.deepEqual(outcome({ field: area, how: "add", number: -2 }, { area: 1 }), { problem: "range" });
  assert.deepEqual(outcome({ field: storeys, how: "copy", from: "area" }, { area: 1.5 }), { problem: "not_number" });
  assert.deepEqual(outcome({ field: address, how: "replace", find: ".", replacement: "-" }, { address: "1.2.3" }), { value: "1-2-3" });
  assert.deepEqual(outcome({ field: address, how: "set", value: "x".repeat(13) }, {}), { problem: "too_long" });
  assert.deepEqual(outcome({ field: address, how: "copy", from: "area" }, { area: 7.5 }), { value: "7.5" });
  assert.deepEqual(outcome({ field: address, how: "clear" }, { address: "x" }), { value: "" });
  assert.deepEqual(outcome({ field: sheet, how: "replace", find: "1", replacement: "" }, { sheet: "1" }), { problem: "required" });
});

function draftOf(count: number): Draft {
  const draft = new Draft();
  for (let id = 1; id <= count; id++) draft.keepBase(`parcels:${id}`, { version: 1, geometry: { type: "Point", coordinates: [0, 0] }, values: { address: id % 2 ? "Đường A" : "Đường B", sheet: String(id) } });
  return draft;
}

test("a bulk edit is one act that one undo takes back", () => {
  const draft = draftOf(9);
  const keys = Array.from({ length: 9 }, (_, n) => ({ key: `parcels:${n + 1}`, id: String(n + 1) }));
  const plan = planned(draft, form, keys, [{ field: address, how: "set", value: "Đường A" }]);
  assert.deepEqual(plan.lines.map(({ state }) => state).filter((state) => state === "changed").length, 4);
  assert.equal(plan.steps.length, 4);
  draft.act("bulk", plan.steps);
  assert.equal(draft.operations.length, 4);
  assert.deepEqual(draft.operations[0], { key: "parcels:2", kind: "update", layer: "parcels", id: "2", base_version: 1, values: { address: "Đường A" }, geometry: null });
  draft.undo();
  assert.equal(draft.operations.length, 0);
  draft.redo();
  // Back to what is on the map: no step is left of it.
  const back = planned(draft, form, [{ key: "parcels:2", id: "2" }], [{ field: address, how: "set", value: "Đường B" }]);
  assert.deepEqual(back.steps, [{ key: "parcels:2", step: null }]);
});

test("what is deleted stays deleted, and several changes follow each other", () => {
  const draft = draftOf(3);
  const keys = [1, 2, 3].map((id) => ({ key: `parcels:${id}`, id: String(id) }));
  draft.act("delete", deletions(draft, form, keys.slice(0, 1)));
  const plan = planned(draft, form, keys, [
    { field: address, how: "copy", from: "sheet" },
    { field: address, how: "replace", find: "2", replacement: "zwei" },
  ]);
  assert.deepEqual(plan.lines.map(({ state, after }) => [state, after["address"]]), [["deleted", "Đường A"], ["changed", "zwei"], ["changed", "3"]]);
  assert.equal(stepsAfter(draft, plan.steps), 3);
  assert.deepEqual(deletions(draft, form, keys.slice(0, 1)), []);
});

test("a step that a program made keeps its own key", () => {
  const draft = draftOf(1);
  draft.act("x", [{ key: "parcels/1", step: { key: "parcels/1", kind: "update", layer: "parcels", id: "1", base_version: 1, values: { address: "x" }, geometry: null } }]);
  assert.equal(stepKey(draft, "parcels", "1"), "parcels/1");
  assert.equal(stepKey(draft, "parcels", "2"), "parcels:2");
});
