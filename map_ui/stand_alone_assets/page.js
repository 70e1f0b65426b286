"use strict";
/** Draws the page's values on the map that folium has made. */
const MOST_PINS = 1500; // more points of one layer are drawn as discs on the canvas
const MANY_AREAS = 1000;
const OUTLINES_FROM = 15; // zoom

// The ground from below: layer, which classes, symbol. Roads get their widths by zoom.
const GROUND = [
  ["wards", () => true, { fill: "#f6f4ef", fill_opacity: 1 }],
  ["land-cover", (kind) => kind === "built_up", { fill: "#eeebe3", fill_opacity: 1 }],
  ["water", () => true, { fill: "#cfe4ee", fill_opacity: 1, stroke: "#9cc3d6", stroke_width: 1 }],
  ["land-cover", (kind) => kind === "islet", { fill: "#f6f4ef", fill_opacity: 1, stroke: "#9cc3d6", stroke_width: 1 }],
  ["green-areas", () => true, { fill: "#ddebd3", fill_opacity: 1, stroke: "#c2d8b3", stroke_width: 0.75 }],
  ["roads", () => true, { stroke: "#d3cdc0" }, 2],
  ["roads", () => true, { stroke: "#ffffff" }, 0],
  ["wards", () => true, { stroke: "#8a6f92", stroke_width: 1.2, dash: [14, 5, 3, 5] }],
];
// Pixels at zoom 14; doubled with every second zoom.
const ROADS = { trunk: 5, bridge: 4.6, primary: 4.2, secondary: 3.4, tertiary: 2.8, alley: 1.2 };

function collection(features) {
  return features.map((feature) => ({ type: "Feature", properties: { feature }, geometry: feature[feature.length - 1] }));
}

function roadWidth(kind, zoom) {
  return (ROADS[kind] ?? 1.8) * 2 ** ((Math.min(zoom, 18) - 14) / 2);
}

function drawGround(map, ground) {
  map.createPane("ground").style.zIndex = "200";
  const shared = { pane: "ground", renderer: L.canvas({ pane: "ground", padding: 0.3 }), interactive: false };
  const roads = [];
  for (const [slug, wanted, symbol, casing] of GROUND) {
    const layer = ground.find((entry) => entry.slug === slug);
    if (!layer) continue;
    const type = casing === undefined ? "MultiPolygon" : "MultiLineString";
    const features = collection(layer.features.filter(([kind]) => wanted(kind)));
    const group = L.geoJSON(features, { ...shared, style: () => ({ ...pathOptions(symbol, type), opacity: 1 }) });
    group.addTo(map);
    if (casing !== undefined) roads.push([group, casing]);
  }
  const widen = () => {
    for (const [group, casing] of roads) {
      group.setStyle((item) => {
        const width = roadWidth(item.properties.feature[0], map.getZoom());
        return { weight: width < 1.6 ? width : width + casing };
      });
    }
  };
  map.on("zoomend", widen);
  widen();
}

function nameGround(map, ground) {
  map.createPane("names").style.zIndex = "450";
  const wards = ground.find((entry) => entry.slug === "wards");
  for (const [, name, geometry] of wards?.features ?? []) {
    const middle = L.geoJSON(geometry).getBounds().getCenter();
    const icon = L.divIcon({ className: "ward-name", html: element("span", {}, name), iconSize: null });
    L.marker(middle, { icon, pane: "names", interactive: false, keyboard: false }).addTo(map);
  }
}

function pointLayer(layer, feature, latlng, icons) {
  const symbol = symbolOf(layer.style, feature[0]);
  if (layer.features.length > MOST_PINS || !carriesPin(symbol, icons)) return L.circleMarker(latlng, discOptions(symbol));
  const size = 2 * Math.max(symbol.radius ?? 10, 9) + 4;
  const html = pinPicture(symbol, icons[symbol.icon], size);
  const icon = L.divIcon({ className: "pin", html, iconSize: [size, size] });
  return L.marker(latlng, { icon, alt: feature[1], title: feature[1] });
}

function drawLayer(layer, words, icons) {
  const group = L.geoJSON(collection(layer.features), {
    style: (item) => pathOptions(symbolOf(layer.style, item.properties.feature[0]), layer.geometry_type),
    pointToLayer: (item, latlng) => pointLayer(layer, item.properties.feature, latlng, icons),
  });
  group.bindPopup((item) => sheet(layer, item.feature.properties.feature, words), { maxWidth: 320 });
  return group;
}

/** Thousands of outlines seen from afar would be one grey patch. */
function thinOut(map, layer, group) {
  if (layer.geometry_type !== "MultiPolygon" || layer.features.length < MANY_AREAS) return;
  const restyle = () => {
    const outlined = map.getZoom() >= OUTLINES_FROM;
    group.setStyle((item) => {
      const options = pathOptions(symbolOf(layer.style, item.properties.feature[0]), layer.geometry_type);
      return { stroke: options.stroke && outlined };
    });
  };
  map.on("zoomend", restyle);
  restyle();
}

function fit(map, [west, south, east, north]) {
  const panel = document.getElementById("panel").getBoundingClientRect();
  const beside = panel.width < window.innerWidth / 2;
  map.options.maxZoom = 20;
  map.fitBounds(
    [
      [south, west],
      [north, east],
    ],
    { paddingTopLeft: [beside ? panel.right + 8 : 8, 8], paddingBottomRight: [8, beside ? 8 : panel.height + 8], maxZoom: 17, animate: false },
  );
}

/** Called by the page's last script with folium's map. */
function drawCity(map) {
  const values = JSON.parse(document.getElementById("values").textContent);
  const words = WORDS[values.lang] ?? WORDS.en;
  const groups = new Map();
  const show = (slug, shown) => {
    groups.get(slug)[shown ? "addTo" : "removeFrom"](map);
    // One canvas holds all layers: what is switched on again comes back to its place in the order.
    for (const group of groups.values()) if (map.hasLayer(group)) group.bringToFront();
  };
  fillPanel(values, words, show);
  fit(map, values.bounds);
  drawGround(map, values.ground);
  nameGround(map, values.ground);
  for (const layer of values.layers) {
    groups.set(layer.slug, drawLayer(layer, words, values.icons).addTo(map));
    thinOut(map, layer, groups.get(layer.slug));
  }
  map.getContainer().setAttribute("aria-label", `${words.map}: ${values.title}`);
  map.getContainer().setAttribute("role", "region");
  map.attributionControl.setPrefix("Leaflet");
  L.control.zoom({ position: "topright", zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  window.cityMap = { map, groups, values };
}
