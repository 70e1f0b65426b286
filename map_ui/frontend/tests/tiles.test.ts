import assert from "node:assert/strict";
import { test } from "node:test";
import Point from "@mapbox/point-geometry";
import { slugsAt } from "../map/layer_tiles";
import { straightChords } from "../map/text_labels";

const layers = [
  { slug: "wards", min_zoom: 8 },
  { slug: "parcels", min_zoom: 15 },
  { slug: "lamps", min_zoom: 19 },
];

test("only layers with data at a zoom are asked for", () => {
  assert.deepEqual(slugsAt(layers, 7), []);
  assert.deepEqual(slugsAt(layers, 14), ["wards"]);
  assert.deepEqual(slugsAt(layers, 15), ["wards", "parcels"]);
});

test("a layer finer than the finest tile is asked for at the finest tile", () => {
  assert.deepEqual(slugsAt(layers, 17), ["wards", "parcels", "lamps"]);
});

test("names lie on straight stretches and not around corners", () => {
  const straight = [new Point(0, 0), new Point(400, 0)];
  const corner = [new Point(0, 0), new Point(60, 0), new Point(60, 60)];
  assert.ok(straightChords(straight, 100, 250).length >= 1);
  assert.equal(straightChords(corner, 100, 250).length, 0);
  assert.equal(straightChords(straight, 500, 250).length, 0);
});
