/** All attributes of one feature, by type, with where they come from. */
import type { FeatureProperty, LonLat, MapFeature, RasterValue } from "../api_types";
import type { Zone } from "../coordinates";
import { h, icon } from "../dom";
import { formatDate, formatLatLon, formatNumber, formatVn2000 } from "../format";
import { t } from "../i18n";
import { say } from "../shell/messages";

function safeLink(text: string): string | null {
  try {
    const address = new URL(text);
    return address.protocol === "https:" || address.protocol === "http:" ? address.href : null;
  } catch {
    return null;
  }
}

function propertyValue(property: FeatureProperty): Node {
  const { kind, value } = property;
  if (kind === "link") {
    const href = safeLink(String(property.raw ?? value));
    if (href) return h("a", { href, rel: "noopener nofollow", target: "_blank" }, value, icon("external-link", "icon-small"));
  }
  if (kind === "phone") return h("a", { href: `tel:${String(property.raw ?? value).replace(/[^+\d]/g, "")}` }, value);
  if (property.color) {
    const dot = h("span", { class: "colour-swatch", "aria-hidden": "true" });
    dot.style.backgroundColor = property.color;
    return h("span", { class: "with-swatch" }, dot, value);
  }
  return document.createTextNode(withUnit(property));
}

/** The server's text, with its unit unless it ends with it already. */
function withUnit({ value, unit }: FeatureProperty): string {
  return unit && !value.endsWith(unit) ? `${value} ${unit}` : value;
}

function propertyTable(properties: FeatureProperty[]): HTMLElement {
  const rows = properties.filter(({ value }) => value !== "").flatMap((property) => {
    const numeric = ["number", "area", "length", "date"].includes(property.kind);
    return [h("dt", {}, property.label), h("dd", { class: numeric ? "numbers" : null }, propertyValue(property))];
  });
  return h("dl", { class: "facts" }, ...rows);
}

function provenance({ provenance: from }: MapFeature): HTMLElement {
  const facts: [string, string][] = [
    [t("layer.source"), from.source],
    [t("layer.date"), formatDate(from.data_date)],
    [t("layer.owner"), from.owner_unit],
    [t("layer.licence"), from.licence],
    [t("feature.changed"), formatDate(from.changed_at)],
    [t("feature.version"), String(from.version)],
  ];
  const rows = facts.filter(([, value]) => value).flatMap(([label, value]) => [h("dt", {}, label), h("dd", {}, value)]);
  return h("details", { class: "provenance" }, h("summary", {}, icon("chevron-right"), t("feature.provenance")), h("dl", { class: "facts" }, ...rows));
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(t("copied"), "good");
  } catch {
    say(t("copy_failed", { text }), "caution");
  }
}

/** Coordinates in both systems, each with a copy button. */
export function positionFacts([lon, lat]: LonLat, zone: Zone): HTMLElement {
  const [easting, northing] = zone.toMetres([lon, lat]);
  const line = (label: string, text: string) =>
    h(
      "div",
      { class: "position" },
      h("div", {}, h("span", { class: "position-name" }, label), h("span", { class: "numbers" }, text)),
      h("button", { type: "button", class: "icon-button", "aria-label": t("copy_what", { what: label }), title: t("copy"), click: () => void copy(text) }, icon("copy")),
    );
  return h("div", { class: "positions" }, line("WGS 84", formatLatLon(lat, lon)), line(zone.name, formatVn2000(easting, northing)));
}

export interface SheetActions {
  zoomTo(feature: MapFeature): void;
  back: (() => void) | null;
  buttons: HTMLElement[];
}

export function featureSheet(feature: MapFeature, actions: SheetActions): Node[] {
  const back = actions.back && h("button", { type: "button", class: "button quiet back", click: actions.back }, icon("arrow-left"), t("feature.back"));
  const links = feature.links.map((link) => h("a", { class: "button", href: link.href }, icon(link.rel === "place" ? "map-pin" : "link"), link.title));
  const zoom = h("button", { type: "button", class: "button", click: () => actions.zoomTo(feature) }, icon("scan"), t("feature.zoom"));
  const share = h("button", { type: "button", class: "button", click: () => void copy(location.href) }, icon("link"), t("feature.share"));
  const warning = feature.provenance.illustrative ? h("div", { class: "note caution" }, icon("triangle-alert"), h("p", {}, t("feature.illustrative"))) : null;
  const head = h("div", { class: "feature-head" }, h("p", { class: "kicker" }, feature.layer_title), h("h3", {}, feature.title), feature.subtitle ? h("p", { class: "soft" }, feature.subtitle) : null);
  return [back, head, warning, h("div", { class: "row" }, ...actions.buttons, zoom, share, ...links), propertyTable(feature.properties), provenance(feature)].filter(
    (node): node is HTMLElement => node !== null,
  );
}

/** Several features at one place: the reader chooses. */
export function featureChoices(features: MapFeature[], choose: (feature: MapFeature) => void): HTMLElement {
  const rows = features.map((feature) =>
    h("li", {}, h("button", { type: "button", class: "list-row", click: () => choose(feature) }, h("span", {}, h("strong", {}, feature.title), h("small", {}, [feature.layer_title, feature.subtitle].filter(Boolean).join(" · "))), icon("chevron-right"))),
  );
  return h("ul", { class: "list" }, ...rows);
}

export function rasterRow(title: string, value: RasterValue): HTMLElement {
  const text = value.value === null ? t("raster.none") : `${formatNumber(value.value)} ${value.unit}`;
  return h("div", { class: "raster-value" }, h("span", {}, title), h("strong", { class: "numbers" }, text), value.label ? h("small", {}, value.label) : null);
}
