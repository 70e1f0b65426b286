import assert from "node:assert/strict";
import { test } from "node:test";
import { areaM2, lengthM, parsedPosition, zoneOf } from "../coordinates";
import { parsePermalink, permalinkHash } from "../permalink";

const OFFICIAL =
  "+proj=tmerc +lat_0=0 +lon_0=105.75 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 " +
  "+towgs84=-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278 +units=m +no_defs";
const zone = zoneOf("VN-2000", OFFICIAL);

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);
}

test("the zone's metres come back as the same degrees", () => {
  const [easting, northing] = zone.toMetres([106.363, 10.354]);
  const [lon, lat] = zone.toLonLat(easting, northing);
  near(lon, 106.363, 1e-7);
  near(lat, 10.354, 1e-7);
});

test("the datum shift of about 225 m is applied", () => {
  const bare = zoneOf("no shift", OFFICIAL.replace(/\+towgs84=\S+/, ""));
  const [e1, n1] = zone.toMetres([106.363, 10.354]);
  const [e2, n2] = bare.toMetres([106.363, 10.354]);
  near(Math.hypot(e1 - e2, n1 - n2), 225, 3);
});

test("a square of 100 m in the zone measures 100 m and 1 ha", () => {
  const [e, n] = zone.toMetres([106.363, 10.354]);
  const corners = [[0, 0], [100, 0], [100, 100], [0, 100]].map(([x, y]) => zone.toLonLat(e + x!, n + y!));
  near(lengthM(corners.slice(0, 2), zone), 100, 0.002);
  near(areaM2(corners, zone), 10_000, 0.5);
});

test("typed degrees are understood in either order and either decimal sign", () => {
  assert.deepEqual(parsedPosition("10.354, 106.363", zone), [106.363, 10.354]);
  assert.deepEqual(parsedPosition("106.363 10.354", zone), [106.363, 10.354]);
  assert.deepEqual(parsedPosition("10,354; 106,363", zone), [106.363, 10.354]);
  assert.deepEqual(parsedPosition("10,35400° B, 106,36300° Đ", zone), [106.363, 10.354]);
});

test("typed VN-2000 metres are understood, northing first or last", () => {
  const [easting, northing] = zone.toMetres([106.363, 10.354]);
  for (const text of [`X ${northing.toFixed(2)} Y ${easting.toFixed(2)}`, `${easting.toFixed(2)} ${northing.toFixed(2)}`]) {
    const found = parsedPosition(text, zone);
    assert.ok(found);
    near(found[0], 106.363, 1e-6);
    near(found[1], 10.354, 1e-6);
  }
  assert.ok(parsedPosition("1.145.000,5 567.890,1", zone));
  assert.ok(parsedPosition("X (Bắc) 1.145.000,5 m, Y (Đông) 567.890,1 m", zone));
});

test("names, parcel numbers and lone numbers are no positions", () => {
  for (const text of ["Chùa Vĩnh Tràng", "tờ 12 thửa 34", "12/34", "10.354", "1 2 3", ""]) assert.equal(parsedPosition(text, zone), null, text);
});

test("a permalink survives being written and read", () => {
  const state = {
    map: { zoom: 15, lat: 10.354, lon: 106.363 },
    layers: [{ slug: "roads", opacity: 1 }, { slug: "parcels", opacity: 0.6 }],
    selection: { layer: "parcels", id: "123" },
    base: "own",
  };
  const hash = permalinkHash(state);
  assert.equal(hash, "#map=15/10.35400/106.36300&layers=roads,parcels:0.6&sel=parcels/123&base=own");
  assert.deepEqual(parsePermalink(hash), state);
});

test("no layers is a state of its own", () => {
  assert.deepEqual(parsePermalink("#layers=").layers, []);
  assert.equal(parsePermalink("#map=15/10/106").layers, null);
});

test("nonsense in an address is passed over", () => {
  const parsed = parsePermalink('#map=a/b/c&layers=<img>,roads:9,ok&sel=../../etc&base="x"');
  assert.deepEqual(parsed, { map: null, layers: [{ slug: "ok", opacity: 1 }], selection: null, base: null });
  assert.equal(parsePermalink("#map=15/99/106").map, null);
});
