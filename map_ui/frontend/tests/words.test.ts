import assert from "node:assert/strict";
import { test } from "node:test";
import { formatArea, formatDate, formatLatLon, formatLength, formatVn2000 } from "../format";
import { folded, matches } from "../folding";
import { t, useLanguage } from "../i18n";
import { brokenLines } from "../map/text_labels";
import { en } from "../words_en";
import { vi } from "../words_vi";

function plain(text: string): string {
  return text.replace(/\u00a0/g, " ");
}

test("numbers follow the language", () => {
  useLanguage("vi");
  assert.equal(plain(formatArea(1234.5)), "1.234,5 m²");
  assert.equal(plain(formatLength(1234)), "1,23 km");
  useLanguage("en");
  assert.equal(plain(formatArea(1234.5)), "1,234.5 m²");
  assert.equal(plain(formatLength(12.34)), "12.3 m");
});

test("large areas are hectares and square kilometres", () => {
  useLanguage("vi");
  assert.equal(plain(formatArea(25_000)), "2,5 ha");
  assert.equal(plain(formatArea(1_600_000)), "1,6 km²");
});

test("dates are dd/MM/yyyy in Vietnamese; other text stays", () => {
  useLanguage("vi");
  assert.equal(formatDate("2025-07-01"), "01/07/2025");
  assert.equal(formatDate("2025-07-01T23:30:00+07:00"), "01/07/2025");
  assert.equal(formatDate("khoảng 1985"), "khoảng 1985");
  assert.equal(formatDate(null), "");
  useLanguage("en");
  assert.equal(formatDate("2025-07-01"), "1 July 2025");
});

test("positions name their axes; the Vietnamese X is northing", () => {
  useLanguage("vi");
  assert.equal(formatLatLon(10.354, 106.363), "10,35400° B, 106,36300° Đ");
  assert.equal(plain(formatVn2000(567_890.12, 1_145_000.5)), "X (Bắc) 1.145.000,5 m, Y (Đông) 567.890,1 m");
});

test("folding takes tone marks and the stroke of đ away", () => {
  assert.equal(folded("ĐƯỜNG NGUYỄN ĐÌNH CHIỂU"), "duong nguyen dinh chieu");
  assert.equal(folded("  Chùa   Vĩnh Tràng "), "chua vinh trang");
  assert.ok(matches("Chùa Vĩnh Tràng", "trang vinh"));
  assert.ok(!matches("Chùa Vĩnh Tràng", "vinh long"));
});

test("every word exists in both languages with the same places to fill", () => {
  const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort().join();
  for (const [key, words] of Object.entries(vi)) assert.equal(places(en[key as keyof typeof vi]), places(words), key);
});

test("words are filled in; unknown places stay visible", () => {
  useLanguage("en");
  assert.equal(t("close_panel", { name: "Layers" }), "Close the panel “Layers”");
  assert.equal(t("place.count"), "{n} places");
});

test("labels break into balanced lines and lose no word", () => {
  assert.deepEqual(brokenLines("Sông Tiền", 16), ["Sông Tiền"]);
  assert.deepEqual(brokenLines("Nhà tưởng niệm anh hùng liệt sĩ", 18), ["Nhà tưởng niệm", "anh hùng liệt sĩ"]);
  assert.equal(brokenLines("Khu du lịch Cồn Thới Sơn", 10).join(" "), "Khu du lịch Cồn Thới Sơn");
});
