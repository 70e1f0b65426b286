"use strict";
/** The panel beside the map: heading, switches, legend, sources. */

function fact(label, value) {
  return value ? [element("dt", {}, label), element("dd", {}, value)] : [];
}

function legendLines(layer, icons) {
  const lines = layer.legend.map((line) =>
    element("li", {}, swatch({ ...layer.style.default, ...line.symbol }, layer.geometry_type, icons), element("span", {}, line.label || layer.title)),
  );
  return element("ul", { class: "legend" }, ...lines);
}

function layerBlock(layer, words, icons, onSwitch) {
  const box = element("input", { type: "checkbox", checked: "" });
  box.addEventListener("change", () => onSwitch(layer.slug, box.checked));
  const count = `${layer.features.length} ${words.count}`;
  return element(
    "section",
    { class: "layer" },
    element("h2", {}, element("label", {}, box, element("span", {}, layer.title), element("small", {}, count))),
    layer.description ? element("p", {}, layer.description) : null,
    layer.illustrative ? element("p", { class: "invented" }, words.invented) : null,
    legendLines(layer, icons),
    element(
      "dl",
      {},
      ...fact(words.source, layer.source),
      ...fact(words.owner, layer.owner_unit),
      ...fact(words.date, layer.data_date),
      ...fact(words.licence, layer.licence),
    ),
  );
}

function groundLine(ground, words) {
  const sources = [...new Set(ground.map((layer) => [layer.source, layer.licence].filter(Boolean).join(" · ")))].filter(Boolean);
  if (ground.length === 0) return null;
  const invented = ground.some((layer) => layer.illustrative) ? ` ${words.invented}.` : "";
  return element("p", { class: "ground" }, `${words.ground}: ${sources.join("; ")}.${invented}`);
}

/** Fill the panel; `onSwitch(slug, shown)` is called when a layer is switched. */
function fillPanel(values, words, onSwitch) {
  const blocks = [...values.layers].reverse().map((layer) => layerBlock(layer, words, values.icons, onSwitch));
  const body = element("details", { open: "" }, element("summary", {}, words.legend), ...blocks);
  if (window.matchMedia("(max-width: 640px)").matches) body.removeAttribute("open");
  const foot = element("p", { class: "foot" }, `${words.public}. ${words.made} ${values.made_on}.`);
  const ground = groundLine(values.ground, words);
  if (ground) body.append(ground);
  document.getElementById("panel").append(element("h1", {}, values.title), body, foot);
}

/** What a click on a feature shows. */
function sheet(layer, feature, words) {
  const [, title, lines] = feature;
  const facts = lines.flatMap(([field, value]) => [element("dt", {}, layer.fields[field]), element("dd", {}, linked(value))]);
  return element(
    "article",
    { class: "sheet" },
    element("h3", {}, title),
    element("p", {}, layer.title),
    element("dl", {}, ...facts),
    layer.illustrative ? element("p", { class: "invented" }, words.invented) : null,
  );
}

function linked(value) {
  return /^https?:\/\/\S+$/.test(value) ? element("a", { href: value, rel: "noopener noreferrer", target: "_blank" }, value) : value;
}
