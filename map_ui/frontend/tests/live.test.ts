import assert from "node:assert/strict";
import test from "node:test";
import { displayedFrom, touchedTiles } from "../map/tile_refresh";
import { EVERY_MS, overlaps, pauseMs, Unheard, type LiveChange } from "../viewer/live";

const PLACE: LiveChange = { layer: "parcels", bbox_4326: [106.363, 10.354, 106.3631, 10.3541], at: "1" };

test("only tiles at the place are touched, at every zoom", () => {
  const count = 2 ** 17;
  const x = Math.floor((PLACE.bbox_4326[0] / 360 + 0.5) * count);
  const lat = (PLACE.bbox_4326[1] * Math.PI) / 180;
  const y = Math.floor((0.5 - Math.asinh(Math.tan(lat)) / (2 * Math.PI)) * count);
  const own = `${x}:${y}:17`;
  const far = `${x + 2}:${y}:17`;
  assert.deepEqual(touchedTiles([own, far, "0:0:0"], [PLACE.bbox_4326]), [own, "0:0:0"]);
  assert.deepEqual(touchedTiles([own], []), []);
});

test("a feature at the edge of a tile is in the neighbour too", () => {
  const lon = (6515 / 2 ** 13 - 0.5) * 360;
  const keys = ["6514:3859:13", "6515:3859:13"];
  assert.deepEqual(touchedTiles(keys, [[lon + 1e-5, 10, lon + 1e-5, 11]]), keys);
});

test("tiles on the screen that show or border a data tile are drawn again", () => {
  const shown = ["19:20:6", "20:20:6", "21:21:6", "22:20:6", "23:20:6", "10:10:5"];
  assert.deepEqual(displayedFrom(shown, ["10:10:5"], 1), ["19:20:6", "20:20:6", "21:21:6", "22:20:6"]);
});

test("what was told is not told again", () => {
  const unheard = new Unheard();
  const other = { ...PLACE, at: "2" };
  assert.deepEqual(unheard.of([PLACE]), [PLACE]);
  assert.deepEqual(unheard.of([PLACE, other]), [other]);
  assert.deepEqual(unheard.of([PLACE, other]), []);
});

test("pauses grow with failures up to half a minute, and are spread", () => {
  assert.equal(pauseMs(0, 0.7), EVERY_MS);
  assert.ok(pauseMs(3, 0) < pauseMs(3, 1));
  assert.ok(pauseMs(20, 1) <= 37_500);
});

test("boxes overlap when they have a point in common", () => {
  assert.ok(overlaps([0, 0, 1, 1], [1, 1, 2, 2]));
  assert.ok(!overlaps([0, 0, 1, 1], [1.1, 0, 2, 1]));
});
