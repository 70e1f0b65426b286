/** The small map and the share button of a place's page; the page itself is complete without them. */
import L from "leaflet";
import { h, placeIcon, required } from "./dom";
import { t } from "./i18n";
import { createCityMap } from "./map/city_map";
import { pageCity } from "./map/page_city";
import { addScale, zoomButtons } from "./map/map_buttons";
import { say, watchConnection } from "./shell/messages";

async function share(): Promise<void> {
  const url = location.origin + location.pathname;
  try {
    if (navigator.share) await navigator.share({ title: document.title, url });
    else {
      await navigator.clipboard.writeText(url);
      say(t("copied"), "good");
    }
  } catch (reason) {
    const refused = reason instanceof DOMException && reason.name === "AbortError"; // the reader changed their mind
    if (!refused) say(t("copy_failed", { text: url }), "caution");
  }
}

function showMap(frame: HTMLElement): void {
  const { lat, lon, icon, title, color, accuracy } = frame.dataset;
  const position: L.LatLngTuple = [Number(lat), Number(lon)];
  const container = required(".place-map-canvas", frame);
  const { map } = createCityMap(container, { ...pageCity(), start: { zoom: 16, lat: position[0], lon: position[1] }, basemap: "own" });
  container.setAttribute("aria-label", title ?? "");
  map.scrollWheelZoom.disable(); // the page scrolls past the map
  const badge = h("span", { class: "badge" }, placeIcon(icon));
  if (color) badge.style.setProperty("--pin", color);
  if (Number(accuracy) > 0) L.circle(position, { radius: Number(accuracy), className: "accuracy", interactive: false }).addTo(map);
  const pin = L.divIcon({ html: h("span", { class: "marker" }, badge), className: "marker-holder", iconSize: [44, 44], iconAnchor: [22, 22] });
  L.marker(position, { icon: pin, interactive: false, keyboard: false }).addTo(map);
  addScale(map);
  frame.append(h("div", { class: "map-tools" }, zoomButtons(map)));
}

// The colour of a category is data; the page's policy allows no style attributes.
for (const badge of document.querySelectorAll<HTMLElement>("[data-pin]")) {
  if (badge.dataset["pin"]) badge.style.setProperty("--pin", badge.dataset["pin"]);
}

const frame = document.querySelector<HTMLElement>(".place-map");
if (frame) showMap(frame);
document.querySelector("#share")?.addEventListener("click", () => void share());
document.querySelector("#print")?.addEventListener("click", () => window.print());
watchConnection();
