import assert from "node:assert/strict";
import { test } from "node:test";
import { touches } from "../workspace/merge_candidates";

const box = (west: number, south: number, east: number, north: number): GeoJSON.Geometry => ({
  type: "MultiPolygon",
  coordinates: [[[[west, south], [east, south], [east, north], [west, north], [west, south]]]],
});
const line = (...positions: [number, number][]): GeoJSON.Geometry => ({ type: "MultiLineString", coordinates: [positions] });
const D = 0.0001;

test("areas touch along a side, also where only one has corners on it", () => {
  const first = box(0, 0, D, D);
  assert.ok(touches(first, box(D, 0, 2 * D, D)));
  assert.ok(touches(first, box(D, D / 4, 2 * D, D / 2)));
  assert.ok(touches(first, box(D + 4e-7, 0, 2 * D, D)), "a gap of some centimetres");
});

test("a corner alone, a street between them and another kind are no neighbours", () => {
  const first = box(0, 0, D, D);
  assert.ok(!touches(first, box(D, D, 2 * D, 2 * D)));
  assert.ok(!touches(first, box(D + 5e-5, 0, 3 * D, D)));
  assert.ok(!touches(first, line([0, 0], [D, 0])));
  assert.ok(!touches({ type: "Point", coordinates: [0, 0] }, { type: "Point", coordinates: [0, 0] }));
});

test("lines touch where they meet", () => {
  assert.ok(touches(line([0, 0], [D, 0]), line([D, 0], [D, D])));
  assert.ok(!touches(line([0, 0], [D, 0]), line([0, D], [D, D])));
});
