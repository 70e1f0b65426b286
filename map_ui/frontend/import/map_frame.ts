/** The map of the import pages: one for all steps, moved to where it is wanted. */
import L from "leaflet";
import { h, token } from "../dom";
import { createCityMap, cityBounds } from "../map/city_map";
import { pageCity } from "../map/page_city";
import { addScale, buttonGroup, wholeCityButton, zoomButtons } from "../map/map_buttons";

const CLOSEST = 18;
const AROUND = 1; // parts of the city's extent beside it that still count as near

export class MapFrame {
  readonly element = h("div", { class: "import-map" });
  readonly map: L.Map;
  /** Thousands of shapes: drawn on one canvas, which also knows what was clicked. */
  readonly canvas = L.canvas({ padding: 0.3, tolerance: 6 });
  readonly shapes = L.layerGroup();
  private readonly area = cityBounds(pageCity().city);
  private redraw: () => void = () => undefined;

  constructor(label: string) {
    const container = h("div", { class: "import-map-canvas" });
    this.element.append(container);
    const about = pageCity();
    this.map = createCityMap(container, { ...about, start: null, basemap: "own" }).map;
    container.setAttribute("aria-label", label);
    this.map.scrollWheelZoom.disable(); // the page scrolls past the map
    this.shapes.addTo(this.map);
    addScale(this.map);
    this.element.append(h("div", { class: "map-tools" }, buttonGroup("", wholeCityButton(this.map, about.city)), zoomButtons(this.map)));
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(this.element);
    document.addEventListener("themechange", () => this.redraw());
    this.map.on("zoomend", () => this.redraw());
  }

  /** What draws the shapes; called again when the zoom or the colours change. */
  show(draw: (() => void) | null): void {
    this.shapes.clearLayers();
    this.redraw = draw ?? (() => undefined);
    this.redraw();
  }

  /** Whether a place is in or near the city: what lies farther away is not on this map. */
  near(bounds: L.LatLngBounds): boolean {
    return bounds.isValid() && this.area.pad(AROUND).intersects(bounds);
  }

  /** Goes to what lies near the city of `all`, or to the whole city. */
  fit(all: L.LatLngBounds[], closest = CLOSEST): void {
    const near = all.filter((bounds) => this.near(bounds));
    const around = L.latLngBounds([]);
    for (const bounds of near) around.extend(bounds);
    this.map.invalidateSize({ animate: false });
    this.map.fitBounds(around.isValid() ? around.pad(0.1) : this.area, { maxZoom: closest, animate: false });
  }

  dot(position: [number, number], colour: string, options: L.CircleMarkerOptions = {}): L.CircleMarker {
    const paint = token(colour);
    const [lon, lat] = position;
    return L.circleMarker([lat, lon], { renderer: this.canvas, radius: 4, color: token("map-pin-edge"), weight: 1, fillColor: paint, fillOpacity: 0.9, bubblingMouseEvents: false, ...options });
  }
}
