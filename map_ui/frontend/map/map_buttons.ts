/** Zoom, "where am I" and the scale line, as keyboard-friendly buttons beside the map. */
import L from "leaflet";
import { h, iconButton, token } from "../dom";
import { t } from "../i18n";
import { say } from "../shell/messages";
import { cityBounds, type CityMapOptions } from "./city_map";

/** A column of buttons with one frame around them. */
export function buttonGroup(label: string, ...buttons: HTMLElement[]): HTMLElement {
  return h("div", { class: "map-group", role: "group", "aria-label": label }, ...buttons);
}

export function zoomButtons(map: L.Map): HTMLElement {
  const closer = iconButton("plus", t("map.zoom_in"), () => map.zoomIn());
  const farther = iconButton("minus", t("map.zoom_out"), () => map.zoomOut());
  const update = () => {
    closer.disabled = map.getZoom() >= map.getMaxZoom();
    farther.disabled = map.getZoom() <= map.getMinZoom();
  };
  map.on("zoomend", update);
  update();
  return buttonGroup(t("map.zoom"), closer, farther);
}

export function wholeCityButton(map: L.Map, city: CityMapOptions["city"]): HTMLButtonElement {
  return iconButton("maximize", t("map.whole_city"), () => map.fitBounds(cityBounds(city)));
}

/** Marks the reader's position; calls `onFound` with it. Nothing is sent anywhere. */
export function locateButton(map: L.Map, city: CityMapOptions["city"], onFound?: (position: L.LatLng) => void): HTMLButtonElement {
  const marks = L.layerGroup().addTo(map);
  const button = iconButton("locate", t("map.locate"), () => {
    button.setAttribute("aria-busy", "true");
    map.locate({ enableHighAccuracy: true, timeout: 12_000, maximumAge: 30_000 });
  });
  map.on("locationfound", (event) => {
    button.removeAttribute("aria-busy");
    marks.clearLayers();
    const colour = token("map-here");
    L.circle(event.latlng, { radius: event.accuracy, color: colour, weight: 1, fillOpacity: 0.12, interactive: false }).addTo(marks);
    L.circleMarker(event.latlng, { radius: 8, color: token("map-pin-edge"), weight: 3, fillColor: colour, fillOpacity: 1, interactive: false }).addTo(marks);
    if (cityBounds(city).pad(1).contains(event.latlng)) map.setView(event.latlng, Math.max(map.getZoom(), 16));
    else say(t("map.far_away", { city: city.name }));
    onFound?.(event.latlng);
  });
  map.on("locationerror", (event) => {
    button.removeAttribute("aria-busy");
    say(t(event.code === 1 ? "map.locate_refused" : "map.locate_failed"), "caution");
  });
  return button;
}

export function addScale(map: L.Map): void {
  L.control.scale({ imperial: false, maxWidth: 120, position: "bottomleft" }).addTo(map);
}
