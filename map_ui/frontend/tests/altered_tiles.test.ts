import assert from "node:assert/strict";
import { test } from "node:test";
import type { Feature, Zxy } from "protomaps-leaflet";
import { AlteredTiles, tilePoint, type Alterations } from "../map/altered_tiles";

const TILE = { z: 17, x: 104261, y: 61745 } as unknown as Zxy;

function squareAround(x: number, y: number): GeoJSON.Geometry {
  const degrees = 360 / 2 ** 17 / 512;
  const west = (104261 * 512 + x) * degrees - 180;
  // Near the equator a pixel is as high as wide, to a hundredth.
  const north = Math.atan(Math.sinh(Math.PI * (1 - (2 * (61745 * 512 + y)) / (2 ** 17 * 512)))) * (180 / Math.PI);
  const ring = [[0, 0], [8, 0], [8, 8], [0, 8], [0, 0]].map(([dx = 0, dy = 0]) => [west + dx * degrees, north - dy * degrees]);
  return { type: "MultiPolygon", coordinates: [[ring]] };
}

function feature(id: string): Feature {
  return { props: { id, class: "", label: id }, geom: [], bbox: { minX: 0, minY: 0, maxX: 1, maxY: 1 }, geomType: 3 as never, numVertices: 0 };
}

const source = { get: async () => new Map([["parcels", [feature("1"), feature("2")]], ["parcels__labels", [feature("1"), feature("2")]], ["roads", [feature("1")]]]) };
const ids = (found: Feature[] | undefined) => (found ?? []).map(({ props }) => props["id"]);

test("changed features take the place of those in the tile, names too", async () => {
  const alterations: Alterations = new Map([["parcels", { hidden: new Set(["1"]), added: [{ id: "1", class: "TMD", label: "9", geometry: squareAround(100, 200) }] }]]);
  const tiles = await new AlteredTiles(source, alterations).get(TILE, 512);
  assert.deepEqual(ids(tiles.get("parcels")), ["2", "1"]);
  assert.deepEqual(ids(tiles.get("parcels__labels")), ["2", "1"]);
  assert.deepEqual(ids(tiles.get("roads")), ["1"]);
  const added = tiles.get("parcels")?.[1];
  assert.equal(added?.props["class"], "TMD");
  const [corner] = added?.geom[0] ?? [];
  assert.ok(corner && Math.abs(corner.x - 100) < 0.01 && Math.abs(corner.y - 200) < 0.01);
});

test("what lies in another tile is left out; a whole layer can be replaced", async () => {
  const far = { id: "7", class: "", label: "7", geometry: squareAround(5000, 200) };
  const near = { id: "8", class: "", label: "", geometry: squareAround(-20, 200) };
  const tiles = await new AlteredTiles(source, new Map([["parcels", { hidden: "all" as const, added: [far, near] }]])).get(TILE, 512);
  assert.deepEqual(ids(tiles.get("parcels")), ["8"]);
  assert.deepEqual(ids(tiles.get("parcels__labels")), []);
});

test("the tile of a place is where its pixel says", () => {
  const at = tilePoint([106.3635, 10.354], TILE, 512);
  assert.ok(at.x >= 0 && at.x < 512 && at.y >= 0 && at.y < 512, `${at.x} ${at.y}`);
});
