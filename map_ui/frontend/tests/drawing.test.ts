import assert from "node:assert/strict";
import { test } from "node:test";
import type { LonLat } from "../api_types";
import { parsedPosition, zoneOf } from "../coordinates";
import { useLanguage } from "../i18n";
import { bestPlace, cornerAt, cornersOf, insertedAfter, mapped, withCorner, withoutCorner } from "../workspace/corner_edits";
import { pressed } from "../workspace/keys";
import { bearingDeg, deflectionDeg, destination, metresBetween, shifted, turned } from "../workspace/planar";
import { networkOf, spotNear, waysBetween } from "../workspace/trace_path";
import { angleText, dateText, numberText, typedAngle, typedDate, typedNumber, typedTime } from "../workspace/typed_numbers";

const zone = zoneOf(
  "VN-2000",
  "+proj=tmerc +lat_0=0 +lon_0=105.75 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 " +
    "+towgs84=-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278 +units=m +no_defs",
);
const HOME: LonLat = [106.363, 10.354];
const at = (eastM: number, northM: number): LonLat => shifted(HOME, eastM, northM, zone);

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);
}

test("distance and bearing lead to the position that they were measured at", () => {
  for (const bearing of [0, 45, 90, 135.5, 180, 270, 359.9]) {
    const there = destination(HOME, 123.456, bearing, zone);
    near(metresBetween(HOME, there, zone), 123.456, 0.0005);
    near(bearingDeg(HOME, there, zone), bearing, 0.0005);
  }
  near(bearingDeg(HOME, at(0, 100), zone), 0, 0.001);
  near(bearingDeg(HOME, at(100, 0), zone), 90, 0.001);
});

test("a turn to the right is positive, to the left negative", () => {
  assert.equal(deflectionDeg(350, 20), 30);
  assert.equal(deflectionDeg(20, 350), -30);
  assert.equal(deflectionDeg(90, 90), 0);
});

test("four quarter turns end where they began", () => {
  const corner = at(30, 10);
  let position = corner;
  for (let n = 0; n < 4; n++) position = turned(position, HOME, 90, zone);
  near(metresBetween(corner, position, zone), 0, 0.001);
  near(metresBetween(turned(corner, HOME, 90, zone), at(10, -30), zone), 0, 0.001);
});

const SQUARE: GeoJSON.MultiPolygon = { type: "MultiPolygon", coordinates: [[[at(0, 0), at(10, 0), at(10, 10), at(0, 10), at(0, 0)]]] };

test("rings stay closed whatever is done to their corners", () => {
  const closed = (geometry: GeoJSON.Geometry | null) => {
    const [[ring]] = (geometry as GeoJSON.MultiPolygon).coordinates as [[LonLat[]]];
    assert.deepEqual(ring[0], ring.at(-1));
    return ring.length - 1;
  };
  assert.equal(cornersOf(SQUARE).length, 4);
  assert.equal(closed(withCorner(SQUARE, [0, 0, 0], at(-1, -1))), 4);
  assert.equal(closed(insertedAfter(SQUARE, [0, 0, 3], at(-2, 5))), 5);
  assert.equal(closed(withoutCorner(SQUARE, [0, 0, 0])), 3);
  assert.equal(closed(mapped(SQUARE, (position) => turned(position, HOME, 30, zone))), 4);
});

test("an area of three corners is not left with two", () => {
  const triangle = withoutCorner(SQUARE, [0, 0, 1]);
  assert.ok(triangle);
  assert.equal(withoutCorner(triangle, [0, 0, 1]), null);
  const holed: GeoJSON.MultiPolygon = { type: "MultiPolygon", coordinates: [[SQUARE.coordinates[0]![0]!, [at(2, 2), at(4, 2), at(3, 4), at(2, 2)]]] };
  assert.deepEqual(withoutCorner(holed, [0, 1, 0]), SQUARE);
});

test("the corner before the first one of a ring is its last; a line has none", () => {
  assert.deepEqual(cornerAt(SQUARE, [0, 0, 0]), { position: at(0, 0), before: at(0, 10) });
  const line: GeoJSON.MultiLineString = { type: "MultiLineString", coordinates: [[at(0, 0), at(10, 0)]] };
  assert.deepEqual(cornerAt(line, [0, 0]), { position: at(0, 0), before: null });
  assert.equal(cornerAt(line, [0, 7]), null);
});

test("a new corner goes into the edge that it lies at", () => {
  assert.deepEqual(bestPlace(SQUARE, at(5, 0.2), zone), [0, 0, 0]);
  assert.deepEqual(bestPlace(SQUARE, at(-0.1, 5), zone), [0, 0, 3]);
  const line: GeoJSON.MultiLineString = { type: "MultiLineString", coordinates: [[at(0, 0), at(10, 0)]] };
  assert.deepEqual(bestPlace(line, at(20, 0), zone), [0, 1]);
});

const RING = [at(0, 0), at(30, 0), at(30, 10), at(0, 10), at(0, 0)];
const spot = (lines: LonLat[][], position: LonLat) => {
  const network = networkOf(lines, zone);
  const found = spotNear(network, position, 0.5, zone);
  assert.ok(found);
  return found;
};
const ways = (lines: LonLat[][], from: LonLat, to: LonLat) => waysBetween(networkOf(lines, zone), spot(lines, from), spot(lines, to));

test("the trace is the shorter way of the outline, and the other way is the rest of it", () => {
  const found = ways([RING], at(0, 0), at(30, 10));
  assert.ok(found?.other);
  assert.deepEqual(new Set([found.shorter.length, found.other.length]), new Set([2]));
  const near_ = ways([RING], at(0, 0), at(30, 0));
  assert.deepEqual(near_?.shorter, [RING[1]]);
  assert.deepEqual(near_?.other, [RING[3], RING[2], RING[1]]);
});

test("corners of a trace are the neighbour's, bit for bit", () => {
  const found = ways([RING], at(10, 0), at(20, 10));
  assert.ok(found?.other);
  for (const way of [found.shorter, found.other]) for (const position of way.slice(0, -1)) assert.ok(RING.some((corner) => corner[0] === position[0] && corner[1] === position[1]));
  assert.equal(found.shorter.length + found.other.length, 4 + 2);
});

test("between two places of one edge nothing lies in between; the other way goes round", () => {
  const found = ways([RING], at(10, 0), at(20, 0));
  assert.equal(found?.shorter.length, 1);
  assert.deepEqual(found?.other?.slice(0, -1), [RING[0], RING[3], RING[2], RING[1]]);
});

test("a trace goes on from feature to feature where they share a corner", () => {
  const next = [at(30, 0), at(60, 0), at(60, 10), at(30, 10), at(30, 0)];
  assert.deepEqual(ways([RING, next], at(0, 0), at(60, 0))?.shorter, [RING[1], next[1]]);
});

test("no way, and no trace, between outlines that do not meet", () => {
  const far = [at(100, 0), at(110, 0)];
  assert.equal(ways([RING, far], at(0, 0), at(110, 0)), null);
  assert.equal(ways([RING], at(0, 0), at(0, 0)), null);
});

test("random rings: both ways together are the whole outline", () => {
  let seed = 7;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  for (let round = 0; round < 60; round++) {
    const n = 3 + Math.floor(random() * 12);
    const open = Array.from({ length: n }, (_, k) => {
      const radius = 20 + 30 * random();
      return at(radius * Math.sin((2 * Math.PI * k) / n), radius * Math.cos((2 * Math.PI * k) / n));
    });
    const ring = [...open, open[0]!];
    const [from, to] = [open[Math.floor(random() * n)]!, open[Math.floor(random() * n)]!];
    const found = ways([ring], from, to);
    if (from === to) {
      assert.equal(found, null);
      continue;
    }
    assert.ok(found?.other);
    const length = (way: LonLat[]) => [from, ...way].slice(1).reduce((sum, position, index) => sum + metresBetween([from, ...way][index]!, position, zone), 0);
    assert.ok(length(found.shorter) <= length(found.other) + 1e-6);
    const around = ring.slice(1).reduce((sum, position, index) => sum + metresBetween(ring[index]!, position, zone), 0);
    near(length(found.shorter) + length(found.other), around, 1e-3);
    assert.equal(found.shorter.length + found.other.length, n);
  }
});

test("numbers are read as the language writes them", () => {
  useLanguage("vi");
  for (const [text, value] of [["1.234,5", 1234.5], ["12,5", 12.5], ["12.5", 12.5], ["1.145.000", 1_145_000], ["-3", -3], ["1145000.25", 1_145_000.25]] as const) assert.equal(typedNumber(text), value, text);
  useLanguage("en");
  assert.equal(typedNumber("1,234.5"), 1234.5);
  assert.equal(typedNumber("12,5"), 12.5);
  for (const text of ["", "abc", "1,2,3", "12 m", "1e5"]) assert.equal(typedNumber(text), null, text);
  useLanguage("vi");
  assert.equal(typedNumber(numberText(1_145_000.125, 3)), 1_145_000.125);
});

test("angles are read in degrees, or degrees, minutes and seconds", () => {
  useLanguage("vi");
  near(typedAngle("10°21'38,5\"B") ?? 0, 10 + 21 / 60 + 38.5 / 3600, 1e-12);
  near(typedAngle("10 21 38.5") ?? 0, 10 + 21 / 60 + 38.5 / 3600, 1e-12);
  near(typedAngle("106°22′26″Đ") ?? 0, 106 + 22 / 60 + 26 / 3600, 1e-12);
  assert.equal(typedAngle("10,354"), 10.354);
  assert.equal(typedAngle("-12.5"), -12.5);
  for (const text of ["", "x", "10°75'", "10 20 99"]) assert.equal(typedAngle(text), null, text);
  for (const value of [10.354, 106.363, 0.0001, 359.99999]) near(typedAngle(angleText(value)) ?? 0, value, 1e-7);
});

test("a pair of degrees, minutes and seconds is a position", () => {
  const found = parsedPosition("10°21'38\"B 106°22'26\"Đ", zone);
  near(found?.[1] ?? 0, 10 + 21 / 60 + 38 / 3600, 1e-9);
  near(found?.[0] ?? 0, 106 + 22 / 60 + 26 / 3600, 1e-9);
  assert.deepEqual(parsedPosition("106°22'26\"E, 10°21'38\"N", zone), found);
  assert.equal(parsedPosition("10°75'00\"N 106°22'26\"E", zone), null);
});

test("days are read day first and written so", () => {
  assert.equal(typedDate("7/3/2025"), "2025-03-07");
  assert.equal(typedDate("2025-03-07"), "2025-03-07");
  assert.equal(dateText("2025-03-07"), "07/03/2025");
  for (const text of ["30/2/2025", "2025", "7/13/2025", ""]) assert.equal(typedDate(text), null, text);
});

test("a key press has one name, whatever the keyboard", () => {
  const press = (key: string, marks: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) => pressed({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...marks });
  assert.equal(press("S"), "s");
  assert.equal(press("z", { ctrlKey: true }), "ctrl+z");
  assert.equal(press("Z", { metaKey: true, shiftKey: true }), "ctrl+shift+z");
  assert.equal(press("?", { shiftKey: true }), "?");
  assert.equal(press(" "), "space");
  assert.equal(press("ArrowUp", { shiftKey: true }), "shift+arrowup");
  assert.notEqual(press("s", { altKey: true }), "s");
});

test("times are typed as people write them", () => {
  for (const text of ["14:05", "14h05", "14 giờ 5", "1405", "14.05", " 14:05 "]) assert.equal(typedTime(text), "14:05", text);
  assert.equal(typedTime("7h"), "07:00");
  assert.equal(typedTime("7"), "07:00");
  for (const text of ["24:00", "7:60", "trưa", "", "12345", "-1:00"]) assert.equal(typedTime(text), null, text);
});
