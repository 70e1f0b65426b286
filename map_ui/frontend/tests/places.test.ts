import assert from "node:assert/strict";
import { test } from "node:test";
import type { Place } from "../api_types";
import { NO_FILTER, ordered, passes } from "../start/place_filter";

function place(slug: string, values: Partial<Place> = {}): Place {
  return {
    slug, id: slug, title: slug, original_title: slug, category: "museum", category_label: "", icon: "museum", lon: 106.36, lat: 10.35,
    accuracy_m: null, coordinate_source: null, opening_hours: null, open_now: null, hours_text: null, price_text: null, summary: null,
    summary_lang: null, address: null, heritage_rank: null, in_city: true, href: "", ...values,
  };
}

test("unknown opening hours do not count as open", () => {
  const filter = { ...NO_FILTER, openNow: true };
  assert.ok(passes(place("a", { open_now: true }), filter, new Set()));
  assert.ok(!passes(place("b", { open_now: false }), filter, new Set()));
  assert.ok(!passes(place("c"), filter, new Set()));
});

test("category and saved narrow together", () => {
  const filter = { ...NO_FILTER, category: "museum", savedOnly: true };
  assert.ok(passes(place("a"), filter, new Set(["a"])));
  assert.ok(!passes(place("b"), filter, new Set(["a"])));
  assert.ok(!passes(place("a", { category: "park" }), filter, new Set(["a"])));
});

test("nearest first when the position is known, otherwise listed sites of the city first", () => {
  const near = place("z", { lat: 10.351 });
  const far = place("a", { lat: 10.4, in_city: false });
  const listed = place("m", { lat: 10.38, heritage_rank: "quốc gia" });
  const slugs = (places: Place[]) => places.map(({ slug }) => slug).join();
  assert.equal(slugs(ordered([far, listed, near], { lat: 10.35, lon: 106.36 })), "z,m,a");
  assert.equal(slugs(ordered([far, near, listed], null)), "m,z,a");
});
