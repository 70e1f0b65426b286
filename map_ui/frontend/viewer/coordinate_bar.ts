/** The position under the pointer, or of the map's centre, in WGS 84 and VN-2000. */
import type L from "leaflet";
import type { Zone } from "../coordinates";
import { h } from "../dom";
import { formatLatLon, formatVn2000 } from "../format";
import { t } from "../i18n";

export function coordinateBar(map: L.Map, zone: Zone): HTMLElement {
  const degrees = h("span", { class: "numbers" });
  const metres = h("span", { class: "numbers" });
  const show = ({ lat, lng }: L.LatLng) => {
    const [easting, northing] = zone.toMetres([lng, lat]);
    degrees.textContent = formatLatLon(lat, lng);
    metres.textContent = formatVn2000(easting, northing);
  };
  map.on("mousemove", (event) => show(event.latlng));
  map.on("moveend", () => show(map.getCenter()));
  show(map.getCenter());
  const label = (name: string) => h("span", { class: "position-name" }, name);
  return h(
    "div",
    { class: "coordinates", role: "group", "aria-label": t("coordinates.name") },
    h("span", {}, label("WGS 84"), degrees),
    h("span", { title: zone.name }, label("VN-2000"), metres),
  );
}
