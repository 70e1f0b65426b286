/** Some positions of the file on the real map, in the system that is used or looked at. */
import L from "leaflet";
import { h, token } from "../dom";
import type { MapFrame } from "./map_frame";
import type { Candidate, Place } from "./types";
import { w } from "./words";

export interface PlaceMap {
  element: HTMLElement;
  show(candidate: Candidate): void;
}

export function placeMap(place: Place, frame: MapFrame, first: Candidate | null): PlaceMap | null {
  if (!first || first.positions_4326.length === 0) return null;
  const words = h("p", { class: "soft small", "aria-live": "polite" });
  let shown: Candidate | null = null;
  const draw = () => {
    frame.shapes.clearLayers();
    L.geoJSON(place.outline_4326, { style: { renderer: frame.canvas, color: token("map-ward"), weight: 2, fillOpacity: 0.03, interactive: false } as L.PathOptions }).addTo(frame.shapes);
    for (const position of shown?.positions_4326 ?? []) frame.dot(position, "map-select", { radius: 5, interactive: false }).addTo(frame.shapes);
  };
  const show = (candidate: Candidate) => {
    if (candidate === shown) return;
    shown = candidate;
    const spots = candidate.positions_4326.map(([lon, lat]) => L.latLng(lat, lon).toBounds(60));
    words.textContent = w(spots.some((spot) => frame.near(spot)) ? "place.on_map" : "place.off_map", { name: candidate.name });
    frame.show(draw);
    frame.fit(spots, 17);
  };
  queueMicrotask(() => show(first)); // the frame has a size once it is in the page
  return { element: h("div", { class: "stack-tight" }, frame.element, words), show };
}
