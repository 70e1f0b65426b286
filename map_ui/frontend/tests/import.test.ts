import assert from "node:assert/strict";
import { test } from "node:test";
import { useLanguage } from "../i18n";
import { areReadings, byTheme, layerName } from "../import/layer_names";
import { bytes, companionsMissing, dataFiles, duration, emptyFile, encodingName, mappingOf, plainKey } from "../import/plain";
import { apart, inWords } from "../import/row_counts";
import type { Understanding } from "../import/types";
import { en } from "../import/words_en";
import { vi } from "../import/words_vi";

test("every word of the import pages exists in both languages with the same places to fill", () => {
  const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort().join();
  for (const [key, words] of Object.entries(vi)) assert.equal(places(en[key as keyof typeof vi]), places(words), key);
});

test("a mapping names every field, so that nothing is filled that the person left out", () => {
  const fields = [{ name: "so_thua" }, { name: "so_to" }, { name: "name" }];
  const selects = new Map([["SHTHUA", { value: "so_thua" }], ["GHICHU", { value: "" }]]);
  assert.deepEqual(mappingOf(fields, selects), { so_thua: "SHTHUA", so_to: "", name: "" });
});

test("missing parts of a bare shapefile are named, whatever the case of their names", () => {
  assert.deepEqual(companionsMissing(["Thua.SHP", "thua.dbf"]), [".shx"]);
  assert.deepEqual(companionsMissing(["a.shp", "a.shx", "b.dbf"]), [".dbf"]);
  assert.deepEqual(companionsMissing(["a.zip"]), []);
});

test("an import takes one file of data; what lies beside it is none", () => {
  const kinds = [".zip", ".shp", ".gpkg"];
  assert.deepEqual(dataFiles(["Thua.SHP", "thua.dbf", "thua.shp.xml"], kinds), ["Thua.SHP"]);
  assert.deepEqual(dataFiles(["thua.dbf", "thua.prj"], kinds), []);
  assert.deepEqual(dataFiles(["a.shp", "readme.txt"], [...kinds, ".txt"]), ["a.shp"]);
  assert.deepEqual(dataFiles(["mốc.txt"], [...kinds, ".txt"]), ["mốc.txt"]);
  assert.deepEqual(dataFiles(["a.zip", "b.gpkg"], kinds), ["a.zip", "b.gpkg"]);
});

test("a file without rows is named, unless another of its layers may hold some", () => {
  const files = [{ name: "a.shp", bytes: 1 }, { name: "a.dbf", bytes: 1 }];
  const job = (rows: number | null, layers: string[] = []) => ({ files, kinds: [".shp"], understanding: { rows, layers } as unknown as Understanding });
  assert.equal(emptyFile(job(0)), "a.shp");
  assert.equal(emptyFile(job(0, ["a"])), "a.shp");
  assert.equal(emptyFile(job(0, ["a", "b"])), "");
  assert.equal(emptyFile(job(null)), "");
  assert.equal(emptyFile({ ...job(0), understanding: null }), "");
});

test("layers made from OpenStreetMap are named in words, those of the theme first; others keep their names", () => {
  useLanguage("vi");
  assert.equal(layerName("infrastructure: line"), "Hạ tầng: đường");
  assert.equal(layerName("roads: line"), "roads: line");
  assert.equal(layerName("10: line", true), "Lớp 10: đường");
  assert.equal(layerName("10+11: parcel", true), "Thửa dựng từ đường ranh, nhãn, loại đất, diện tích (lớp 10+11)");
  assert.equal(layerName("mốc: E=Y, N=X"), "mốc: X là tọa độ Bắc, Y là tọa độ Đông");
  assert.deepEqual([areReadings(["a: E=Y, N=X", "a: E=X, N=Y"]), areReadings(["a: E=Y, N=X", "b"]), areReadings([])], [true, false, false]);
  assert.deepEqual(byTheme(["points", "topography: area", "tourism: point"], "tourism"), ["tourism: point", "points", "topography: area"]);
});

test("a key is written without the dividers of blank parts", () => {
  assert.deepEqual(["/5/16", "Q1", "28249/"].map(plainKey), ["5/16", "Q1", "28249"]);
});

test("a row that is set aside is not shown among the rejected ones", () => {
  const counts = { read: 1_010, new: 1_000, changed: 2, same: 0, rejected: 8, set_aside: 5 };
  assert.deepEqual(apart(counts), { new: 1_000, changed: 2, same: 0, rejected: 3, set_aside: 5 });
  assert.equal(Object.values(apart(counts)).reduce((sum, rows) => sum + rows, 0), counts.read);
  useLanguage("vi");
  assert.equal(inWords(counts).read, "1.010");
});

test("sizes and times are rough and readable", () => {
  useLanguage("vi");
  assert.equal(bytes(640_000).replace(/\u00a0/g, " "), "640 kB");
  assert.equal(bytes(12_400_000).replace(/\u00a0/g, " "), "12,4 MB");
  assert.equal(duration(20), "20 giây");
  assert.equal(duration(170), "3 phút");
});

test("encodings have the names that offices use", () => {
  useLanguage("en");
  assert.equal(encodingName("tcvn3"), "TCVN3 (ABC)");
  assert.equal(encodingName("utf-8+vni"), "VNI-Windows, turned into UTF-8 wrongly");
  assert.equal(encodingName("koi8-r"), "koi8-r");
});
