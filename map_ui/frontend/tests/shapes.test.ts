import assert from "node:assert/strict";
import test from "node:test";
import { chosenValues, disputed } from "../workspace/merge_values";
import { movedCorner, withMoved } from "../workspace/shared_corners";
import type { LayerForm } from "../workspace/types";

const square = (x: number): GeoJSON.MultiPolygon => ({ type: "MultiPolygon", coordinates: [[[[x, 0], [x + 1, 0], [x + 1, 1], [x, 1], [x, 0]]]] });
const with_ = (corner: [number, number]): GeoJSON.MultiPolygon => ({ type: "MultiPolygon", coordinates: [[[[0, 0], [1, 0], corner, [0, 1], [0, 0]]]] });

test("one corner that moved is found, and moved in the neighbour", () => {
  const step = movedCorner(square(0), with_([1.2, 0.9]));
  assert.deepEqual(step, { from: [1, 1], to: [1.2, 0.9] });
  assert.deepEqual(withMoved(square(1), step!), { type: "MultiPolygon", coordinates: [[[[1, 0], [2, 0], [2, 1], [1.2, 0.9], [1, 0]]]] });
  assert.equal(withMoved(square(5), step!), null);
});

test("a shape that moved as a whole, or not at all, has no moved corner", () => {
  assert.equal(movedCorner(square(0), square(0.5)), null);
  assert.equal(movedCorner(square(0), square(0)), null);
});

test("only what another feature gives is written into the one that stays", () => {
  const field = (name: string) => ({ name, label: name, kind: "text", required: false, max_length: null, unit: null, minimum: null, maximum: null, options: [], languages: [] }) as LayerForm["fields"][number];
  const form = { fields: [field("a"), field("b"), field("c")] } as unknown as LayerForm;
  const candidates = [
    { key: "1", values: { a: "x", b: "same", c: null } },
    { key: "2", values: { a: "y", b: "same", c: "z" } },
  ];
  assert.deepEqual(disputed(form, candidates).map(({ name }) => name), ["a", "c"]);
  assert.deepEqual(chosenValues(candidates, "1", new Map([["a", "1"], ["c", "2"]])), { c: "z" });
});
